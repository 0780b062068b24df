// A value larger than there is room for.
// expect: ok
// grant: storage
// prints: QuotaExceededError small

const storage = require("storage");
storage.set("k", "small");
try { storage.set("k", "x".repeat(1e6)); } catch (e) { console.log(e.name, storage.get("k")); }
