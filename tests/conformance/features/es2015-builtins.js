// edition: ES2015

// feature: String.prototype.includes, startsWith and endsWith
same(["abc".includes("b"), "abc".includes("a", 1), "abc".startsWith("b", 1), "abc".endsWith("b", 2), "abc".endsWith("c", 99), "".includes(""), "abc".startsWith("", 9), "undefined".includes()],
  [true, false, true, true, true, true, true, true]);
throws(TypeError, () => "a".includes(/a/)); throws(TypeError, () => "a".startsWith(/a/)); throws(TypeError, () => "a".endsWith(/a/));
const r = /a/; r[Symbol.match] = false; same("/a/".includes(r), true);
method(String.prototype, "includes", 1); method(String.prototype, "startsWith", 1);

// feature: String.prototype.repeat
same(["ab".repeat(2), "a".repeat(0), "".repeat(2 ** 30), "a".repeat(2.9), "a".repeat("2")], ["abab", "", "", "aa", "aa"]);
throws(RangeError, () => "a".repeat(-1)); throws(RangeError, () => "a".repeat(Infinity));
method(String.prototype, "repeat", 1);

// feature: Code points of strings
same(["😀".codePointAt(0), "😀".codePointAt(1), "a".codePointAt(1), String.fromCodePoint(0x1F600, 97), String.fromCodePoint(), String.fromCharCode(0x1F600), "a😀".length],
  [0x1F600, 0xDE00, undefined, "😀a", "", "\uF600", 3]);
for (const bad of [-1, 1.5, 0x110000, NaN, "x"]) throws(RangeError, () => String.fromCodePoint(bad), String(bad));
method(String.prototype, "codePointAt", 1); method(String, "fromCodePoint", 1);

// feature: String.prototype.normalize
same(["e\u0301".normalize(), "\u00e9".normalize("NFD"), "\ufb01".normalize("NFKC"), "\u2126".normalize("NFC"), "\uac00".normalize("NFD").length, "\u1e9b\u0323".normalize("NFKD")],
  ["\u00e9", "e\u0301", "fi", "\u03a9", 2, "s\u0323\u0307"]);
throws(RangeError, () => "a".normalize("x")); throws(RangeError, () => "a".normalize(null));
same("\ud800".normalize(), "\ud800");
method(String.prototype, "normalize", 0);

// feature: String.raw
same([String.raw`a\n${1}\u{z}`, String.raw({ raw: "abc" }, 1, 2, 3), String.raw({ raw: [] }), String.raw({ raw: { length: 2, 0: "x", 1: "y" } }, "-")],
  ["a\\n1\\u{z}", "a1b2c", "", "x-y"]);
throws(TypeError, () => String.raw()); throws(TypeError, () => String.raw({}));

// feature: Symbol methods of regular expressions
const my = { [Symbol.match]: (s) => ["m", s], [Symbol.replace]: (s, r) => ["r", s, r], [Symbol.search]: (s) => 7, [Symbol.split]: (s, n) => [s, n] };
same(["a".match(my), "a".replace(my, "b"), "a".search(my), "a".split(my, 2)], [["m", "a"], ["r", "a", "b"], 7, ["a", 2]]);
same([RegExp.prototype[Symbol.match].name, RegExp.prototype[Symbol.split].length, RegExp.prototype[Symbol.replace].length], ["[Symbol.match]", 2, 2]);
const fake = { flags: "g", global: true, exec() { return this.n++ ? null : { index: 1, length: 1, 0: "b" }; }, n: 0, lastIndex: 0 };
same(RegExp.prototype[Symbol.replace].call(fake, "abc", "X"), "aXc");
throws(TypeError, () => RegExp.prototype[Symbol.match].call(1, "a"));
const re = /a/; re.exec = () => 5; throws(TypeError, () => re.test("a"));
same(new (class extends RegExp { [Symbol.replace](s) { return "own"; } })("a") && "a".replace(new (class extends RegExp { [Symbol.replace]() { return "own"; } })("a"), "b"), "own");

// feature: RegExp sticky flag
const y = /a/y;
same([y.test("ba"), (y.lastIndex = 1, y.test("ba")), y.lastIndex, y.test("ba"), y.lastIndex, y.sticky, y.flags],
  [false, true, 2, false, 0, true, "y"]);
same(["aab".replace(/a/y, "x"), "aaba".replace(/a/gy, "x"), "baa".match(/a/gy), "a-b".split(/-/y)], ["xab", "xxba", null, ["a", "b"]]);
const m = /^a/my; m.lastIndex = 2; same(m.test("b\na"), true);

// feature: RegExp unicode flag
same([/^.$/u.test("😀"), /^.$/.test("😀"), /\u{1F600}/u.test("😀"), /[😀]/u.exec("😀")[0].length, /^[^x]$/u.test("😀"), /\ud83d/u.test("😀"), /\ud83d/.test("😀"), /\u{3}/.test("uuu")],
  [true, false, true, 2, true, false, true, true]);
same([/\w/iu.test("ſ"), /[^\W]/iu.test("\u212a"), /ß/iu.test("ẞ"), "😀".match(/(?:)/gu).length, /\S/u.exec("😀")[0]], [true, true, true, 2, "😀"]);
const u = /./u; u.lastIndex = 1; same("a😀".replace(/(?:)/gu, "-"), "-a-😀-");
invalid("/\\a/u", "/{/u", "/\\u{110000}/u", "/\\c/u", "/a{1/u", "/[\\w-a]/u", "/\\1/u", "/(?=a)*/u", "/]/u", "/\\-/u", "/\\u{}/u");
valid("/\\a/", "/{/", "/a{1/", "/[\\w-a]/", "/\\1/", "/(?=a)*/", "/]/", "/[\\-]/u");

// feature: RegExp constructor and flags
const a = /x/gi;
same([new RegExp(a).flags, new RegExp(a, "m").flags, RegExp(a) === a, new RegExp(a) === a, /x/yusmig.flags], ["gi", "m", true, false, "gimsuy"]);
same([RegExp.prototype.toString.call({ source: "s", flags: "f" }), Object.getOwnPropertyDescriptor(RegExp.prototype, "flags").get.call({ global: 1, sticky: 1 }), RegExp.prototype.source, RegExp.prototype.global, RegExp.prototype.flags],
  ["/s/f", "gy", "(?:)", undefined, ""]);
throws(TypeError, () => Object.getOwnPropertyDescriptor(RegExp.prototype, "global").get.call({}));
same([attributes(/a/, "lastIndex"), Object.prototype.hasOwnProperty.call(/a/, "source"), attributes(RegExp.prototype, "flags")],
  ["w--", false, "g--c"]);
const frozen = Object.freeze(/a/g); throws(TypeError, () => frozen.test("b"));
throws(SyntaxError, () => new RegExp("a", "gg")); throws(SyntaxError, () => new RegExp("a", "k"));
same([new RegExp(undefined).source, new RegExp("").source, new RegExp("a/b").source, new RegExp({ [Symbol.match]: true, source: "q", flags: "g", constructor: 1 }).source],
  ["(?:)", "(?:)", "a\\/b", "q"]);

// feature: Array.from
same([Array.from("a😀"), Array.from({ length: 2, 0: "x" }), Array.from([1, 2], (x, i) => x * 10 + i), Array.from(new Map([[1, 2]])), Array.from({ length: -1 }), Array.from(5), Array.from([1], function () { return this.t; }, { t: 9 })],
  [["a", "😀"], ["x", undefined], [10, 21], [[1, 2]], [], [], [9]]);
same([Array.from.call(function (n) { this.given = n; }, { length: 1 }).given, Array.from.call(function () { this.args = arguments.length; }, []).args],
  [1, 0]);
throws(TypeError, () => Array.from(null)); throws(TypeError, () => Array.from([], 1)); throws(TypeError, () => Array.from({ [Symbol.iterator]: 1 }));
let closed = 0;
throws(EvalError, () => Array.from({ [Symbol.iterator]: () => ({ next: () => ({ done: false }), return() { closed++; return {}; } }) }, () => { throw new EvalError(); }));
same(closed, 1);
method(Array, "from", 1);

// feature: Array.of
same([Array.of(7), Array.of(), Array.of(undefined, 1), Array.of.call(function (n) { this.n = n; }, 1, 2).length, Array.of.call(1, 2)],
  [[7], [], [undefined, 1], 2, [2]]);
method(Array, "of", 0);

// feature: Array.prototype.find, findIndex and fill
same([[1, 5, 7].find((x) => x > 4), [1].find((x) => x > 4), [1, 5].findIndex((x) => x > 4), [].findIndex(() => true), [, 1].find((x, i) => i === 0), [1, 2, 3].fill(0, 1, -1), [1, 2].fill(9, -1), Array(2).fill(), Array.prototype.fill.call({ length: 2 }, 1)],
  [5, undefined, 1, -1, undefined, [1, 0, 3], [1, 9], [undefined, undefined], { 0: 1, 1: 1, length: 2 }]);
let visited = 0; [, , 3].find(() => { visited++; }); same(visited, 3, "holes are visited");
throws(TypeError, () => [].find()); throws(TypeError, () => Array.prototype.fill.call(Object.freeze({ length: 1 }), 1));
method(Array.prototype, "find", 1); method(Array.prototype, "fill", 1);

// feature: Array.prototype.copyWithin
same([[1, 2, 3, 4, 5].copyWithin(0, 3), [1, 2, 3, 4, 5].copyWithin(1, 0, 3), [1, 2, 3].copyWithin(-2, -3, -1), [1, , 3].copyWithin(0, 1).hasOwnProperty(0), [1, 2].copyWithin(5)],
  [[4, 5, 3, 4, 5], [1, 1, 2, 3, 5], [1, 1, 2], false, [1, 2]]);
method(Array.prototype, "copyWithin", 2);

// feature: Array.prototype.keys, values and entries
same([[...["a", , "c"].keys()], [...["a", , "c"].values()], [...["a"].entries()], [...Array.prototype.keys.call({ length: 2 })]],
  [[0, 1, 2], ["a", undefined, "c"], [[0, "a"]], [0, 1]]);
throws(TypeError, () => Array.prototype.values.call(null));
method(Array.prototype, "entries", 0);

// feature: Number constants and predicates
same([Number.EPSILON === 2 ** -52, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.isInteger(5.0), Number.isInteger("5"), Number.isSafeInteger(2 ** 53), Number.isNaN("x"), Number.isFinite("1"), Number.parseFloat === parseFloat, Number.isInteger(Infinity), Number.MIN_VALUE],
  [true, 9007199254740991, -9007199254740991, true, false, false, false, false, true, false, 5e-324]);
same([attributes(Number, "EPSILON"), isNaN("x"), isFinite("1")], ["---", true, true]);

// feature: Math functions of ES2015
same([Math.trunc(-1.9), Math.trunc(-0.5), Math.sign(-3), Math.sign(-0), Math.cbrt(-27), Math.hypot(3, 4), Math.hypot(), Math.hypot(NaN, Infinity), Math.clz32(1), Math.clz32(0), Math.imul(0xffffffff, 5), Math.fround(5.5), Math.fround(5.05)],
  [-1, -0, -1, -0, -3, 5, 0, Infinity, 31, 32, -5, 5.5, 5.050000190734863]);
same([Math.log2(8), Math.log10(1000), Math.log1p(-0), Math.expm1(-0), Math.sinh(-0), Math.cosh(0), Math.tanh(Infinity), Math.asinh(-0), Math.acosh(1), Math.atanh(-1), Math.log1p(1e-16) === 1e-16],
  [3, 3, -0, -0, -0, 1, 1, -0, 0, -Infinity, true]);
same([Math[Symbol.toStringTag], Math.hypot.length, attributes(Math, Symbol.toStringTag)], ["Math", 2, "--c"]);

// feature: ArrayBuffer and DataView
const b = new ArrayBuffer(8), v = new DataView(b, 2, 4);
v.setInt16(0, -2); v.setUint16(2, 0xABCD, true);
same([[...new Uint8Array(b)], v.getUint16(0), v.getInt8(0), v.getUint16(2, true), v.byteLength, v.byteOffset, v.buffer === b],
  [[0, 0, 255, 254, 205, 171, 0, 0], 65534, -1, 0xABCD, 4, 2, true]);
v.setFloat32(0, 1.5); same([v.getFloat32(0), v.getUint32(0)], [1.5, 0x3fc00000]);
throws(RangeError, () => v.getInt8(4)); throws(RangeError, () => v.getInt32(1)); throws(RangeError, () => v.getInt8(-1));
throws(RangeError, () => new DataView(b, 9)); throws(RangeError, () => new DataView(b, 1, 8)); throws(TypeError, () => new DataView({}));
throws(TypeError, () => DataView(b));
same([b.slice(2, 4).byteLength, b.slice(-3).byteLength, ArrayBuffer.isView(v), ArrayBuffer.isView(b), new ArrayBuffer().byteLength, String(b)],
  [2, 3, true, false, 0, "[object ArrayBuffer]"]);
throws(RangeError, () => new ArrayBuffer(-1)); throws(TypeError, () => ArrayBuffer(1)); throws(TypeError, () => ArrayBuffer.prototype.slice.call({}));

// feature: Typed arrays: making them
const kinds = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array];
const TypedArray = Object.getPrototypeOf(Int8Array);
for (const T of kinds) {
  same([T.BYTES_PER_ELEMENT, T.prototype.BYTES_PER_ELEMENT, T.length, Object.getPrototypeOf(T) === TypedArray, new T(2).length, [...new T([1, 2])], [...new T(new Set([3]))], [...T.of(1)], [...T.from("12", (x) => x * 2)], new T(new Int8Array([7]))[0], new T({ length: 1, 0: "4" })[0], String(Object.prototype.toString.call(new T()))],
    [T.BYTES_PER_ELEMENT, T.BYTES_PER_ELEMENT, 3, true, 2, [1, 2], [3], [1], [2, 4], 7, 4, `[object ${T.name}]`]);
  throws(TypeError, () => T(1)); throws(RangeError, () => new T(-1));
}
throws(TypeError, () => new TypedArray()); throws(TypeError, () => TypedArray.from([])); throws(RangeError, () => new Int16Array(new ArrayBuffer(3)));
throws(RangeError, () => new Int16Array(new ArrayBuffer(4), 1)); throws(RangeError, () => new Int8Array(new ArrayBuffer(1), 2));
throws(TypeError, () => new Int8Array(Symbol()));
same([new Int16Array(new ArrayBuffer(8), 2).length, new Int16Array(new ArrayBuffer(8), 2, 1).byteLength, Object.getOwnPropertyDescriptor(TypedArray.prototype, Symbol.toStringTag).get.call(1)],
  [3, 2, undefined]);

// feature: Typed arrays: what elements hold
same([...new Int8Array([128, -129, 1.9, NaN, "5"])], [-128, 127, 1, 0, 5]);
same([...new Uint8ClampedArray([-1, 256, 1.5, 2.5, 0.5, NaN, Infinity])], [0, 255, 2, 2, 0, 0, 255]);
same([...new Uint32Array([-1, 2 ** 32 + 1])], [4294967295, 1]);
same([...new Float32Array([0.1, 1e40, -0])], [0.10000000149011612, Infinity, -0]);
const a = new Uint8Array(2);
a[5] = 1; a[-1] = 1; a["-0"] = 1; a["1.5"] = 1; a.x = 2;
same([Object.keys(a), a[5], "-0" in a, 1.5 in a, 0 in a, 2 in a, delete a[5], attributes(a, 0)],
  [["0", "1", "x"], undefined, false, false, true, false, true, "wec"]);
throws(TypeError, () => { "use strict"; delete a[0]; });
throws(TypeError, () => Object.defineProperty(a, 0, { value: 1, writable: false }));
throws(TypeError, () => Object.defineProperty(a, 2, { value: 1 }));
same([Reflect.set(a, 5, 1), Reflect.defineProperty(a, "-0", { value: 1 }), Reflect.has(Object.create(a), 9)], [true, false, false]);
const o = Object.create(new Uint8Array(1)); o[3] = 1; same(o.hasOwnProperty(3), false);

// feature: Typed arrays: methods
const a = new Int16Array([3, 1, 2]);
same([[...a.map((x) => x * 2)], [...a.filter((x) => x > 1)], a.reduce((x, y) => x + y), a.join("-"), a.indexOf(2), a.lastIndexOf(3), a.find((x) => x < 3), a.findIndex((x) => x < 3), a.every((x) => x), a.some((x) => x > 3), [...a.entries()][0]],
  [[6, 2, 4], [3, 2], 6, "3-1-2", 2, 0, 1, 1, true, false, [0, 3]]);
same([[...a.slice(1)], [...a.subarray(1, 2)], a.subarray(1).byteOffset, a.subarray(1).buffer === a.buffer, [...a.reverse()], [...a.sort()], [...a.fill(7, 1, 2)], [...new Int8Array([1, 2, 3, 4]).copyWithin(1, 0, 2)]],
  [[1, 2], [1], 2, true, [2, 1, 3], [1, 2, 3], [1, 7, 3], [1, 1, 2, 4]]);
a.set([8, 9], 1); same([...a], [1, 8, 9]); throws(RangeError, () => a.set([1], 3)); throws(RangeError, () => a.set([1], -1));
const over = new Uint8Array([1, 2, 3, 4]); over.set(over.subarray(0, 3), 1); same([...over], [1, 1, 2, 3]);
same([[...new Float64Array([NaN, 1, -0, 0, -Infinity]).sort()], [...new Int8Array([10, 9, 1]).sort()], [...new Int8Array([1, 2]).sort((x, y) => y - x)]],
  [[-Infinity, -0, 0, 1, NaN], [1, 9, 10], [2, 1]]);
same([new Float32Array([NaN]).indexOf(NaN), a.toString === Array.prototype.toString, "concat" in a, "push" in a], [-1, true, false, false]);
throws(TypeError, () => Int8Array.prototype.map.call([], () => 1)); throws(TypeError, () => a.sort(1));
throws(TypeError, () => a.map((x) => Symbol()));

// feature: Object.prototype.toString and well-known tags
same([null, undefined, 1, "s", true, [], () => {}, new Error(), new Date(), /x/, (function () { return arguments; })(), Symbol(), new Map(), new Set(), new WeakMap(), Promise.resolve(), new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), new Proxy([], {}), new Proxy(() => {}, {})].map((x) => Object.prototype.toString.call(x).slice(8, -1)),
  ["Null", "Undefined", "Number", "String", "Boolean", "Array", "Function", "Error", "Date", "RegExp", "Arguments", "Symbol", "Map", "Set", "WeakMap", "Promise", "ArrayBuffer", "DataView", "Array", "Function"]);

// feature: Own properties of functions
same([Reflect.ownKeys((a) => a), Reflect.ownKeys(class { static m() {} }), Reflect.ownKeys(function* () {})],
  [["length", "name"], ["length", "name", "prototype", "m"], ["length", "name", "prototype"]]);
throws(TypeError, () => (() => {}).caller); throws(TypeError, () => (class {}).arguments);
same(["caller" in (() => {}), (() => {}).hasOwnProperty("caller")], [true, false]);

// feature: Proper tail calls
// not supported: as in most engines: a call in tail position takes stack
"use strict";
function count(n) { return n === 0 ? "done" : count(n - 1); }
same(count(1000000), "done");

// feature: Symbol.species
for (const C of [Array, Map, Set, Promise, RegExp, ArrayBuffer, Object.getPrototypeOf(Int8Array)]) same([attributes(C, Symbol.species), C[Symbol.species] === C, Object.getOwnPropertyDescriptor(C, Symbol.species).get.name], ["g--c", true, "get [Symbol.species]"], C.name);
class B extends ArrayBuffer {} same([new B(4).slice(1) instanceof B, new B(4).slice(1).byteLength], [true, 3]);
class T extends Uint8Array { static get [Symbol.species]() { return Uint16Array; } }
same([new T(2).map((x) => x) instanceof Uint16Array, new T(2).subarray(0, 1) instanceof Uint16Array, new T(2).slice() instanceof Uint16Array],
  [true, true, true]);
class Short extends Uint8Array { static get [Symbol.species]() { return function () { return new Uint8Array(1); }; } }
throws(TypeError, () => new Short(4).map((x) => x)); throws(TypeError, () => new Short(4).slice());
class R extends RegExp { static get [Symbol.species]() { return function (p, f) { return new RegExp("-", f); }; } }
same("a-b".split(new R("x")), ["a", "b"]);
const bad = new ArrayBuffer(4); bad.constructor = { [Symbol.species]: function () { return bad; } }; throws(TypeError, () => bad.slice());

// feature: Strings that are split by regular expressions
same(["a1b2c".split(/\d/, 2), "abc".split(/(?:)/u), "".split(/a/), "".split(/(?:)/), "ab".split(/(?:)/), "a,b".split(/(,)/), "aXbxc".split(/x/i), "\ud83d\ude00".split(/(?:)/u).length, "ab".split(/$/), "a\nb".split(/^/m), "test".split(/t/, -1), "test".split(/t/, 2 ** 32 + 1)],
  [["a", "b"], ["a", "b", "c"], [""], [], ["a", "b"], ["a", ",", "b"], ["a", "b", "c"], 1, ["ab"], ["a\n", "b"], ["", "es", ""], [""]]);
same([/(a)|b/[Symbol.split]("1a2b3"), "abc".split(undefined), "abc".split(undefined, 0), "a".split(/a/g), /x/y[Symbol.split]("axb")],
  [["1", "a", "2", undefined, "3"], ["abc"], [], ["", ""], ["a", "b"]]);
