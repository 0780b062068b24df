// Garbage in cycles, which is no reason to fail.
// expect: ok
// prints: done 9000000

const live = new ArrayBuffer(9e6);
for (let i = 0; i < 300; i++) { const a = { buffer: new ArrayBuffer(5e5) }; a.self = a; }
console.log("done", live.byteLength);
