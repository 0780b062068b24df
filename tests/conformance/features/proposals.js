// edition: Proposals

// feature: Iterator.zip and zipKeyed
same([Iterator.zip([[1, 2], "ab".split("")]).toArray(), Iterator.zip([[1, 2, 3], [4]]).toArray(), Iterator.zip([[1, 2], [3]], { mode: "longest", padding: [0, 9] }).toArray(), Iterator.zipKeyed({ a: [1], b: [2] }).toArray().map((o) => ({ ...o })), Iterator.zip([]).toArray()],
  [[[1, "a"], [2, "b"]], [[1, 4]], [[1, 3], [2, 9]], [{ a: 1, b: 2 }], []]);
throws(TypeError, () => Iterator.zip([[1, 2], [1]], { mode: "strict" }).toArray()); throws(TypeError, () => Iterator.zip(1));
throws(TypeError, () => Iterator.zip([[1]], { mode: "x" }));
let closed = 0; const it = () => ({ [Symbol.iterator]() { return this; }, next: () => ({ done: false }), return() { closed++; return {}; } });
Iterator.zip([it(), it(), []]).toArray(); same(closed, 2);

// feature: Iterator.prototype.chunks and windows
same([[1, 2, 3].values().chunks(2).toArray(), [1, 2, 3].values().windows(2).toArray()], [[[1, 2], [3]], [[1, 2], [2, 3]]]);

// feature: Iterator.prototype.includes and join
same([[1, 2].values().includes(2), [1, NaN].values().includes(NaN), [1, 2].values().join("-"), [1].values().includes(3)], [true, true, "1-2", false]);

// feature: Symbol.dispose and DisposableStack
const log = []; const stack = new DisposableStack(); const res = { [Symbol.dispose]() { log.push("res"); } };
same([stack.use(res) === res, stack.adopt(5, (v) => log.push(v)), stack.defer(() => log.push("defer")), stack.disposed, stack.dispose(), stack.disposed, log],
  [true, 5, undefined, false, undefined, true, ["defer", 5, "res"]]);
throws(ReferenceError, () => stack.use(res)); throws(TypeError, () => new DisposableStack().use({}));
same([typeof Symbol.dispose, Symbol.dispose.description, attributes(Symbol, "dispose")], ["symbol", "Symbol.dispose", "---"]);
const s = new DisposableStack(); s.defer(() => { throw new EvalError("1"); }); s.defer(() => { throw new RangeError("2"); });
const e = throws(SuppressedError, () => s.dispose()); same([e.error.message, e.suppressed.message], ["1", "2"]);
const moved = new DisposableStack(); moved.defer(() => log.push("moved")); const to = moved.move();
same([moved.disposed, to.disposed], [true, false]); to[Symbol.dispose](); same(log.at(-1), "moved");

// feature: AsyncDisposableStack
later(async () => { const log = [], stack = new AsyncDisposableStack(); stack.use({ async [Symbol.asyncDispose]() { await null; log.push("async"); } }); stack.use({ [Symbol.dispose]() { log.push("sync"); } }); stack.defer(async () => { log.push("defer"); }); await stack.disposeAsync(); same([log, stack.disposed], [["defer", "sync", "async"], true]); await stack[Symbol.asyncDispose](); });

// feature: using declarations
const log = []; const res = (n) => ({ [Symbol.dispose]() { log.push(n); } });
{ using a = res("a"); using b = res("b"), c = null; log.push("body"); } same(log.splice(0), ["body", "b", "a"]);
function f() { using x = res("x"); return log.push("return"); } f(); same(log.splice(0), ["return", "x"]);
throws(EvalError, () => { using x = res("x"); throw new EvalError(); }); same(log.splice(0), ["x"]);
for (using x of [res(1), res(2)]) log.push("turn"); same(log.splice(0), ["turn", 1, "turn", 2]);
throws(TypeError, () => { using x = {}; }); throws(TypeError, () => { using x = res(1); x = 2; }); var using = 3; same(using, 3);

// feature: await using
later(async () => { const log = []; { await using a = { async [Symbol.asyncDispose]() { await null; log.push("a"); } }; log.push("body"); } same(log, ["body", "a"]); });

// feature: Immutable ArrayBuffers
const b = new Uint8Array([1, 2]).buffer, i = b.transferToImmutable();
same([i.immutable, b.detached, new Uint8Array(i)[0], new ArrayBuffer(1).immutable], [true, true, 1, false]); const u = new Uint8Array(i); u[0] = 5;
throws(TypeError, () => u.fill(1)); throws(TypeError, () => i.transfer()); same([u[0], new ArrayBuffer(4).sliceToImmutable(1, 3).byteLength], [1, 2]);

// feature: Immutable ArrayBuffers: assignments throw in strict mode
// not supported: QuickJS-NG ignores them
"use strict";
const u = new Uint8Array(new ArrayBuffer(1).transferToImmutable()); throws(TypeError, () => { u[0] = 5; });

// feature: Error.captureStackTrace and stackTraceLimit
const o = {}; function outer() { inner(); } function inner() { Error.captureStackTrace(o, inner); } outer();
assert(typeof o.stack === "string" && o.stack.includes("outer") && !o.stack.includes("inner")); same(typeof Error.stackTraceLimit, "number");
Error.stackTraceLimit = 1; (function a() { (function b() { same(new Error().stack.trim().split("\n").length, 1); })(); })();

// feature: Error.prepareStackTrace
// not supported: removed on purpose: it is no standard, and the sandbox formats stacks itself
Error.prepareStackTrace = () => "mine"; same(new Error().stack, "mine");
// instead:
same("prepareStackTrace" in Error, false);

// feature: Temporal
// not supported: QuickJS-NG has none
same(Temporal.PlainDate.from("2020-02-29").add({ years: 1 }).toString(), "2021-02-28");

// feature: ShadowRealm
// not supported: QuickJS-NG has none
same(new ShadowRealm().evaluate("1 + 1"), 2);

// feature: Decorators
// not supported: QuickJS-NG has none
const twice = (f) => function (...a) { return f.apply(this, a) * 2; }; const C = eval("class C { @twice m() { return 2; } } C"); same(new C().m(), 4);

// feature: AsyncIterator helpers
// not supported: at an early stage; QuickJS-NG has none
same(typeof AsyncIterator.prototype.map, "function");
