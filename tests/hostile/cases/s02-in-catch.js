// A recursion inside the handler of its overflow.
// expect: stack_overflow, cpu_limit
// cpu: 1s

function f() { try { f(); } catch { f(); } }
f();
