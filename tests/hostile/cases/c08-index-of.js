// A search through an object that says it is endless.
// expect: cpu_limit

[].indexOf.call({ length: 2 ** 53 - 1 }, 1);
