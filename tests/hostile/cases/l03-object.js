// A structure whose print would not end.
// expect: ok, cpu_limit, memory_limit
// log: 8

let a = ["x".repeat(1000)];
for (let i = 0; i < 25; i++) a = [a, a, a];
console.dir(a);
console.log("%o", a);
