// Functions compiled for ever.
// expect: cpu_limit, memory_limit

for (let i = 0; ; i++) new Function("a", "return a + " + i + "; ".repeat(1000));
