// Flattening of an array a hundred thousand deep.
// expect: stack_overflow, script_error, ok

let a = [];
for (let i = 0; i < 1e5; i++) a = [a];
a.flat(Infinity);
