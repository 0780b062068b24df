// Values that no host function takes.
// expect: ok
// grant: storage
// prints: TypeError TypeError TypeError TypeError TypeError TypeError

const storage = require("storage");
const cyclic = {};
cyclic.self = cyclic;
const names = [];
for (const v of [new Proxy({}, {}), cyclic, 1n, Symbol("s"), () => 1, { get x() { throw 1; } }]) {
  try { storage.set("k", v); names.push("none"); } catch (e) { names.push(e.name); }
}
console.log(names.join(" "));
