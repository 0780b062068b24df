// edition: ES2021

// feature: Logical assignment
const log = [], t = (x) => (log.push(x), x);
let a = null, b = 0, c = 1; a ??= t(5); b ||= t(6); c &&= t(7);
same([a, b, c, a ??= t(1), (b ||= t(2)), (c &&= 0), (c &&= t(3)), log], [5, 6, 7, 5, 6, 0, 0, [5, 6, 7]]);
const o = Object.freeze({ x: 1 }); same([o.x ||= 2, o.x ??= 3], [1, 1]);
throws(TypeError, () => { "use strict"; o.x &&= 2; }); throws(TypeError, () => { const k = null; k ??= 1; }); const k2 = 1; same(k2 ||= 2, 1);
let f; f ??= () => {}; same(f.name, "f"); const p = {}; p.g ??= () => {}; same(p.g.name, "");
let gets = 0; const q = { get v() { gets++; return 1; }, set v(x) { assert(false); } }; q.v ||= 5; same(gets, 1);
const keyed = []; const target = {}; target[(keyed.push("k"), "z")] ??= 4; same([keyed, target.z], [["k"], 4]);
invalid("a?.b ??= 1", "1 ||= 2", "[a] ||= []", "({ a }) &&= 1", "f() ??= 1 ; (");
throws(ReferenceError, () => { undefinedName ??= 1; });

// feature: Numeric separators
same([1_000, 0b1010_1010, 0xFF_FF, 1_0.0_1, 1e1_0, 1_0n, 0o1_7, .1_2], [1000, 170, 65535, 10.01, 1e10, 10n, 15, 0.12]);
same([Number("1_000"), parseInt("1_000"), parseFloat("1_0")], [NaN, 1, 1]);
invalid("1__0", "1_", "0_1", "1_.5", "1._5", "0x_1", "1e_5", "1_e5", "01_0", "1_n", "09_1"); same(typeof _1, "undefined");

// feature: String.prototype.replaceAll
same(["aaa".replaceAll("a", "b"), "a.b.".replaceAll(".", "$&$&"), "xx".replaceAll("", "-"), "aXa".replaceAll(/a/g, (m, i) => i), "aaa".replaceAll("aa", "b"), "abab".replaceAll("b", (m, i, s) => i + s.length), "a".replaceAll("a", "$$")],
  ["bbb", "a..b..", "-x-x-", "0X2", "ba", "a5a7", "$"]);
throws(TypeError, () => "a".replaceAll(/a/, "")); method(String.prototype, "replaceAll", 2);
same("a".replaceAll({ [Symbol.replace]: (s, r) => ["mine", s, r] }, 1), ["mine", "a", 1]);

// feature: Promise.any and AggregateError
later(async () => {
  same(await Promise.any([Promise.reject(1), new Promise(() => {}), 2]), 2);
  const e = await rejected(AggregateError, Promise.any([Promise.reject(1), Promise.reject(2)])); same(e.errors, [1, 2]);
  same((await rejected(AggregateError, Promise.any([]))).errors, []); await rejected(TypeError, Promise.any(1));
});
const e = new AggregateError([1, 2], "m");
same([e.errors, e.message, e.name, e instanceof Error, AggregateError.length, attributes(e, "errors"), Object.getPrototypeOf(AggregateError) === Error, AggregateError(new Set([3])).errors],
  [[1, 2], "m", "AggregateError", true, 2, "w-c", true, [3]]);
throws(TypeError, () => new AggregateError()); method(Promise, "any", 1);

// feature: WeakRef
const target = {}, w = new WeakRef(target);
same([w.deref() === target, String(w), WeakRef.length, WeakRef.name], [true, "[object WeakRef]", 1, "WeakRef"]);
throws(TypeError, () => WeakRef(target)); throws(TypeError, () => new WeakRef(1)); throws(TypeError, () => new WeakRef(Symbol.for("x")));
throws(TypeError, () => WeakRef.prototype.deref.call({}));
method(WeakRef.prototype, "deref", 0);

// feature: FinalizationRegistry
const r = new FinalizationRegistry(() => {}), token = {}, o = {};
same([r.register(o, 1, token), r.unregister(token), r.unregister(token), String(r), FinalizationRegistry.length],
  [undefined, true, false, "[object FinalizationRegistry]", 1]);
throws(TypeError, () => new FinalizationRegistry()); throws(TypeError, () => FinalizationRegistry(() => {}));
throws(TypeError, () => r.register(o, o)); throws(TypeError, () => r.register(1, 1)); throws(TypeError, () => r.register(o, 1, 5));
throws(TypeError, () => r.unregister(1));
method(FinalizationRegistry.prototype, "register", 2); method(FinalizationRegistry.prototype, "unregister", 1);

// feature: Array.prototype.sort copes with changes while it sorts
const a = [3, 2, 1]; same(a.sort((x, y) => { a.length = 0; return x - y; }).length >= 0, true);
same([5, 1, 4].sort(undefined), [1, 4, 5]); throws(TypeError, () => [1, 2].sort(null));
const inherited = Object.create({ 1: "p" }, { length: { value: 2, writable: true }, 0: { value: "q", writable: true, configurable: true } });
Array.prototype.sort.call(inherited); same([inherited[0], inherited[1]], ["p", "q"]);
