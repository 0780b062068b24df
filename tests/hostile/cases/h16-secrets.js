// Secrets left wherever a script can put them.
// expect: ok

globalThis.secret = "stolen";
Object.prototype.leak = Array.prototype.leak = Function.prototype.leak = "stolen";
Object.stolen = Symbol.for("secret");
_.secret = _.uniq = () => "stolen";
String.prototype.replace = () => "stolen";
console.secret = new ArrayBuffer(1e6);
new Uint8Array(console.secret).fill(83);
