// A recursion by toString.
// expect: stack_overflow

const o = { toString: () => "" + o };
"" + o;
