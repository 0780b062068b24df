// Backtracking in a look-behind.
// expect: cpu_limit

/(?<=^(a+)+)b/.test("a".repeat(40) + "c" + "b");
