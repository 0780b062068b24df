// A recursion inside finally.
// expect: stack_overflow, cpu_limit
// cpu: 300ms

function f() { try { f(); } finally { f(); } }
f();
