// Redirects in circles, to files and to nowhere.
// expect: ok
// grant: server
// prints: ENETWORK EBLOCKED EBLOCKED EBLOCKED (ENETWORK|EBLOCKED|EINVAL|)

const to = (u) => variables.SERVER + "/to?url=" + encodeURIComponent(u);
const codes = [];
for (const u of [variables.SERVER + "/loop", to("file:///etc/passwd"), to("gopher://x/"), to("ftp://x/"), to("http://")]) { try { fetch(u); codes.push("none"); } catch (e) { codes.push(e.cause && e.cause.code); } }
console.log(codes.join(" "));
