// A structured clone a hundred thousand deep.
// expect: stack_overflow, script_error

let o = {};
for (let i = 0; i < 1e5; i++) o = [o];
structuredClone(o);
