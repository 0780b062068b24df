// Strings of ten megabytes for everyone.
// expect: ok, script_error, memory_limit
// grant: storage
// memory: 64

const storage = require("storage");
const long = "x".repeat(1e7);
for (const f of [() => storage.set(long, "x"), () => storage.set("x", long), () => crypto.createHmac("sha256", long).update(long).digest("hex"), () => fetch("http://example.com/" + long), () => new URL(long), () => console.log(long), () => console.error("%s", long)]) {
  try { f(); } catch (e) { if (!(e instanceof Error)) throw e; }
}
