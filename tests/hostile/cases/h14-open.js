// Ten thousand hashes that are never finished.
// expect: ok
// prints: done

const kept = [];
for (let i = 0; i < 1e4; i++) kept.push(crypto.createHmac("sha256", "k").update("x"));
console.log("done");
