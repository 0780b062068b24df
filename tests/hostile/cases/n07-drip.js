// A server that sends a byte now and then.
// expect: ok
// grant: server
// prints: ETIMEDOUT ETIMEDOUT

const codes = [];
for (const u of [variables.SERVER + "/drip", variables.RAW + "/silent"]) { try { fetch(u, { timeout: 300 }); codes.push("none"); } catch (e) { codes.push(e.cause && e.cause.code); } }
console.log(codes.join(" "));
