// Generators that delegate to each other, deep.
// expect: stack_overflow, memory_limit, script_error

function* g(n) { yield* g(n + 1); }
[...g(0)];
