// Small objects until there is no memory.
// expect: memory_limit, script_error, cpu_limit

const a = [];
for (;;) a.push({ a: 1, b: [1, 2, 3] });
