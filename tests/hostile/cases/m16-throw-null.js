// Throwing null with no memory left.
// expect: memory_limit, script_error, cpu_limit

const a = [];
try { for (;;) a.push(new ArrayBuffer(1e5)); } catch {}
try { for (;;) a.push([a]); } catch {}
throw null;
