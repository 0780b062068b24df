// Growing to the limit and freeing again.
// expect: ok
// prints: done

for (let i = 0; i < 20; i++) { let a = []; for (let k = 0; k < 20; k++) a.push(new ArrayBuffer(1e6)); a = null; }
console.log("done");
