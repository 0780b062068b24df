// edition: ES2024

// feature: Object.groupBy
const g = Object.groupBy([1, 2, 3], (x, i) => (x % 2 ? "odd" : "even"));
const s = Symbol();
same([Object.getPrototypeOf(g), { ...g }, Object.groupBy("aab", (c) => c).a, Object.groupBy([1], () => s)[s], Object.keys(Object.groupBy([1, 2], () => "__proto__"))],
  [null, { odd: [1, 3], even: [2] }, ["a", "a"], [1], ["__proto__"]]);
throws(TypeError, () => Object.groupBy(null, () => 1)); throws(TypeError, () => Object.groupBy([1]));
throws(TypeError, () => Object.groupBy(1, () => 1));
method(Object, "groupBy", 2);

// feature: Object.groupBy and Map.groupBy close their iterator
// not supported: QuickJS-NG leaves it open when the callback throws
let closed = 0;
const open = () => ({ [Symbol.iterator]: () => ({ next: () => ({ done: false }), return() { closed++; return {}; } }) });
throws(EvalError, () => Object.groupBy(open(), () => { throw new EvalError(); }));
throws(EvalError, () => Map.groupBy(open(), () => { throw new EvalError(); }));
same(closed, 2);

// feature: Map.groupBy
const k = {}; const m = Map.groupBy([1, 2, 3, -0], (x, i) => (x > 1 ? k : x === 0 ? x : "s"));
same([m.get(k), m.get("s"), m.size, [...m.keys()].some((x) => Object.is(x, -0))], [[2, 3], [1], 3, false]); method(Map, "groupBy", 2);

// feature: Promise.withResolvers
later(async () => {
  const { promise, resolve, reject } = Promise.withResolvers(); resolve(4); reject(5); same(await promise, 4);
  class P extends Promise {} same(P.withResolvers().promise instanceof P, true); throws(TypeError, () => Promise.withResolvers.call(1));
});
same(Object.keys(Promise.withResolvers()), ["promise", "resolve", "reject"]); method(Promise, "withResolvers", 0);

// feature: Well-formed strings
same(["a\ud800".isWellFormed(), "😀".isWellFormed(), "\udc00\ud800".toWellFormed(), "a😀".toWellFormed(), "".isWellFormed(), "\ud83d".toWellFormed(), "x\ud800y".toWellFormed()],
  [false, true, "\ufffd\ufffd", "a😀", true, "\ufffd", "x\ufffdy"]);
method(String.prototype, "isWellFormed", 0); method(String.prototype, "toWellFormed", 0);
throws(TypeError, () => String.prototype.isWellFormed.call(null));

// feature: Resizable ArrayBuffers
const b = new ArrayBuffer(4, { maxByteLength: 16 }), whole = new Uint8Array(b), part = new Uint8Array(b, 2, 2), tail = new Uint16Array(b, 2);
same([b.resizable, b.maxByteLength, whole.length, tail.length], [true, 16, 4, 1]);
b.resize(9); same([whole.length, part.length, tail.length, b.byteLength, whole[8]], [9, 2, 3, 9, 0]);
b.resize(3); same([part.length, part.byteOffset, part.byteLength, part[0], tail.length, whole.length], [0, 0, 0, undefined, 0, 3]);
throws(TypeError, () => part.fill(1)); b.resize(4); same([part.length, part.byteOffset], [2, 2]);
throws(RangeError, () => b.resize(17)); throws(RangeError, () => new ArrayBuffer(5, { maxByteLength: 4 }));
throws(TypeError, () => new ArrayBuffer(1).resize(1));
same([new ArrayBuffer(1).resizable, new ArrayBuffer(3).maxByteLength, new ArrayBuffer(1, {}).resizable], [false, 3, false]);
const v = new DataView(b, 2); same(v.byteLength, 2); b.resize(6); same(v.byteLength, 4); b.resize(1); throws(TypeError, () => v.byteLength);
throws(TypeError, () => v.getInt8(0)); throws(TypeError, () => v.byteOffset);
b.resize(8); whole.set([1, 2, 3, 4, 5, 6, 7, 8]); const it = []; for (const x of whole) { it.push(x); if (x === 3) b.resize(4); }
same(it, [1, 2, 3, 4]);
b.resize(4); same(whole.map((x) => { b.resize(2); return x; }).length, 4); same(whole.length, 2);

// feature: ArrayBuffer.prototype.transfer
const b = new ArrayBuffer(4), u = new Uint8Array(b); u[0] = 7;
const c = b.transfer();
same([b.detached, b.byteLength, c.byteLength, new Uint8Array(c)[0], u.length, u[0], u.byteOffset], [true, 0, 4, 7, 0, undefined, 0]);
const d = c.transfer(2); same([d.byteLength, d.transfer(8).byteLength], [2, 8]); throws(TypeError, () => b.transfer());
throws(TypeError, () => b.slice(0)); throws(TypeError, () => new Uint8Array(b)); throws(TypeError, () => u.fill(0));
const r = new ArrayBuffer(2, { maxByteLength: 4 }); const r2 = r.transfer();
same([r2.resizable, r2.maxByteLength, r2.transferToFixedLength().resizable], [true, 4, false]);
u[0] = 1;
same([0 in u, delete u[0], Object.keys(u), Reflect.set(u, 0, 1), Reflect.defineProperty(u, 0, { value: 1 })], [false, true, [], true, false]);
method(ArrayBuffer.prototype, "transfer", 0); method(ArrayBuffer.prototype, "transferToFixedLength", 0);
same(attributes(ArrayBuffer.prototype, "detached"), "g--c");

// feature: Methods survive buffers that are detached meanwhile
const mk = () => new Uint8Array([1, 2, 3]);
let u = mk(); same(u.map((x) => { if (u.length) u.buffer.transfer(); return x; }).length, 3);
u = mk(); same(u.every((x, i) => { if (i === 0) u.buffer.transfer(); return i === 0 || x === undefined; }), true);
u = mk(); same(u.indexOf(1, { valueOf() { u.buffer.transfer(); return 0; } }), -1);
u = mk(); same(u.includes(undefined, { valueOf() { u.buffer.transfer(); return 0; } }), true);
u = mk(); throws(TypeError, () => u.fill({ valueOf() { u.buffer.transfer(); return 0; } }));
u = mk(); same(u.sort(() => { if (u.length) u.buffer.transfer(); return 0; }).length, 0);
u = mk(); throws(TypeError, () => u.slice({ valueOf() { u.buffer.transfer(); return 0; } }));
u = mk(); throws(TypeError, () => new Uint8Array(u.buffer, { valueOf() { u.buffer.transfer(); return 0; } }));
u = mk(); u[0] = { valueOf() { u.buffer.transfer(); return 9; } }; same(u.length, 0);
u = mk(); throws(TypeError, () => u.subarray({ valueOf() { u.buffer.transfer(); return 0; } }));
u = mk(); same(u.join({ toString() { u.buffer.transfer(); return "-"; } }), "--");
u = mk(); throws(TypeError, () => u.with(0, { valueOf() { u.buffer.transfer(); return 0; } }).x) instanceof Error;

// feature: RegExp v flag: sets
same([/^[\p{L}--[a-z]]$/v.test("A"), /^[\p{L}--[a-z]]$/v.test("a"), /^[\p{L}&&\p{ASCII}]$/v.test("é"), /^[[a-z]&&[aeiou]]$/v.test("e"), /[\q{abc|d}]/v.exec("xabc")[0], /^[^\d]$/v.test("1"), /^[[a-z]--[b-d]]$/v.test("c"), /a/v.unicodeSets, /a/v.flags, /^\p{RGI_Emoji}$/v.test("👨‍👩‍👧"), /^[\p{Emoji_Keycap_Sequence}--\q{0️⃣}]$/v.test("0️⃣"), /[\q{}a]/v.exec("b")[0]],
  [true, false, false, true, "abc", false, false, true, "v", true, false, ""]);
same([/^[^\P{Lu}]$/vi.test("a"), /^[\w--\d]+$/v.test("ab_"), /[\-\&]/v.test("&"), /^.$/v.test("😀")], [true, true, true, true]);
invalid("/a/uv", "/[a--b&&c]/v", "/[(]/v", "/[^\\q{ab}]/v", "/[a&&&b]/v", "/[a-z&&b]/v", "/[a-z--[b-d]]/v", "/[[a]--]/v", "/[||]/v", "/\\P{RGI_Emoji}/v", "/[^\\p{RGI_Emoji}]/v", "/\\p{RGI_Emoji}/u", "/[\\q{a]/v", "/[!!]/v");

// feature: Atomics.waitAsync
// not supported: removed on purpose, with Atomics
same(typeof Atomics.waitAsync, "function");
