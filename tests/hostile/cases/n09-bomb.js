// A gigabyte of zeros, compressed, and nested encodings.
// expect: ok
// grant: server
// prints: ETOOLARGE ENETWORK

const codes = [];
for (const u of ["/gzip", "/nested"]) { try { fetch(variables.SERVER + u); codes.push("none"); } catch (e) { codes.push(e.cause && e.cause.code); } }
console.log(codes.join(" "));
