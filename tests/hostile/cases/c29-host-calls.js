// Calls of the host for ever.
// expect: cpu_limit

for (;;) Date.now();
