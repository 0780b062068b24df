// A getter that calls itself by way of native code.
// expect: stack_overflow, cpu_limit

const o = { get x() { return JSON.stringify(this); } };
o.x;
