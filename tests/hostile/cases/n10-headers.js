// Ten megabytes of headers, in many lines and in one.
// expect: ok
// grant: server
// prints: ETOOLARGE ETOOLARGE

const codes = [];
for (const u of [variables.SERVER + "/many-headers", variables.RAW + "/long-header"]) { try { fetch(u); codes.push("none"); } catch (e) { codes.push(e.cause && e.cause.code); } }
console.log(codes.join(" "));
