// A callback for each of endless elements.
// expect: cpu_limit

Array.prototype.some.call({ length: 2 ** 53 - 1, 0: 1 }, () => false);
