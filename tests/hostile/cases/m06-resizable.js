// Buffers that grow.
// expect: memory_limit, script_error

const a = [];
for (;;) { const b = new ArrayBuffer(8, { maxByteLength: 1e7 }); b.resize(1e7); a.push(b); }
