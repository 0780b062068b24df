// A split whose separator backtracks.
// expect: cpu_limit

"a".repeat(4000).concat("!").split(/(a*)*b/);
