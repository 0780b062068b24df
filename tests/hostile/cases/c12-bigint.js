// Multiplications and divisions of ever longer numbers.
// expect: cpu_limit, memory_limit, script_error

let n = 3n;
for (;;) { n = n * n + 1n; String(n / 7n); }
