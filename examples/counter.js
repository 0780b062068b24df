// Counts its runs in storage, which survives from one run to the next.

var storage = require("storage");

if (!storage.get("mykey")) {
  storage.set("mykey", 1);
} else {
  storage.set("mykey", storage.get("mykey") + 1);
}

console.log(storage.get("mykey"));
