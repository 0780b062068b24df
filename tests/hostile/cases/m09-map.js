// Map, Set and Symbol until there is no memory.
// expect: memory_limit, script_error, cpu_limit

const m = new Map(), s = new Set();
for (let i = 0; ; i++) { m.set(i, i); s.add("k" + i); Symbol.for("s" + i); }
