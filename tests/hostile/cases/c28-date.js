// Dates parsed and printed for ever.
// expect: cpu_limit

for (;;) new Date("2026-03-04T09:15:00.125Z").toLocaleString() + Date.parse("x".repeat(10000));
