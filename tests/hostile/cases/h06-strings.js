// Strings that are no text.
// expect: ok
// grant: storage
// prints: TypeError\n3

const storage = require("storage");
let same = 0;
for (const s of ["\ud800", "a\0b", "\ufeff__proto__"]) {
  storage.set("k", s);
  if (storage.get("k") === s) same++;
  try { storage.set(s, s); } catch (e) { console.log(e.name); }
}
console.log(same);
