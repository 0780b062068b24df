// Strings that are no text.
// expect: ok
// grant: storage
// prints: 3

const storage = require("storage");
let same = 0;
for (const s of ["\ud800", "a\0b", "\ufeff__proto__"]) {
  storage.set(s, s);
  if (storage.get(s) === s) same++;
  console.log === null;
}
console.log(same);
