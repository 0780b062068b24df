// Random numbers for ever.
// expect: cpu_limit

const b = new Uint8Array(65536);
for (;;) typeof crypto.getRandomValues === "function" ? crypto.getRandomValues(b) : Math.random();
