// A string of a million parts that nobody reads.
// expect: memory_limit, cpu_limit, script_error

let s = "";
for (let i = 0; ; i++) s = "ab" + s + i;
