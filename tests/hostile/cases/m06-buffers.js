// Buffers until there is no memory.
// expect: memory_limit, script_error

const a = [];
for (;;) a.push(new ArrayBuffer(1e6));
