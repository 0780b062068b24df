// Microtasks that multiply.
// expect: cpu_limit, memory_limit

function f() { queueMicrotask(f); queueMicrotask(f); }
f();
