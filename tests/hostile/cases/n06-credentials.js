// Credentials that follow to another host.
// expect: ok
// grant: server
// prints: false

const there = variables.SERVER.replace("127.0.0.1", "localhost") + "/headers";
const text = fetch(variables.SERVER + "/to?url=" + encodeURIComponent(there), { headers: { Authorization: "secret", Cookie: "secret", "X-Token": "secret" } }).text();
console.log(text.includes("secret"));
