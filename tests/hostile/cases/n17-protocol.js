// Answers that are no answers.
// expect: ok
// grant: server
// prints: 0

let n = 0;
for (const path of ["/garbage", "/1xx", "/upgrade", "/cut"]) { try { const r = fetch(variables.RAW + path, { timeout: 500 }); if (r.status !== 101) n++; else r.text(); } catch (e) { if (!(e instanceof TypeError)) throw e; } }
console.log(n);
