// edition: ES2025

// feature: Iterator
same([typeof Iterator, Iterator.prototype === Object.getPrototypeOf(Object.getPrototypeOf([].values())), [].values() instanceof Iterator, Iterator.prototype[Symbol.toStringTag], attributes(Iterator.prototype, Symbol.toStringTag), attributes(Iterator.prototype, "constructor"), attributes(Iterator, "prototype")],
  ["function", true, true, "Iterator", "gs-c", "gs-c", "---"]);
throws(TypeError, () => Iterator()); throws(TypeError, () => new Iterator());
class My extends Iterator { next() { return { done: this.n > 2, value: this.n++ }; } n = 1; } same(new My().map((x) => x * 2).toArray(), [2, 4]);
throws(TypeError, () => { Iterator.prototype[Symbol.toStringTag] = 1; }); const o = Object.create(Iterator.prototype); o[Symbol.toStringTag] = "own";
same(attributes(o, Symbol.toStringTag), "wec");

// feature: Iterator helpers: map, filter, take, drop and flatMap
const n = () => [1, 2, 3, 4].values();
same([n().map((x, i) => x * i).toArray(), n().filter((x) => x % 2).toArray(), n().take(2).toArray(), n().drop(3).toArray(), n().flatMap((x) => [x, x]).take(3).toArray(), n().take(0).toArray(), n().drop(Infinity).toArray(), n().take(Infinity).toArray().length, n().flatMap((x) => new Set([x])).toArray()],
  [[0, 2, 6, 12], [1, 3], [1, 2], [4], [1, 1, 2], [], [], 4, [1, 2, 3, 4]]);
throws(RangeError, () => n().take(-1)); throws(RangeError, () => n().drop(NaN)); throws(TypeError, () => n().map(1));
throws(TypeError, () => n().flatMap(() => 1).next()); throws(TypeError, () => n().flatMap(() => "ab").next());
throws(TypeError, () => Iterator.prototype.map.call(1, () => 1));
for (const [k, l] of [["map", 1], ["filter", 1], ["take", 1], ["drop", 1], ["flatMap", 1], ["reduce", 1], ["toArray", 0], ["forEach", 1], ["some", 1], ["every", 1], ["find", 1]]) method(Iterator.prototype, k, l);
same([n().map((x) => x)[Symbol.toStringTag], "return" in n().map((x) => x), n().map((x) => x) instanceof Iterator], ["Iterator Helper", true, true]);

// feature: Iterator helpers: reduce, some, every, find and forEach
const n = () => [1, 2, 3].values(), seen = [];
same([n().reduce((a, b) => a + b), n().reduce((a, b) => a + b, "x"), n().some((x) => x > 2), n().every((x) => x > 2), n().find((x) => x > 1), n().find(() => false), n().forEach((x, i) => seen.push([x, i])), seen],
  [6, "x123", true, false, 2, undefined, undefined, [[1, 0], [2, 1], [3, 2]]]);
throws(TypeError, () => [].values().reduce((a, b) => a));

// feature: Iterator helpers are lazy and close what they read
const log = [];
const it = () => ({ __proto__: Iterator.prototype, n: 0, next() { log.push("next"); return { value: this.n++, done: this.n > 5 }; }, return() { log.push("return"); return {}; } });
const m = it().map((x) => x); same(log, []); m.next(); m.return(); same(log.splice(0), ["next", "return"]);
same(m.next(), { value: undefined, done: true });
it().take(1).toArray(); same(log.splice(0), ["next", "return"]); it().find((x) => x === 1); same(log.splice(0), ["next", "next", "return"]);
throws(EvalError, () => it().map(() => { throw new EvalError(); }).next()); same(log.splice(0), ["next", "return"]);
throws(EvalError, () => it().forEach(() => { throw new EvalError(); })); same(log.splice(0), ["next", "return"]);
const fm = it().flatMap(() => ({ [Symbol.iterator]: () => ({ next: () => ({ done: false }), return() { log.push("inner"); return {}; } }) }));
fm.next(); fm.return(); same(log.splice(0), ["next", "inner", "return"]);
throws(TypeError, () => it().map(5)); same(log.splice(0), ["return"], "closed when the argument is bad");

// feature: Iterator.from
same([Iterator.from({ next: () => ({ done: true }) }).toArray(), Iterator.from("ab").toArray(), Iterator.from([1]).map((x) => x + 1).toArray(), Iterator.from(new Set([1])) instanceof Iterator],
  [[], ["a", "b"], [2], true]);
const plain = { next() { return { value: 1, done: false }; } }; const w = Iterator.from(plain);
same([w === plain, w instanceof Iterator, w.take(2).toArray(), w.return()], [false, true, [1, 1], { value: undefined, done: true }]);
throws(TypeError, () => Iterator.from(1)); throws(TypeError, () => Iterator.from(null)); method(Iterator, "from", 1);

// feature: Set methods
const a = new Set([1, 2, 3]), b = new Set([3, 2, 9]);
same([[...a.union(b)], [...a.intersection(b)], [...a.difference(b)], [...a.symmetricDifference(b)], new Set([2]).isSubsetOf(a), a.isSupersetOf(new Set([1])), a.isDisjointFrom(new Set([7])), a.isSubsetOf(b), a.isDisjointFrom(b)],
  [[1, 2, 3, 9], [2, 3], [1], [1, 9], true, true, true, false, false]);
same([[...a.union(new Map([["k", 1]]))], [...a.intersection({ size: 1, has: (x) => x === 1, keys: () => [].values() })].length], [[1, 2, 3, "k"], 0]);
throws(TypeError, () => a.union([1])); throws(TypeError, () => a.union({ size: NaN, has() {}, keys() {} }));
throws(RangeError, () => a.union({ size: -1, has() {}, keys() {} })); throws(TypeError, () => a.union({ size: 1, has: 1, keys() {} }));
throws(TypeError, () => Set.prototype.union.call([], a));
for (const k of ["union", "intersection", "difference", "symmetricDifference", "isSubsetOf", "isSupersetOf", "isDisjointFrom"]) method(Set.prototype, k, 1);
class S extends Set {} same(new S().union(a) instanceof S, false);
same([...new Set([1]).union(new Set([-0]))].map((x) => Object.is(x, -0)), [false, false]);
let closed = 0;
new Set([1, 2, 3]).isSupersetOf({ size: 1, has() {}, keys: () => ({ next: () => ({ value: 9, done: false }), return() { closed++; return {}; } }) });
same(closed, 1);

// feature: Promise.try
later(async () => {
  same(await Promise.try((a, b) => a + b, 1, 2), 3); await rejected(EvalError, Promise.try(() => { throw new EvalError(); })); same(await Promise.try(async () => 4), 4);
  const log = []; Promise.try(() => log.push("now")); same(log, ["now"]); await rejected(TypeError, Promise.try(1)); class P extends Promise {} same(P.try(() => 1) instanceof P, true);
});
method(Promise, "try", 1);

// feature: RegExp.escape
same([RegExp.escape("a.b"), RegExp.escape("(*)"), RegExp.escape("1a"), RegExp.escape("-,"), RegExp.escape("\n\u2028 "), RegExp.escape("/_"), RegExp.escape("\ud800"), RegExp.escape("")],
  ["\\x61\\.b", "\\(\\*\\)", "\\x31a", "\\x2d\\x2c", "\\n\\u2028\\x20", "\\/_", "\\ud800", ""]);
throws(TypeError, () => RegExp.escape(1)); method(RegExp, "escape", 1);
for (const s of ["^$.*", "a-b", "[x]", "😀"]) same(new RegExp("^" + RegExp.escape(s) + "$", "u").test(s), true, s);

// feature: RegExp.escape leaves letters as they are
// not supported: QuickJS-NG escapes what is not ASCII; what is matched is the same
same([RegExp.escape("é"), RegExp.escape("漢")], ["é", "漢"]);
// instead:
same([new RegExp(RegExp.escape("é漢"), "u").test("é漢"), RegExp.escape("é")], [true, "\\xe9"]);

// feature: RegExp modifiers
same([/(?i:a)b/.test("Ab"), /(?i:a)b/.test("AB"), /(?-i:a)b/i.test("aB"), /(?-i:a)b/i.test("Ab"), /(?s:.)./.test("\na"), /(?m:^a)/.test("b\na"), /(?i-s:A.)/s.test("a\n"), /(?i:(?-i:a)b)/.test("aB"), /(?i:\u{41})/u.test("a")],
  [true, false, true, false, true, true, false, true, true]);
invalid("/(?ii:a)/", "/(?g:a)/", "/(?i-i:a)/", "/(?-:a)/", "/(?u:a)/", "/(?i/", "/(?i-:a/");

// feature: Duplicate named groups
const r = /(?<y>\d{4})-\d\d|\d\d-(?<y>\d{4})/;
same(["2020-01".match(r).groups.y, "01-2021".match(r).groups.y, "01-2021".replace(r, "$<y>"), Object.keys("01-2021".match(r).groups), /(?:(?<a>x)|(?<a>y))\k<a>/.test("yy"), /^(?:(?:(?<a>x)|(?<a>y))\k<a>)+$/.test("xxyy")],
  ["2020", "2021", "2021", ["y"], true, true]);
invalid("/(?<a>x)(?<a>y)/");

// feature: Duplicate named groups that could both take part are no syntax
// not supported: QuickJS-NG takes them when one of them stands behind an alternative
invalid("/(?:(?<a>x)|y)(?<a>z)/");

// feature: Float16Array and Math.f16round
same([[...new Float16Array([1.5, 65504, 65520, 5.960464477539063e-8, 1.337, -0, NaN])], Math.f16round(1.337), Math.f16round(2.980232238769531e-8), Float16Array.BYTES_PER_ELEMENT, Math.f16round(65519.99), Math.f16round("1.5")],
  [[1.5, 65504, Infinity, 5.960464477539063e-8, 1.3369140625, -0, NaN], 1.3369140625, 0, 2, 65504, 1.5]);
const v = new DataView(new ArrayBuffer(4)); v.setFloat16(0, 1.5); v.setFloat16(2, -2, true);
same([v.getFloat16(0), v.getUint16(0), v.getFloat16(2, true), v.getUint16(2)], [1.5, 0x3e00, -2, 0x00c0]); method(Math, "f16round", 1);
method(DataView.prototype, "setFloat16", 2); throws(RangeError, () => v.getFloat16(3));
same([[...new Float16Array([3, 1, 2]).sort()], new Float16Array([1.1])[0], String(new Float16Array(1)[Symbol.toStringTag])],
  [[1, 2, 3], 1.099609375, "Float16Array"]);
same(Math.f16round(1.00048828125 + 1e-10), 1.0009765625, "rounded once");

// feature: Import attributes and JSON modules
// not supported: there are no modules
later(async () => { assert((await import("data:application/json,1", { with: { type: "json" } })).default === 1); });
// instead:
later(async () => { await rejected(ReferenceError, import("data:application/json,1", { with: { type: "json" } })); });
