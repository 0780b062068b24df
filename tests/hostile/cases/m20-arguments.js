// Holding the arguments of endless calls.
// expect: memory_limit, script_error, cpu_limit, stack_overflow

const kept = [];
function f() { kept.push(arguments); f.apply(null, Array(1000).fill(1)); }
f();
