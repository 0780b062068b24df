// A regular expression that backtracks for ever.
// expect: cpu_limit

/^(a+)+$/.test("a".repeat(40) + "b");
