// A structured clone that multiplies.
// expect: memory_limit, script_error, cpu_limit, ok

let a = [1];
for (let i = 0; i < 40; i++) a = [structuredClone(a), a];
