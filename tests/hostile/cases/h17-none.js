// Everything that was not granted.
// expect: ok
// prints: TypeError TypeError undefined undefined undefined

const names = [];
for (const f of [() => fetch("http://127.0.0.1/"), () => require("storage").get("x")]) { try { f(); names.push("none"); } catch (e) { names.push(e.name); } }
console.log(names.join(" "), typeof process, typeof std, typeof WebAssembly);
