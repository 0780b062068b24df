// A list of all keys, again and again.
// expect: ok
// grant: storage
// prints: 90

const storage = require("storage");
for (let i = 0; i < 90; i++) storage.set("k" + i, "v");
let n = 0;
for (let i = 0; i < 100; i++) n = storage.keys().length;
console.log(n);
