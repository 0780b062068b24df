// A regular expression that takes time and memory.
// expect: cpu_limit, memory_limit, script_error

/(x*)*y/.test("x".repeat(200000));
for (;;) /(?:(x*)*)*y/.test("x".repeat(2000));
