// A log without end.
// expect: cpu_limit
// log: 8

for (;;) console.log("x".repeat(1000));
