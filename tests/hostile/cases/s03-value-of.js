// A recursion by valueOf and Symbol.toPrimitive.
// expect: stack_overflow

const o = { valueOf: () => +p };
const p = { [Symbol.toPrimitive]: () => +o };
+p;
