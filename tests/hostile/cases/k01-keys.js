// More keys than there is room for.
// expect: ok
// grant: storage
// prints: 100 QuotaExceededError

const storage = require("storage");
let n = 0;
try { for (;;) { storage.set("k" + n, "v"); n++; } } catch (e) { console.log(n, e.name); }
