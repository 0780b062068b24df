// A body without end, and one that lies about its length.
// expect: ok
// grant: server
// prints: ETOOLARGE (ETOOLARGE|ENETWORK)

const codes = [];
for (const u of ["/endless", "/lie"]) { try { fetch(variables.SERVER + u); codes.push("none"); } catch (e) { codes.push(e.cause && e.cause.code); } }
console.log(codes.join(" "));
