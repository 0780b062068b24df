// Copies within an object that says it is endless.
// expect: cpu_limit

Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1);
