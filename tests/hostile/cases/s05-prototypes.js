// A chain of 100,000 prototypes.
// expect: ok
// prints: undefined

let o = {};
for (let i = 0; i < 1e5; i++) o = Object.create(o);
console.log(o.x);
