// Native code over an array of a billion holes.
// expect: cpu_limit, memory_limit, script_error

Array(1e9).join("x");
