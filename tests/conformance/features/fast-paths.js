// edition: ES2015

// feature: Remainders of any two numbers
const values = [0, -0, 1, -1, 2, 3, 5.5, -5.5, 7, 10, 0.1, 1e-300, 5e-324, 2147483647, -2147483648, 4294967296, 2 ** 53, 2 ** 53 - 1, 2 ** 62, 2 ** 63, 2 ** 64, 1e300, -1e300, Infinity, -Infinity, NaN];
function exact(a, b) {
  if (a !== a || b !== b || a === Infinity || a === -Infinity || b === 0) return NaN;
  if (b === Infinity || b === -Infinity || a === 0) return a;
  let shift = 1n; const scale = (x) => { let e = 0n; while (x % 1 !== 0) { x *= 2; e++; } return [BigInt(x), e]; };
  const [x, i] = scale(a), [y, j] = scale(b); const e = i > j ? i : j;
  const r = (x << (e - i)) % (y << (e - j));
  if (r === 0n) return a < 0 ? -0 : 0;
  let n = Number(r); for (let k = 0n; k < e; k++) n /= 2; return n;
}
for (const a of values) for (const b of values) if (Math.abs(a) > 1e-200 && Math.abs(b) > 1e-200 || a === 0 || b === 0 || a !== a) same(a % b, exact(a, b), `${a} % ${b}`);
let n = 7; n %= 4; same(n, 3); same([5e-324 % 1e300, "7" % 4, null % 1, -7 % 7, 7n % 4n], [5e-324, 3, 0, -0, 3n]);

// feature: Comparisons that branch
const values = [0, -0, 1, -1, 1.5, NaN, "", "1", "a", null, undefined, true, false, 1n, -1n, Infinity, 2 ** 31, -(2 ** 31)];
const taken = (a, b) => {
  let r = "";
  if (a < b) r += "<"; if (a <= b) r += "l"; if (a > b) r += ">"; if (a >= b) r += "g"; if (a == b) r += "="; if (a != b) r += "!"; if (a === b) r += "s"; if (a !== b) r += "d";
  if (!(a < b)) r += "N"; if (!(a >= b)) r += "M";
  return r + (a < b ? 1 : 0) + (a === b && 1) + (a != b || 1);
};
const kept = (a, b) => {
  const lt = a < b, le = a <= b, gt = a > b, ge = a >= b, eq = a == b, ne = a != b, se = a === b, sn = a !== b;
  return [lt && "<", le && "l", gt && ">", ge && "g", eq && "=", ne && "!", se && "s", sn && "d", !lt && "N", !ge && "M"].filter(Boolean).join("") + (lt ? 1 : 0) + (se && 1) + (ne || 1);
};
for (const a of values) for (const b of values) same(taken(a, b), kept(a, b), `${String(a)} and ${String(b)}`);
let turns = 0; for (let i = NaN; i < 1; i++) turns++; for (let i = 0; !(i >= 3); i++) turns++; for (let i = 2147483646; i <= 2147483648; i++) turns++;
let k = 3n; while (k > 0n) { k--; turns++; } same(turns, 9);
const log = []; const o = (n) => ({ valueOf() { log.push(n); return n; } }); if (o(1) < o(2)) log.push("yes"); if (o(2) > o(1)) log.push("yes");
same(log, [1, 2, "yes", 2, 1, "yes"]);
throws(TypeError, () => { if (Symbol() < 1) ; }); for (let i = "0"; i < 2; i++) same(typeof i, i === "0" ? "string" : "number");

// feature: The temporal dead zone in every kind of scope
throws(ReferenceError, () => { switch (1) { case 0: let a; case 1: a; } });
throws(ReferenceError, () => { for (let i = (() => j)(), j = 1; ;) break; });
throws(ReferenceError, () => { const f = () => x; f(); let x = 1; }); throws(ReferenceError, () => { eval("y"); let y; });
throws(ReferenceError, () => { (function* () { z; let z; })().next(); });
throws(ReferenceError, () => { { w = 1; } let w; }); throws(ReferenceError, () => { let { a = b, b } = {}; });
throws(ReferenceError, () => { [q] = [1]; let q; }); throws(ReferenceError, () => { q++; let q = 1; });
throws(ReferenceError, () => { C; class C {} }); throws(ReferenceError, () => { delete t.x; let t; });
for (let turn = 0; turn < 3; turn++) { throws(ReferenceError, () => v); throws(ReferenceError, () => { v = 1; }); let v = turn; same((() => v)(), turn); }
function again(n) { if (n === 0) return throws(ReferenceError, () => late); const r = again(n - 1); let late = 1; return r; } again(3);
const closures = []; for (let i = 0; i < 3; i++) { closures.push(() => u); if (i < 2) { let u = i; continue; } }
throws(ReferenceError, () => closures[0]());
let skip = true;
function jump() { for (;;) { if (skip) { skip = false; try { inner; } catch (e) { same(e instanceof ReferenceError, true); continue; } } let inner = 5; return inner; } }
same(jump(), 5);
later(async () => { await rejected(ReferenceError, (async () => { await null; m; let m; })()); });

// feature: Fields of variables, whatever they hold
const log = []; let v = { a: 1 };
const read = (x) => x.a; const write = (x, y) => { x.a = y; return x.a; }; const call = (x) => x.m(2);
class P { get a() { log.push("get"); return 2; } set a(y) { log.push(y); } m(n) { return [this.a, n]; } } class Q extends P {}
same([read(v), read(new Q()), read("s"), read(5), read(Object.create({ a: 3 })), read(new Proxy({}, { get: (t, k) => k })), read(Object.assign(() => {}, { a: 4 })), read([]), read(1n), read(Symbol())],
  [1, 2, undefined, undefined, 3, "a", 4, undefined, undefined, undefined]);
same([write({}, 5), write(new Q(), 6), write(5, 1), write(Object.freeze({ a: 7 }), 8), call(new Q()), call({ m: (n) => n })],
  [5, 2, undefined, 7, [2, 2], 2]);
same(log, ["get", 6, "get", "get"]);
for (const x of [null, undefined]) { throws(TypeError, () => read(x)); throws(TypeError, () => write(x, 1)); throws(TypeError, () => call(x)); throws(TypeError, () => { let y = x; y.a++; }); }
throws(ReferenceError, () => { z.a; let z = {}; }); throws(ReferenceError, () => { z.a = 1; let z = {}; });
throws(TypeError, () => { const o = {}; o.m(); });
v = { get a() { v = null; return 9; } }; same(v.a, 9); let w = { a: 1 }; w.a = (w = null, 2); same(w, null); let u = { a: { b: 1 } };
u.a.b += (u = { a: { b: 100 } }, 5); same(u.a.b, 100);
function args(x) { arguments[0] = { a: 8 }; return x.a; } same(args({ a: 1 }), 8); same(eval("v = { a: 3 }; v.a"), 3);
const length = [1, 2], s = "abc"; same([length.length, s.length, (() => s.length)()], [2, 3, 3]);

// feature: Maps and sets of many keys of all kinds
const m = new Map(), keys = [];
for (let i = -300; i < 300; i++) keys.push(i, i + 0.5, String(i), BigInt(i), { i }, Symbol(i), i * 2 ** 32, `${"x".repeat(Math.abs(i) % 7)}${i}`);
keys.push(NaN, Infinity, -Infinity, null, undefined, true, false, "", 2 ** 53, 1e-300, 2n ** 70n, -(2n ** 70n));
const unique = new Map(); let size = 0; for (const k of keys) { if (!m.has(k)) size++; m.set(k, k); }
same(m.size, size); assert(keys.every((k) => Object.is(m.get(k), k === 0 ? 0 : k)));
same([m.get(-0), m.get(0n), m.get("0"), m.has(2n ** 70n), m.get(0 / 0), m.has(1.25)], [0, 0n, "0", true, NaN, false]);
let rope = ""; for (let i = 0; i < 200; i++) rope += "ab"; m.set(rope, 1); same(m.get("ab".repeat(200)), 1);
same(m.get("ab".repeat(100) + "ab".repeat(100)), 1);
for (const k of keys) m.delete(k); same([m.size, [...m.keys()].length], [1, 1]); const s = new Set(); for (let i = 0; i < 5000; i++) s.add(i * 1024);
for (let i = 0; i < 5000; i += 2) s.delete(i * 1024); same([s.size, s.has(1024), s.has(2048), [...s][1]], [2500, true, false, 3072]);

// feature: Own properties of functions can be changed
function f(a, b) {} const arrow = (a) => a; class C { static x() {} }
same([Reflect.ownKeys(f).slice(0, 2), delete f.length, delete f.name, f.length, f.name, Object.hasOwn(f, "name"), delete f.prototype],
  [["length", "name"], true, true, 0, "", false, false]);
Object.defineProperty(arrow, "name", { value: "other" }); same(arrow.name, "other"); arrow.length = 9; same(arrow.length, 1);
Object.defineProperty(arrow, "length", { value: "any" }); same([arrow.length, arrow.bind().length], ["any", 0]);
function G() {} const before = new G(); G.prototype = { own: 1 };
same([new G().own, before.own, before instanceof G, attributes(G, "prototype")], [1, undefined, false, "w--"]);
same(G.prototype.hasOwnProperty("constructor"), false);
function H() {}
same([H.prototype.constructor === H, attributes(H.prototype, "constructor"), H.prototype === H.prototype, Object.keys(H)], [true, "w-c", true, []]);
H.x = 1; same([Object.keys(H), H.hasOwnProperty("x"), delete H.x], [["x"], true, true]);
Object.freeze(H); same([Object.isFrozen(H), attributes(H, "name"), attributes(H, "prototype")], [true, "---", "---"]);
throws(TypeError, () => { "use strict"; H.prototype = 1; }); throws(TypeError, () => { "use strict"; C.prototype = 1; });
const many = []; for (let i = 0; i < 3; i++) many.push(function () {}); many[0].tag = 1;
same([many[1].tag, "tag" in many[2], many[0].prototype === many[1].prototype], [undefined, false, false]);

// feature: Stacks of errors tell where they were made
function maker() { return new Error("first"); } const e = maker(); e.message = "changed";
assert(e.stack.includes("maker")); same([typeof e.stack, e.stack === e.stack, String(e)], ["string", true, "Error: changed"]);
const own = new Error("x"); own.stack = "mine"; same(own.stack, "mine"); delete own.stack; same(Object.keys(new Error("x")), []);
class E extends Error {} assert(new E("m").stack.includes(":")); const caught = (() => { try { null.x; } catch (e) { return e; } })();
assert(caught.stack.length > 0); const frozen = Object.freeze(new Error("f")); same(typeof frozen.stack, "string"); let depth;
(function r(n) { if (n) r(n - 1); else depth = new Error().stack; })(50); assert(depth.includes("r"));
function* g() { yield new Error("g"); } assert(g().next().value.stack.includes("g"));
later(async () => { const e = await (async function named() { await null; return new Error(); })(); same(typeof e.stack, "string"); });

// feature: Numbers and strings of JSON are those of the language
for (const text of ["0", "-0", "1", "-1", "123456789", "1234567890123", "12345678901234567890", "2147483647", "2147483648", "-2147483648", "9007199254740993", "0.1", "1.5e3", "1E400", "-1e-400", "1e21", "4.35", "0.000001", "123456789.123456789", "1e-7", "5e-324", "2.2250738585072011e-308", "1.7976931348623157e308", "0e9", "1e+2"]) { same(JSON.parse(text), Number(text), text); same(JSON.parse(`[${text}]`)[0], Number(text)); same(JSON.parse(` {"a": ${text} } `).a, Number(text)); }
for (const s of ["", "a", "é", "漢", "😀", "\u0000", "\u001f", "\u007f", "\u2028", "\"\\/\b\f\n\r\t", "x".repeat(1000), "é".repeat(1000), "a\ud800", "\udc00b"]) { same(JSON.parse(JSON.stringify(s)), s); same(JSON.parse(JSON.stringify({ [s]: s }))[s], s); }
same(JSON.parse('"\\ud83d\\ude00\\u00e9\\/"'), "😀é/"); let deep = "[".repeat(500) + "]".repeat(500), d = 0;
for (let a = JSON.parse(deep); a; a = a[0]) d++; same(d, 500); const big = JSON.parse(`{${Array.from({ length: 500 }, (_, i) => `"k${i}":${i}`)}}`);
same([Object.keys(big).length, big.k499, Object.keys(big)[7]], [500, 499, "k7"]);
same(JSON.stringify(JSON.parse('{"b":1,"a":[{"b":2,"a":3},{"b":4,"a":5}]}')), '{"b":1,"a":[{"b":2,"a":3},{"b":4,"a":5}]}');
throws(SyntaxError, () => JSON.parse('{"a":1}}')); throws(SyntaxError, () => JSON.parse('{"a":1,,}')); throws(SyntaxError, () => JSON.parse("[1 2]"));
throws(SyntaxError, () => JSON.parse("1e5.5")); throws(SyntaxError, () => JSON.parse("00")); throws(SyntaxError, () => JSON.parse("-01"));

// feature: Loops of built-ins at every length
for (let n = 0; n < 70; n++) {
  const s = "ab".repeat(n), a = Array.from({ length: n }, (_, i) => i), u = Uint8Array.from(a);
  same([s.length, s.indexOf("ba", n), s.lastIndexOf("ab"), s.split("").length, a.indexOf(n - 1), a.lastIndexOf(0), a.includes(n), u.indexOf(n - 1), u.includes(n), a.slice().reverse()[0], [...u.slice().reverse()][0], s.padEnd(n * 2 + 3, "x").length, a.join("").length, a.concat(a).length, s.codePointAt(n)], [2 * n, n < 2 || (n | 1) > 2 * n - 3 ? -1 : n | 1, 2 * n - 2 < 0 ? -1 : 2 * n - 2, 2 * n, n - 1, n ? 0 : -1, false, n - 1 < 0 ? -1 : n - 1, false, n ? n - 1 : undefined, n ? n - 1 : undefined, 2 * n + 3, a.reduce((x, y) => x + String(y).length, 0), 2 * n, n ? (n % 2 ? 98 : 97) : undefined], `length ${n}`);
  same([s < s + "a", s === "ab".repeat(n), s + "é" > s, u.every((x, i) => x === i), new Uint16Array(u).join() === a.join(), encodeURIComponent(s) === s, s.toUpperCase().toLowerCase() === s, JSON.parse(JSON.stringify(a)).length], [true, true, true, true, true, true, true, n]);
}
