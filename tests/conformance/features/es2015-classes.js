// edition: ES2015

// feature: Class declarations and expressions
class A { constructor(x) { this.x = x; } m() { return this.x; } static s() { return this; } get g() { return 1; } set g(v) { this.v = v; } "quoted"() {} 5() { return 5; } *gen() { yield 1; } ["c" + 1]() { return 2; } ; }
const a = new A(3);
same([a.m(), A.s() === A, a.g, a[5](), a.c1(), [...a.gen()], typeof A, A.name, A.length], [3, true, 1, 5, 2, [1], "function", "A", 1]);
same([attributes(A.prototype, "m"), attributes(A.prototype, "g"), attributes(A, "prototype"), attributes(A.prototype, "constructor")],
  ["w-c", "gs-c", "---", "w-c"]);
throws(TypeError, () => A());
throws(TypeError, () => new a.m());
throws(TypeError, () => A.call({}));
same(new (class { })() instanceof Object, true);
const named = class Inner { static f() { return Inner; } }; same([named.f() === named, typeof Inner], [true, "undefined"]);
throws(TypeError, () => { class B { static f() { B = 1; } } B.f(); }, "the inner name is constant");
let c = class {}; c = 1; same(c, 1);
same(Object.keys(new A(1)), ["x"]);

// feature: Class bodies are strict
class A { m() { return this; } static t() { undeclaredInClass = 1; } }
const { m } = new A(); same(m(), undefined);
throws(ReferenceError, () => A.t());
invalid("class A { m() { with ({}) {} } }", "class A extends (010) {}", "class let {}", "class yield {}", "class A { constructor() {} constructor() {} }", "class A { get constructor() {} }", "class A { static prototype() {} }", "class A { *constructor() {} }", "class A { a: 1 }", "class A { async constructor() {} }");
valid("class A { static constructor() {} get() {} set() {} static() {} async() {} static static() {} 'constructor'() {} ['constructor']() {} }", "class A { prototype() {} ['prototype']() {} }");
throws(TypeError, () => { class A { static ["prototype"]() {} } });

// feature: Class inheritance
class A { constructor(x) { this.x = x; } m() { return "A" + this.x; } static s() { return "s" + this.name; } }
class B extends A { constructor(x) { super(x + 1); } m() { return "B" + super.m(); } static s() { return super.s() + "!"; } }
const b = new B(1);
same([b.m(), B.s(), b instanceof A, Object.getPrototypeOf(B) === A, b.constructor === B], ["BA2", "sB!", true, true, true]);
class D extends B {} same([new D(5).x, D.length, D.s()], [6, 0, "sD!"]);
class N extends null { static m() { return 1; } }
same([Object.getPrototypeOf(N.prototype), Object.getPrototypeOf(N), N.m()], [null, Function.prototype, 1]);
throws(TypeError, () => new N());
throws(TypeError, () => { class X extends 1 {} });
throws(TypeError, () => { class X extends (() => {}) {} });
throws(TypeError, () => { function F() {} F.prototype = 1; class X extends F {} });
throws(TypeError, () => { class X extends function* () {} {} });
class FromFunction extends function (x) { this.y = x; } { } same(new FromFunction(4).y, 4);

// feature: Derived constructors and this
class A {}
throws(ReferenceError, () => new (class extends A { constructor() { this.x = 1; } })());
throws(ReferenceError, () => new (class extends A { constructor() {} })());
throws(ReferenceError, () => new (class extends A { constructor() { super(); super(); } })());
throws(TypeError, () => new (class extends A { constructor() { super(); return 1; } })());
same(typeof new (class extends A { constructor() { return { own: 1 }; } })().own, "number", "an object in place of this");
same(new (class extends A { constructor() { super(); return undefined; } })() instanceof A, true);
same(new (class extends A { constructor() { (() => super())(); this.x = 1; } })().x, 1, "super in an arrow");
same(new (class extends A { constructor() { eval("super()"); this.x = 2; } })().x, 2, "super in an eval");
throws(ReferenceError, () => new (class extends A { constructor() { typeof this; } })());
throws(ReferenceError, () => new (class extends A { constructor() { super.x; } })());
const log = [];
class P { constructor() { log.push(new.target.name); } }
class Q extends P { constructor() { log.push("before"); super(log.push("argument")); log.push("after"); } }
new Q(); same(log, ["before", "argument", "Q", "after"]);
Object.setPrototypeOf(Q, class Other { constructor() { log.push("other"); } }); new Q();
same(log.slice(-2), ["other", "after"], "the parent is looked up at the call");
throws(ReferenceError, () => new (class extends A { constructor() { try { this; } finally { return; } } })());
same(new (class extends A { constructor() { try { return; } finally { super(); } } })() instanceof A, true);

// feature: super properties
class A { get x() { return [this.v, "A"]; } set x(v) { this.v = v; } static n() { return "n"; } }
class B extends A { constructor() { super(); super.x = 3; super.y = 4; } read() { return super["x"]; } static n() { return super.n() + 1; } inc() { return super.z++; } del() { delete super.x; } }
const b = new B();
same([b.read(), b.y, Object.keys(b), B.n(), b.inc()], [[3, "A"], 4, ["v", "y"], "n1", NaN]);
throws(ReferenceError, () => b.del());
const log = [];
class C extends A { m() { super[log.push("key"), "x"] = log.push("value"); } }
new C().m(); same(log, ["key", "value"]);
throws(TypeError, () => { Object.setPrototypeOf(C.prototype, null); new C().m.call({}); C.prototype.m.call(Object.freeze({})); });

// feature: Order of evaluation in a class
const log = [];
const t = (x, v = x) => (log.push(x), v);
class A extends t("heritage", Object) { [t("m1")]() {} static [t("s1")]() {} get [t("g1")]() { return 1; } }
same(log, ["heritage", "m1", "s1", "g1"]);
throws(ReferenceError, () => { class X { [X.name]() {} } });
same(Object.getOwnPropertyNames(A.prototype), ["constructor", "m1", "g1"]);
same(Object.getOwnPropertyNames(A), ["length", "name", "prototype", "s1"]);
throws(ReferenceError, () => { new Late(); class Late {} });

// feature: Subclasses of Array
class Stack extends Array { top() { return this[this.length - 1]; } }
const s = Stack.of(1, 2, 3);
s.push(4);
same([s.length, s.top(), Array.isArray(s), s instanceof Stack], [4, 4, true, true]);
same([s.map((x) => x) instanceof Stack, s.filter(() => true) instanceof Stack, s.slice(1).top(), s.concat([9]).top(), Stack.from("ab").top(), s.splice(0, 1) instanceof Stack],
  [true, true, 4, 9, "b", true]);
s.length = 1; same(s.top(), 2);
class Plain extends Array { static get [Symbol.species]() { return Array; } }
same([new Plain(1, 2).map((x) => x) instanceof Plain, new Plain(3).length], [false, 3]);
s.constructor = { [Symbol.species]: function (n) { return { n }; } };
same(s.map((x) => x), { n: 1, 0: 2 });
s.constructor = { [Symbol.species]: null }; same(s.map((x) => x) instanceof Stack, false);
s.constructor = 1; throws(TypeError, () => s.map((x) => x));

// feature: Subclasses of Error, Function, Map and Promise
class E extends Error { constructor(m) { super(m); this.name = "E"; } }
const e = new E("m");
same([String(e), e instanceof Error, Object.prototype.toString.call(e), e.hasOwnProperty("stack") || "stack" in e],
  ["E: m", true, "[object Error]", true]);
class F extends Function { twice() { return this() * 2; } } same([new F("return 4").twice(), new F("a", "b", "").length], [8, 2]);
class M extends Map { get(k) { return super.get(k) || "none"; } }
same([new M([[1, 2]]).get(1), new M().get(1), new M([[1, 2]]).size], [2, "none", 1]);
class P extends Promise {} same([new P(() => {}).then() instanceof P, P.resolve(1) instanceof P, P.all([]) instanceof P], [true, true, true]);
class R extends RegExp { exec(s) { const r = super.exec(s); if (r) r.mine = 1; return r; } }
same(["xax".match(new R("a")).mine, new R("a").test("a"), "aXa".replace(new R("a", "g"), "b")], [1, true, "bXb"]);
class S extends String { shout() { return this.toUpperCase() + "!"; } } same([new S("a").shout(), new S("ab").length], ["A!", 2]);
class D extends Date { year() { return this.getUTCFullYear(); } } same(new D(0).year(), 1970);
class U extends Uint8Array { sum() { return this.reduce((a, b) => a + b); } }
same([new U([1, 2]).sum(), new U([1, 2]).map((x) => x * 2).sum()], [3, 6]);
class B extends Boolean {} same(new B(true).valueOf(), true);

// feature: instanceof and Symbol.hasInstance
class Even { static [Symbol.hasInstance](n) { return n % 2 === 0; } }
same([2 instanceof Even, 1 instanceof Even], [true, false]);
same([attributes(Function.prototype, Symbol.hasInstance), Function.prototype[Symbol.hasInstance].call(Array, []), Function.prototype[Symbol.hasInstance].call(1, 1)],
  ["---", true, false]);
throws(TypeError, () => 1 instanceof 1);
throws(TypeError, () => ({}) instanceof (() => {}));
same(1 instanceof (() => {}), false, "primitives are checked first");
same([] instanceof (function () {}).bind.call(Array), true);
throws(TypeError, () => ({}) instanceof { [Symbol.hasInstance]: 1 });
same(Object.create(Array.prototype) instanceof Array, true);

// feature: Generators
function* g(a) { const b = yield a; try { yield b * 2; } finally { yield "cleanup"; } return "end"; }
let it = g(1);
same([it.next("ignored"), it.next(5), it.next(), it.next(), it.next()],
  [{ value: 1, done: false }, { value: 10, done: false }, { value: "cleanup", done: false }, { value: "end", done: true }, { value: undefined, done: true }]);
same([...g(1)].length, 3);
throws(TypeError, () => new g());
same([Object.getPrototypeOf(it) === g.prototype, it instanceof g, it[Symbol.iterator]() === it, String(it), attributes(g, "prototype"), Object.getOwnPropertyNames(g.prototype)],
  [true, true, true, "[object Generator]", "w--", []]);
const GeneratorFunction = Object.getPrototypeOf(g).constructor;
same([...GeneratorFunction("a", "yield a; yield* [2]")(1)], [1, 2]);
function* lazy() { throw new EvalError(); } it = lazy(); throws(EvalError, () => it.next()); same(it.next(), { value: undefined, done: true });
function* args(a = (() => { throw new EvalError(); })()) {} throws(EvalError, () => args());
function* self() { it.next(); } it = self(); throws(TypeError, () => it.next(), "it is running");
g.prototype = 1; same(Object.getPrototypeOf(g()) === GeneratorFunction.prototype.prototype, true);
throws(TypeError, () => GeneratorFunction.prototype.prototype.next.call({}));

// feature: Generators: return and throw
function* g() { try { yield 1; yield 2; } catch (e) { yield "caught " + e; } finally { yield "finally"; } yield "after"; }
let it = g(); it.next();
same([it.return(7), it.next(), it.next()], [{ value: "finally", done: false }, { value: 7, done: true }, { value: undefined, done: true }]);
it = g(); it.next();
same([it.throw("x").value, it.next().value, it.next().value, it.next().done], ["caught x", "finally", "after", true]);
it = g(); same(it.return(3), { value: 3, done: true }, "before the start"); same(it.next().done, true);
it = g(); throws(EvalError, () => it.throw(new EvalError())); same(it.next(), { value: undefined, done: true });
function* swallow() { for (;;) { try { yield 1; } finally { continue; } } }
it = swallow(); it.next(); same(it.return(9), { value: 1, done: false }, "a finally can go on");
function* override() { try { yield; } finally { return 5; } } it = override(); it.next(); same(it.return(1), { value: 5, done: true });
it = override(); it.next(); same(it.throw(new Error()), { value: 5, done: true });

// feature: yield*
const log = [];
const inner = { [Symbol.iterator]() { return { next(v) { log.push(["next", v]); return { value: 1, done: v === "stop" }; }, return(v) { log.push(["return", v]); return { value: "r" + v, done: true }; }, throw(v) { log.push(["throw", v]); return { value: "t", done: false }; } }; } };
function* g() { const r = yield* inner; return ["result", r]; }
let it = g();
same([it.next("first"), it.next(2), it.throw("e").value, it.next("stop")],
  [{ value: 1, done: false }, { value: 1, done: false }, "t", { value: ["result", 1], done: true }]);
same(log, [["next", undefined], ["next", 2], ["throw", "e"], ["next", "stop"]]);
it = g(); it.next(); same(it.return(5), { value: "r5", done: true });
function* noThrow() { yield* { [Symbol.iterator]() { return { next: () => ({ done: false }), return() { log.push("closed"); return {}; } }; } }; }
it = noThrow(); it.next(); throws(TypeError, () => it.throw(1)); same(log.pop(), "closed");
function* pass() { return yield* (function* () { yield 1; return 2; })(); } it = pass(); it.next(); same(it.next(), { value: 2, done: true });
const result = { value: 1, done: false, extra: 1 };
function* raw() { yield* { [Symbol.iterator]: () => ({ next: () => result }) }; } same(raw().next(), result, "the inner result is handed through");
function* chars() { yield* "ab"; yield* [3]; } same([...chars()], ["a", "b", 3]);
throws(TypeError, () => [...(function* () { yield* 1; })()]);

// feature: yield as an operator
function* g() { const x = yield yield 1; const a = [yield, ...yield]; const o = { [yield "k"]: yield "v" }; return [x, a, o, `${yield}`, (yield) + 1, yield
  , 2]; }
const it = g(); const sent = [undefined, "a", "b", "c", [5], "key", "val", "t", 1, 9];
let r; for (const v of sent) r = it.next(v);
same(r, { value: ["b", ["c", 5], { key: "val" }, "t", 2, 9, 2], done: true });
function yield_() { var yield = 1; return yield; } same(yield_(), 1);
invalid("function* g() { yield = 1 }", "function* g() { function yield() {} yield\n* 2 }", "function* g(a = yield) {}", "'use strict'; var yield", "function* g() { void yield }", "function* g() { 1 + yield }", "function* g() { var yield }");
valid("function* g() { yield\n1 }", "function* g() { yield /x/ }", "function* g() { (yield) ? yield : yield }", "function* yield() {}");

// feature: Symbols
const s = Symbol("d");
same([typeof s, String(s), s.toString(), Symbol("d") === s, Symbol().toString(), Object(s) == s, Object(s).valueOf() === s],
  ["symbol", "Symbol(d)", "Symbol(d)", false, "Symbol()", true, true]);
throws(TypeError, () => new Symbol());
throws(TypeError, () => s + 1);
throws(TypeError, () => `${s}`);
throws(TypeError, () => Number(s));
const o = { [s]: 1, a: 2 };
same([o[s], Object.keys(o), Object.getOwnPropertyNames(o), Object.getOwnPropertySymbols(o), JSON.stringify(o), s in o, s ? 1 : 0, !s],
  [1, ["a"], ["a"], [s], '{"a":2}', true, 1, false]);
same([Symbol.prototype[Symbol.toPrimitive].name, attributes(Symbol.prototype, Symbol.toPrimitive), attributes(Symbol, "iterator"), Object.prototype.toString.call(s)],
  ["[Symbol.toPrimitive]", "--c", "---", "[object Symbol]"]);
for (const k in o) same(k, "a");
throws(TypeError, () => { "use strict"; s.x = 1; });
throws(TypeError, () => s.toString.call("x"));

// feature: The symbol registry
same([Symbol.for("a") === Symbol.for("a"), Symbol.for("a") === Symbol("a"), Symbol.keyFor(Symbol.for("k")), Symbol.keyFor(Symbol("k")), Symbol.keyFor(Symbol.iterator), String(Symbol.for()), Symbol.for("undefined") === Symbol.for()],
  [true, false, "k", undefined, undefined, "Symbol(undefined)", true]);
throws(TypeError, () => Symbol.keyFor("x"));
throws(TypeError, () => Symbol.for(Symbol()));
method(Symbol, "for", 1); method(Symbol, "keyFor", 1);

// feature: Symbol.toPrimitive and toStringTag
const hints = [];
const o = { [Symbol.toPrimitive](h) { hints.push(h); return h === "number" ? 1 : "s"; } };
same([+o, `${o}`, o + "", o * 2, o == "s", [1][o], o < 2], [1, "s", "s", 2, true, undefined, true]);
same(hints, ["number", "string", "default", "number", "default", "string", "number"]);
throws(TypeError, () => +{ [Symbol.toPrimitive]() { return {}; } });
throws(TypeError, () => +{ [Symbol.toPrimitive]: 1 });
same(+{ [Symbol.toPrimitive]: null, valueOf: () => 4 }, 4);
same([String({ [Symbol.toStringTag]: "T" }), String({ [Symbol.toStringTag]: 1 }), String(Promise.resolve()), String(new Map().entries()), Object.prototype.toString.call(function* () {}()), String(JSON)],
  ["[object T]", "[object Object]", "[object Promise]", "[object Map Iterator]", "[object Generator]", "[object JSON]"]);
same([Date.prototype[Symbol.toPrimitive].call(new Date(0), "number"), typeof Date.prototype[Symbol.toPrimitive].call({ toString: () => "x", valueOf: () => 1 }, "default")],
  [0, "string"]);
throws(TypeError, () => Date.prototype[Symbol.toPrimitive].call(new Date(), "none"));

// feature: Symbol.isConcatSpreadable and unscopables
const like = { length: 2, 0: "a", 1: "b", [Symbol.isConcatSpreadable]: true };
same([[1].concat(like), [].concat(Object.assign([1], { [Symbol.isConcatSpreadable]: false })).length], [[1, "a", "b"], 1]);
same(Object.getPrototypeOf(Array.prototype[Symbol.unscopables]), null);
for (const k of ["copyWithin", "entries", "fill", "find", "findIndex", "flat", "flatMap", "includes", "keys", "values", "at", "findLast", "toSorted"]) same(Array.prototype[Symbol.unscopables][k], true, k);
same(Array.prototype[Symbol.unscopables].concat, undefined);
const values = "outer"; with ([]) same(values, "outer");

// feature: The iterator protocol of built-ins
for (const [it, tag] of [[[1].values(), "Array Iterator"], [new Map([[1, 2]]).keys(), "Map Iterator"], [new Set([1]).values(), "Set Iterator"], ["a"[Symbol.iterator](), "String Iterator"], ["a".matchAll(/a/g), "RegExp String Iterator"]]) {
  same([it[Symbol.toStringTag], it[Symbol.iterator]() === it, it.next().done, it.next(), it.next()], [tag, true, false, { value: undefined, done: true }, { value: undefined, done: true }]);
  const proto = Object.getPrototypeOf(it);
  method(proto, "next", 0);
  same(attributes(proto, Symbol.toStringTag), "--c");
  throws(TypeError, () => proto.next.call({}));
}
same([Array.prototype[Symbol.iterator] === Array.prototype.values, Map.prototype[Symbol.iterator] === Map.prototype.entries, Set.prototype.keys === Set.prototype.values],
  [true, true, true]);
const a = [1, 2]; const it = a.entries();
same([it.next().value, (a.push(3), a.length = 1, it.next().done), (a.push(4, 5), it.next().done)], [[0, 1], true, true], "done stays done");
same([..."a😀\ud83d"], ["a", "😀", "\ud83d"]);

// feature: Arrays made through iterators see replaced ones
const original = Array.prototype[Symbol.iterator];
Array.prototype[Symbol.iterator] = function* () { yield "replaced"; };
const got = [[...[1, 2]], (([a]) => a)([1]), new Set([1]).has("replaced"), Math.max.apply(null, [3])];
let looped; for (looped of [1]) ;
Array.prototype[Symbol.iterator] = original;
same(got, [["replaced"], "replaced", true, 3]);
same(looped, "replaced");
