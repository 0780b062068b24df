// The log of a structure a hundred thousand deep.
// expect: ok

let o = {};
for (let i = 0; i < 1e5; i++) o = [o];
console.log(o);
console.log("%o %j", o, 1);
