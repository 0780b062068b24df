// A billion elements.
// expect: memory_limit, script_error, cpu_limit

new Array(1e9).fill(0);
