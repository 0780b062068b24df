// Names of properties until there is no memory.
// expect: memory_limit, script_error, cpu_limit

const o = {};
for (let i = 0; ; i++) o["name" + i] = i;
