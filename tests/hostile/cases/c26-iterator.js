// Spreading an iterator that never ends.
// expect: memory_limit, cpu_limit, script_error

[...{ [Symbol.iterator]() { return { next: () => ({ value: 1, done: false }) }; } }];
