// A string that doubles.
// expect: memory_limit, script_error

let s = "x";
for (;;) s += s;
