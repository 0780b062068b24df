// A clock finer than a millisecond.
// expect: ok
// prints: true

let fine = 0;
for (let i = 0; i < 1e4; i++) if (Date.now() % 1 !== 0 || performance.now() % 1 !== 0) fine++;
console.log(fine === 0);
