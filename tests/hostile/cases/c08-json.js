// Endless work in JSON.
// expect: cpu_limit

const a = [];
for (let i = 0; i < 1e4; i++) a.push({ i });
for (;;) JSON.parse(JSON.stringify(a), (k, v) => v);
