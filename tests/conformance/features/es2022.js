// edition: ES2022

// feature: Public class fields
const log = [];
class A { x = 1; y; ["z" + 1] = this.x + 1; "q r" = 3; 5 = 4; f = () => this; static s = this.name; static = 6; get = 7; async = 8; set
 = 9; 'constructor2' = 1 }
const a = new A();
same([a.x, a.y, "y" in a, a.z1, a["q r"], a[5], a.f() === a, A.s, a.static, a.get, a.async, a.set, attributes(a, "x")],
  [1, undefined, true, 2, 3, 4, true, "A", 6, 7, 8, 9, "wec"]);
class B { set v(x) { log.push("setter"); } } class C extends B { v = 1; } same([new C().v, log], [1, []], "fields are defined, not assigned");
class D { a = log.push("a"); constructor() { log.push("body"); } }
class E extends D { b = log.push("b"); constructor() { log.push("before"); super(); log.push("after"); } }
log.length = 0; new E(); same(log, ["before", "a", "body", "b", "after"]);
class F { g = function () {}; h = class {}; static i = () => {}; } same([new F().g.name, new F().h.name, F.i.name], ["g", "h", "i"]);
throws(TypeError, () => new (class extends (class { constructor() { return Object.freeze({}); } }) { x = 1; })());
same(new (class { x = new.target; y = eval("new.target"); })().x, undefined);
invalid("class A { constructor = 1 }", "class A { x = arguments }", "class A { x y }", "class A { static prototype = 1 }", "class A { x = super() }", "class A { 'constructor' = 1 }", "class A { get\nx }", "class A { x = await 1 } async");
valid("class A { get\nx() {} }", "class A { x = 1\ny = 2 }", "class A { x\n['y'] }", "class A { static\nasync\nx }");

// feature: Private fields
class A { #x = 1; #y; static #s = 3; get x() { return this.#x; } inc() { return [this.#x++, ++this.#x, this.#x += 5, this.#y ??= 9, this.#y]; } static has(o) { return #x in o; } static s() { return A.#s; } static read(o) { return o.#x; } swap() { [this.#x, this.#y] = [this.#y, this.#x]; return [this.#x, this.#y]; } }
const a = new A();
same([a.x, a.inc(), A.has(a), A.has({}), A.s(), Object.keys(a), Reflect.ownKeys(a), a.swap()], [1, [1, 3, 8, 9, 9], true, false, 3, [], [], [9, 8]]);
throws(TypeError, () => A.read({})); throws(TypeError, () => A.read(new Proxy(a, {}))); throws(TypeError, () => A.has(1));
class Base { constructor(o) { return o; } } class Stamp extends Base { #p = 1; static read(o) { return o.#p; } }
const plain = {}; new Stamp(plain); same(Stamp.read(plain), 1); throws(TypeError, () => new Stamp(plain), "twice");
const mk = () => class { #p = 1; static read(o) { return o.#p; } }; const P = mk(), Q = mk(); throws(TypeError, () => P.read(new Q()));
class Outer { #a = 1; static Inner = class { #b = 2; read(o) { return o.#a; } }; } same(new Outer.Inner().read(new Outer()), 1);
throws(TypeError, () => { class Early { x = this.#later; #later = 1; } new Early(); });
same(Object.isFrozen(Object.freeze(a)), true); a.inc();
invalid("class A { #x; #x }", "class A { m() { this.#y } }", "this.#x", "class A { #constructor }", "class A { #x; m() { delete this.#x } }", "class A { # x }", "class A { get #x() {} get #x() {} }", "class A { static get #x() {} set #x(v) {} }", "class A { m() { #x } #x }", "class A { #x; m() { 1 + #x in this } }", "({ #x: 1 })", "class A { m() { super.#x } #x }");
valid("class A { get #x() {} set #x(v) {} }", "class A { #x; m() { return eval('this.#x') } }", "class A { #\\u0061; m() { return this.#a } }", "class A { #x; f() { return () => class { g(o) { return o.#x } } } }");

// feature: Private methods and accessors
class A { #m() { return this.v; } get #g() { return 2; } set #g(v) { this.v = v; } static #s() { return 4; } *#gen() { yield 5; } async #as() { return 6; } v = 1; run() { this.#g = 7; return [this.#m(), this.#g, A.#s(), [...this.#gen()], this.#m.name, this.#m === new A().#m]; } w() { this.#m = 1; } static as(o) { return o.#as(); } get #ro() { return 1; } r() { this.#ro = 1; } set #wo(v) {} q() { return this.#wo; } static has(o) { return #m in o; } }
same(new A().run(), [7, 2, 4, [5], "#m", true]);
throws(TypeError, () => new A().w()); throws(TypeError, () => new A().r()); throws(TypeError, () => new A().q());
throws(TypeError, () => A.prototype.run.call({}));
same([A.has(new A()), A.has(A.prototype)], [true, false]);
later(async () => { same(await A.as(new A()), 6); });
class S { static #p = 1; static read() { return this.#p; } } class T extends S {} same(S.read(), 1); throws(TypeError, () => T.read());

// feature: Static initialisation blocks
const log = [];
class A { static a = log.push("a"); static { log.push("block"); this.b = this.name; var v = 1; try { throw 1; } catch { log.push("caught"); } } static c = log.push("c"); static { same(typeof v, "undefined"); } #p = 5; static { A.peek = (o) => o.#p; } }
same([log, A.b, A.peek(new A())], [["a", "block", "caught", "c"], "A", 5]);
class B extends A { static { this.sup = super.b; } } same(B.sup, "A");
throws(EvalError, () => { class C { static { throw new EvalError(); } } });
invalid("class A { static { return } }", "class A { static { await } }", "class A { static { arguments } }", "class A { static { super() } }", "class A { static { let a; var a } }", "class A { static { break } }", "class A { static { yield } }", "x: { class A { static { break x } } }", "async () => { class A { static { await 1 } } }");
valid("class A { static {} static {} }", "class A { static { (() => { return })() } }", "class A { static { x: { break x } } }", "class A { static { function await_() {} } }");

// feature: Ergonomic brand checks
class A { #x; static check(o) { return #x in o; } static all(o) { return !(#x in o) || #x in o && true; } }
same([A.check(new A()), A.check(Object.create(new A())), A.all({}), A.all(new A())], [true, false, true, true]);
throws(TypeError, () => A.check(null));

// feature: at()
same([[1, 2, 3].at(-1), [1].at(5), [1].at(-2), [1, 2].at("1"), [1].at(NaN), "abc".at(-1), "".at(0), "😀".at(0), new Uint8Array([1, 2]).at(-2), new Uint8Array(1).at(1), [1, 2].at(1.9), [1].at(-0.5), Array.prototype.at.call({ length: 1, 0: "z" }, 0)],
  [3, undefined, undefined, 2, 1, "c", undefined, "\ud83d", 1, undefined, 2, 1, "z"]);
for (const P of [Array.prototype, String.prototype, Object.getPrototypeOf(Int8Array.prototype)]) method(P, "at", 1);

// feature: Object.hasOwn
same([Object.hasOwn({ a: 1 }, "a"), Object.hasOwn({}, "toString"), Object.hasOwn(Object.create(null), "a"), Object.hasOwn([1], "length"), Object.hasOwn("a", 0)],
  [true, false, false, true, true]);
const log = []; throws(TypeError, () => Object.hasOwn(null, { toString() { log.push(1); } })); same(log, []); method(Object, "hasOwn", 2);

// feature: Error cause
const c = {}, e = new Error("m", { cause: c });
same([e.cause === c, attributes(e, "cause"), "cause" in new Error("m"), "cause" in new Error("m", {}), "cause" in new Error("m", { cause: undefined }), new TypeError("m", { cause: 0 }).cause, new AggregateError([], "m", { cause: 1 }).cause, "cause" in new Error("m", 5), "cause" in Error.prototype],
  [true, "w-c", false, false, true, 0, 1, false, false]);
const log = []; new Error({ toString() { log.push("message"); return ""; } }, { get cause() { log.push("cause"); } });
same(log, ["message", "cause"]);

// feature: RegExp match indices
const m = /a(?<z>b)?(c)?/d.exec("xab");
same([m.indices[0], m.indices[1], m.indices[2], m.indices.groups.z, /a/d.hasIndices, /a/dg.flags, /a/.exec("a").indices, Object.getPrototypeOf(m.indices.groups), /😀(.)/du.exec("😀b").indices[1], Object.keys(m.indices)],
  [[1, 3], [2, 3], undefined, [2, 3], true, "dg", undefined, null, [2, 3], ["0", "1", "2", "groups"]]);
same([..."ab".matchAll(/./dg)].map((x) => x.indices[0]), [[0, 1], [1, 2]]);

// feature: Top-level await is for modules only
invalid("await 1;"); var await = 5; same(await, 5);

// feature: Class fields and computed names, once
const log = []; const t = (x) => (log.push(x), x);
class A { static [t("s")] = t("sv"); [t("i")] = t("iv"); static { t("block"); } [t("m")]() {} }
same(log, ["s", "i", "m", "sv", "block"]); new A(); new A(); same(log.slice(5), ["iv", "iv"]);
