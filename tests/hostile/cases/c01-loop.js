// An endless loop.
// expect: cpu_limit

while (true) {}
