// Printing of a structure a million deep.
// expect: stack_overflow, memory_limit, script_error

let o = {};
for (let i = 0; i < 1e6; i++) o = { o };
JSON.stringify(o);
