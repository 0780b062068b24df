// Backtracking over characters that fold.
// expect: cpu_limit

/^(\p{L}+)+$/iu.test("ä".repeat(40) + "1");
