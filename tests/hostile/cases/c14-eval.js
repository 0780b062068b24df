// Source text of five million statements.
// expect: cpu_limit, memory_limit, script_error

eval("1;".repeat(5e6));
