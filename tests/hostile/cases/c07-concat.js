// An array of a billion holes as text.
// expect: cpu_limit, memory_limit, script_error

Array(1e9) + "";
