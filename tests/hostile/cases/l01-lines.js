// Empty lines without end.
// expect: cpu_limit
// log: 8

for (;;) console.log("");
