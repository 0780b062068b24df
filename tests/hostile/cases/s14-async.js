// Asynchronous functions that await each other, deep.
// expect: stack_overflow, memory_limit, script_error

async function f() { await f(); }
f();
