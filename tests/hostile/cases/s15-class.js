// A class that extends a class, 50,000 times.
// expect: ok, stack_overflow, script_error, memory_limit

let C = class {};
for (let i = 0; i < 5e4; i++) C = class extends C {};
new C();
