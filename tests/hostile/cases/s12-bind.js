// A function that is bound 100,000 times.
// expect: stack_overflow, script_error, memory_limit

let f = () => 1;
for (let i = 0; i < 1e5; i++) f = f.bind(null);
f();
