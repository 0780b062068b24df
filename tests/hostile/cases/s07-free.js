// A list a million deep, which is freed at once.
// expect: ok
// prints: done

let o = null;
for (let i = 0; i < 2e5; i++) o = { o };
o = null;
console.log("done");
