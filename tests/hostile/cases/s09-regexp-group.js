// Matching with ten thousand nested groups.
// expect: ok, script_error, stack_overflow, cpu_limit, memory_limit

/(?:a|b)*c/.test("ab".repeat(1e6));
new RegExp("(?:".repeat(3000) + "a" + ")*".repeat(3000)).test("a".repeat(1000));
