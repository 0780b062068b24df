// edition: ES2017

// feature: Object.values and entries
const s = Symbol(), o = Object.create({ no: 1 }, { a: { value: 1, enumerable: true }, h: { value: 2 } }); o[s] = 3; o[1] = "one";
same([Object.values(o), Object.entries(o), Object.values("ab"), Object.entries([7]), Object.values(1)],
  [["one", 1], [["1", "one"], ["a", 1]], ["a", "b"], [["0", 7]], []]);
const d = { get a() { delete this.b; return 1; }, b: 2 }; same(Object.values(d), [1]);
throws(TypeError, () => Object.values(null));
method(Object, "values", 1); method(Object, "entries", 1);

// feature: Object.getOwnPropertyDescriptors
const s = Symbol();
const d = Object.getOwnPropertyDescriptors({ a: 1, get b() { return 2; }, [s]: 3 });
same([Object.keys(d), d.a, typeof d.b.get, d[s].value, Object.getOwnPropertyDescriptors(1)],
  [["a", "b"], { value: 1, writable: true, enumerable: true, configurable: true }, "function", 3, {}]);
same(Object.keys(Object.getOwnPropertyDescriptors(new Proxy({}, { ownKeys: () => ["x"] }))), []);
method(Object, "getOwnPropertyDescriptors", 1);

// feature: String padding
same(["a".padStart(3), "a".padStart(5, "xy"), "a".padEnd(4, "xyz"), "abc".padStart(2), "a".padEnd(3, ""), "a".padStart(3, undefined), "a".padEnd(3, 0)],
  ["  a", "xyxya", "axyz", "abc", "a", "  a", "a00"]);
method(String.prototype, "padStart", 1); method(String.prototype, "padEnd", 1);

// feature: Trailing commas in parameters
same([((a, b,) => a + b)(1, 2,), (function (a,) {}).length], [3, 1]);
valid("f(a,)", "async (a,) => 1", "({ m(a,) {} })", "new F(a,)");
invalid("f(,)", "(,) => 1", "function f(,) {}", "function f(...a,) {}", "f(a,,)", "({ set x(a,,) {} })");

// feature: Async functions
const log = [];
async function f(x) { log.push("start"); const y = await x; log.push("got " + y); return y + 1; }
later(async () => {
  const p = f(1); log.push("called");
  same([p instanceof Promise, await p], [true, 2]);
  same(log, ["start", "called", "got 1"]);
  await rejected(EvalError, (async () => { throw new EvalError(); })());
  await rejected(EvalError, (async (a = (() => { throw new EvalError(); })()) => {})());
  try { await Promise.reject(3); assert(false); } catch (e) { same(e, 3); } finally { log.push(await "f"); }
  same(log.pop(), "f");
  same(await (async () => { try { return await 1; } finally { await 2; } })(), 1);
  same(await (async function () { return await (await this.x); }).call({ x: Promise.resolve(5) }), 5);
  let n = 1; n += await 2; same(n, 3);
  let m = 1; const add = async () => { m += await 1; }; const pending = add(); m = 10; await pending; same(m, 2, "the left side is read first");
  same([await 1, ...(await [2, 3])], [1, 2, 3]);
});
throws(TypeError, () => new f());
same([f.hasOwnProperty("prototype"), f.length, String(Object.getPrototypeOf(f)[Symbol.toStringTag])], [false, 1, "AsyncFunction"]);

// feature: The order of await and then
const log = [];
async function a() { log.push("a1"); await b(); log.push("a2"); }
async function b() { log.push("b"); }
Promise.resolve().then(() => log.push("p1")).then(() => log.push("p2")).then(() => log.push("p3"));
a();
(async () => { log.push(await (async () => Promise.resolve("returned"))()); })();
log.push("sync");
later(async () => { for (let i = 0; i < 10; i++) await null; same(log, ["a1", "b", "sync", "p1", "a2", "p2", "p3", "returned"]); });

// feature: Async arrows, methods and names
const async = (x) => x, o = { async m() { return this.v; }, v: 1, async: 2, async *g() {}, get async_() { return 3; } };
class A { async m() { return super.toString === Object.prototype.toString; } static async s() { return 4; } async() { return 5; } }
later(async () => { same([await o.m(), o.async, async(6), await new A().m(), await A.s(), new A().async(), await (async x => x)(7)], [1, 2, 6, true, 4, 5, 7]); });
same([o.m.name, (async () => {}).name, async.name], ["m", "", "async"]);
valid("async\nfunction f() {}", "var async; async\n(x)", "async () => {}, 1", "return async function () {}", "var await = 1", "function f() { await: 1 }", "async function await_() {}");
invalid("async (x)\n=> x", "async () => { var await }", "async function f() { function await() {} await }", "(async function await() {})", "async function f(a = await 1) {}", "async (await) => 1", "function f() { await 1 }", "async function f() { await }", "({ async get x() {} })", "({ async\nm() {} })", "async function f() { 'use strict'; eval = 1 }", "new async() => 1");

// feature: The AsyncFunction constructor
const AsyncFunction = (async () => {}).constructor;
later(async () => { same(await new AsyncFunction("a", "return await a + 1")(1), 2); same(await AsyncFunction("return 3")(), 3); });
same([AsyncFunction.name, AsyncFunction.length, "AsyncFunction" in globalThis, Object.getPrototypeOf(AsyncFunction) === Function, String(AsyncFunction("a", "b"))],
  ["AsyncFunction", 1, false, true, "async function anonymous(a\n) {\nb\n}"]);

// feature: Async arrows see the arguments of the function around them
function around() { return (async () => arguments[0] + (await 1))(); }
later(async () => { same(await around(2), 3); });

// feature: Atomics and SharedArrayBuffer
// not supported: removed on purpose: no memory is shared and no run has threads
const b = new Int32Array(new SharedArrayBuffer(8));
same([Atomics.add(b, 0, 5), Atomics.load(b, 0), Atomics.isLockFree(4)], [0, 5, true]);
// instead:
same([typeof Atomics, typeof SharedArrayBuffer, "Atomics" in globalThis], ["undefined", "undefined", false]);
