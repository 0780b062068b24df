// A loop inside with and eval.
// expect: cpu_limit

with ({ a: 1 }) { eval("for (;;) { a++; }"); }
