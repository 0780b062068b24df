// A function that calls itself.
// expect: stack_overflow

function f() { f(); }
f();
