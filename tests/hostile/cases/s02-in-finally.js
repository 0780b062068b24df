// A recursion inside finally.
// expect: stack_overflow, cpu_limit
// cpu: 1s

function f() { try { f(); } finally { f(); } }
f();
