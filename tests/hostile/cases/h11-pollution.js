// Built-ins replaced before the script API uses them.
// expect: ok
// grant: storage
// prints: fine value 64

const storage = require("storage");
const log = console.log;
const { createHmac } = crypto;
for (const c of [Array, String, Object, Function, Map, Set, RegExp, Promise, Number, Symbol])
  for (const k of Object.getOwnPropertyNames(c.prototype)) { try { if (k !== "constructor") c.prototype[k] = function () { throw "stolen"; }; } catch {} }
Array.prototype[Symbol.iterator] = function () { throw "stolen"; };
JSON.stringify = JSON.parse = Reflect.apply = () => { throw "stolen"; };
storage.set("k", "value");
log("fine", storage.get("k"), createHmac("sha256", "k").update("x").digest("hex").length);
