// Backtracking in a look-behind.
// expect: cpu_limit

/(?<=^(a+)+c?)b/.test("x" + "a".repeat(40) + "b");
