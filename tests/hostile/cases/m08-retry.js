// Memory that is asked for again and again.
// expect: cpu_limit, memory_limit
// cpu: 300ms

const a = [];
for (;;) { try { for (;;) a.push(new ArrayBuffer(1e5)); } catch {} }
