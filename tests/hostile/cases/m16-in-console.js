// Running out of memory while a line is formatted.
// expect: memory_limit, script_error, cpu_limit

const a = [];
try { for (;;) a.push(new ArrayBuffer(1e4)); } catch {}
try { for (;;) a.push({ a }); } catch {}
for (;;) console.log(a, a, a);
