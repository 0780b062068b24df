// Calls of a host function past their number.
// expect: ok
// grant: storage
// calls: 100
// prints: 100 Error EBUDGET

const storage = require("storage");
let n = 0;
try { for (;;) { storage.get("a"); n++; } } catch (e) { console.log(n, e.name, e.cause && e.cause.code); }
