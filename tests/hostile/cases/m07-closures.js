// Functions until there is no memory.
// expect: memory_limit, script_error, cpu_limit

const a = [];
for (let i = 0; ; i++) a.push(() => i);
