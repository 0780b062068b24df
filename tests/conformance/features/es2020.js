// edition: ES2020

// feature: BigInt literals and arithmetic
same([1n + 2n, 2n ** 64n, 7n / 2n, -7n / 2n, -7n % 3n, 5n - 8n, -(-3n), 0x1Fn, 0b11n, 0o17n, 123456789012345678901234567890n * 10n],
  [3n, 18446744073709551616n, 3n, -3n, -1n, -3n, 3n, 31n, 3n, 15n, 1234567890123456789012345678900n]);
same([5n & 3n, 5n | 3n, 5n ^ 3n, ~5n, -5n >> 1n, 1n << 70n, -1n << 2n, 1n >> 100n, 1n << -1n, typeof 1n, 0n === -0n],
  [1n, 7n, 6n, -6n, -3n, 1180591620717411303424n, -4n, 0n, 0n, "bigint", true]);
throws(RangeError, () => 1n / 0n); throws(RangeError, () => 1n % 0n); throws(RangeError, () => 2n ** -1n); throws(TypeError, () => 1n + 1);
throws(TypeError, () => +1n); throws(TypeError, () => 1n >>> 0n); throws(TypeError, () => Math.abs(1n)); throws(TypeError, () => 1n * "2");
let x = 5n; x++; x **= 2n; same([x, x--, x, -x], [36n, 36n, 35n, -35n]);
invalid("1.5n", "1e3n", "01n", "08n", "1nn", "0xn", ".5n"); valid("return 0n", "return { 1n: 2 }");

// feature: BigInt comparison and conversion
same([1n == 1, 1n === 1, 2n > 1, 1n < 1.5, 1n == "1", 0n == "", 1n == "x", 10n > "9", 2n ** 53n + 1n > 2 ** 53, 1n < NaN, 1n < Infinity, Object(1n) == 1n, 9007199254740993n == 9007199254740992],
  [true, false, true, true, true, true, false, true, true, false, true, true, false]);
same([BigInt(5), BigInt("0x10"), BigInt(" 12 "), BigInt(""), BigInt(true), Number(2n ** 64n), Number(9007199254740993n), parseInt("12n"), String(-5n), `${1n}`, 1n + "a", 255n.toString(16), !0n, 0n ? 1 : 2, JSON.stringify({ a: "1" })],
  [5n, 16n, 12n, 0n, 1n, 18446744073709552000, 9007199254740992, 12, "-5", "1", "1a", "ff", true, 2, '{"a":"1"}']);
for (const bad of [1.5, NaN, Infinity]) throws(RangeError, () => BigInt(bad), String(bad));
for (const bad of ["1.5", "x", "1n", "-0x1", "1 2"]) throws(SyntaxError, () => BigInt(bad), bad);
throws(TypeError, () => BigInt(undefined)); throws(TypeError, () => BigInt(null)); throws(TypeError, () => BigInt(Symbol()));
throws(TypeError, () => new BigInt(1));
same([[3n, 1, 2n, 10].sort((a, b) => (a < b ? -1 : 1)), [1n].includes(1), [1n].indexOf(1n), new Set([1n, 1n]).size, new Map([[1n, 2]]).get(1n), Object.is(1n, 1n), { 1n: 5 }[1], [1, 2][1n]],
  [[1, 2n, 3n, 10], false, 0, 1, 2, true, 5, 2]);

// feature: BigInt.asIntN and asUintN
same([BigInt.asIntN(8, 255n), BigInt.asUintN(8, -1n), BigInt.asIntN(64, 2n ** 63n), BigInt.asUintN(64, -1n), BigInt.asIntN(0, 5n), BigInt.asUintN(3, 25n), BigInt.asIntN(1, 1n), BigInt.asIntN(200, -5n)],
  [-1n, 255n, -(2n ** 63n), 2n ** 64n - 1n, 0n, 1n, -1n, -5n]);
throws(RangeError, () => BigInt.asIntN(-1, 0n)); throws(RangeError, () => BigInt.asIntN(2 ** 53, 0n)); throws(TypeError, () => BigInt.asIntN(1, 1));
method(BigInt, "asIntN", 2);

// feature: BigInt.prototype
same([BigInt.prototype.toString.call(Object(5n)), BigInt.prototype.valueOf.call(5n), BigInt.prototype[Symbol.toStringTag], typeof Object(1n), (-255n).toString(36)],
  ["5", 5n, "BigInt", "object", "-73"]);
throws(TypeError, () => BigInt.prototype.valueOf.call(1)); throws(RangeError, () => 1n.toString(1)); throws(TypeError, () => JSON.stringify(1n));
BigInt.prototype.toJSON = function () { return String(this); }; same(JSON.stringify({ a: 1n }), '{"a":"1"}');

// feature: BigInt64Array and DataView access
const a = new BigInt64Array([2n ** 63n, -1n]), u = new BigUint64Array(a.buffer);
same([a[0], u[1], a.BYTES_PER_ELEMENT, [...u.map((x) => x >> 60n)]], [-(2n ** 63n), 2n ** 64n - 1n, 8, [8n, 15n]]);
throws(TypeError, () => { a[0] = 1; }); throws(TypeError, () => new BigInt64Array([1])); throws(TypeError, () => new BigInt64Array(new Int8Array(1)));
throws(TypeError, () => new Int8Array(new BigInt64Array(1)));
const v = new DataView(new ArrayBuffer(8)); v.setBigInt64(0, -2n);
same([v.getBigUint64(0), v.getBigInt64(0, true), v.getUint8(7)], [2n ** 64n - 2n, -72057594037927937n, 254]);
same([[...new BigInt64Array([3n, 1n, 2n]).sort()], new BigInt64Array(1).includes(0n), new BigInt64Array(1).fill(7n)[0]], [[1n, 2n, 3n], true, 7n]);

// feature: Optional chaining
const o = { a: { b: () => 5, self() { return this; } }, n: null }, log = [];
same([o?.a?.b(), o.x?.y.z.q, o.n?.[log.push(1)], o.f?.(log.push(2)), o?.["a"].b(), o.a.self?.() === o.a, (o.a?.self)() === o.a, delete o?.zz, delete o.n?.x, null?.x ?? 7, o.a?.b.length, undefined?.(), log.length],
  [5, undefined, undefined, undefined, 5, true, true, true, true, 7, 0, undefined, 0]);
throws(TypeError, () => o.x.y); throws(TypeError, () => o?.x.y); throws(TypeError, () => (o?.x).y); throws(TypeError, () => o.a?.());
throws(TypeError, () => o.a.nope());
same([1 ?.5 : 2, true?.5:1, o?.a
  ?.b()], [0.5, 0.5, 5]);
invalid("a?.b = 1", "a?.`x`", "a?.b`x`", "for (a?.b in {}) ;", "a?.b++", "[a?.b] = []", "import?.x", "super?.x", "new.target?.x = 1", "a?.b => 1");
class A { #p = 1; static m(x) { return x?.#p; } } same([A.m(new A()), A.m(null)], [1, undefined]);

// feature: new of an optional chain is no syntax
// not supported: QuickJS-NG takes it
invalid("new a?.b()", "new a?.()");

// feature: Nullish coalescing
let calls = 0; const t = () => ++calls;
same([null ?? 1, undefined ?? 1, 0 ?? 1, "" ?? 1, false ?? 1, NaN ?? 1, 1 ?? t(), null ?? undefined ?? 2, (null || undefined) ?? 3, calls],
  [1, 1, 0, "", false, NaN, 1, 2, 3, 0]);
invalid("a ?? b || c", "a && b ?? c", "a || b ?? c", "a ?? b && c"); valid("(a ?? b) || c", "a ?? (b || c)", "a ?? b | c", "a ?? b == c");

// feature: Promise.allSettled
later(async () => {
  same(await Promise.allSettled([1, Promise.reject(2), { then(_, r) { r(3); } }]), [{ status: "fulfilled", value: 1 }, { status: "rejected", reason: 2 }, { status: "rejected", reason: 3 }]);
  same(await Promise.allSettled([]), []); await rejected(TypeError, Promise.allSettled());
});
method(Promise, "allSettled", 1);

// feature: String.prototype.matchAll
const all = [..."a1b22".matchAll(/([a-z])(\d+)/g)];
same([all.map((m) => m[0]), all[1].index, all[1][2], [..."aa".matchAll("a")].length, [..."ab".matchAll(/(?:)/g)].length, [..."a.b".matchAll(".")].length],
  [["a1", "b22"], 2, "22", 2, 3, 3]);
throws(TypeError, () => "a".matchAll(/a/)); const r = /a/g; r.lastIndex = 1; same([[..."aa".matchAll(r)].length, r.lastIndex], [1, 1]);
method(String.prototype, "matchAll", 1); same(RegExp.prototype[Symbol.matchAll].name, "[Symbol.matchAll]");

// feature: globalThis
same([globalThis === this, attributes(globalThis, "globalThis"), globalThis.globalThis === globalThis, typeof globalThis],
  [true, "w-c", true, "object"]);
var declared = 1; same(globalThis.declared, 1);

// feature: for-in order is the order of keys
const o = { z: 1, 10: 1, a: 1, 9: 1 }, seen = [];
for (const k in Object.setPrototypeOf(o, { p: 1, z: 2, 1: 1 })) seen.push(k);
same(seen, ["9", "10", "z", "a", "1", "p"]);

// feature: import.meta is no syntax in scripts
invalid("import.meta", "() => import.meta", "import.meta.url");

// feature: Dynamic import
// not supported: there are no modules: nothing to import is ever granted
later(async () => { assert(typeof await import("data:text/javascript,export default 1") === "object"); });
// instead:
later(async () => {
  await rejected(ReferenceError, import("x"));
  await rejected(EvalError, import({ toString() { throw new EvalError(); } }));
  invalid("import x from 'y'", "import 'x'", "export default 1", "export const a = 1", "import()", "import(...[])", "new import('x')", "import('x') = 1");
});
