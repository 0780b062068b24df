// Ten million strings of one character.
// expect: memory_limit, script_error, cpu_limit

"a".repeat(1e7).split("");
