// edition: ES2015

// feature: Proxy traps
const log = [];
const handler = new Proxy({}, { get(_, trap) { return (...args) => { log.push(trap); return Reflect[trap](...args); }; } });
const target = function (a) { return a; };
const p = new Proxy(target, handler);
p.x = 1; p.x; "x" in p; delete p.x; Object.keys(p); p(1); new p(); Object.getPrototypeOf(p); Object.setPrototypeOf(p, Function.prototype);
Object.isExtensible(p); Object.defineProperty(p, "y", { value: 1, configurable: true }); Object.getOwnPropertyDescriptor(p, "y");
Object.preventExtensions(p);
for (const trap of ["set", "getOwnPropertyDescriptor", "defineProperty", "get", "has", "deleteProperty", "ownKeys", "apply", "construct", "getPrototypeOf", "setPrototypeOf", "isExtensible", "preventExtensions"]) assert(log.includes(trap), trap);
same(log.slice(0, 3), ["set", "getOwnPropertyDescriptor", "defineProperty"]);
same([typeof p, typeof new Proxy({}, {}), Proxy.length, "prototype" in Proxy], ["function", "object", 2, false]);
throws(TypeError, () => Proxy({}, {}));
throws(TypeError, () => new Proxy({}, 1));
throws(TypeError, () => new Proxy({}, { get: 1 }).x);
throws(TypeError, () => new Proxy({}, {})());
same(new Proxy({ x: 1 }, { get: undefined, has: null }).x, 1);

// feature: Proxy invariants
const fixed = Object.defineProperty({}, "a", { value: 1 });
const closed = Object.preventExtensions({ b: 1 });
throws(TypeError, () => new Proxy(fixed, { get: () => 2 }).a);
throws(TypeError, () => { "use strict"; new Proxy(fixed, { set: () => true }).a = 2; });
throws(TypeError, () => "a" in new Proxy(fixed, { has: () => false }));
throws(TypeError, () => "b" in new Proxy(closed, { has: () => false }));
throws(TypeError, () => delete new Proxy(fixed, { deleteProperty: () => true }).a);
throws(TypeError, () => delete new Proxy(closed, { deleteProperty: () => true }).b);
throws(TypeError, () => Object.keys(new Proxy(fixed, { ownKeys: () => [] })));
throws(TypeError, () => Object.keys(new Proxy(closed, { ownKeys: () => ["b", "c"] })));
throws(TypeError, () => Object.keys(new Proxy({}, { ownKeys: () => ["a", "a"] })));
throws(TypeError, () => Object.keys(new Proxy({}, { ownKeys: () => [1] })));
throws(TypeError, () => Object.getPrototypeOf(new Proxy(closed, { getPrototypeOf: () => null })));
throws(TypeError, () => Object.getPrototypeOf(new Proxy({}, { getPrototypeOf: () => 1 })));
throws(TypeError, () => Object.setPrototypeOf(new Proxy(closed, { setPrototypeOf: () => true }), null));
throws(TypeError, () => Object.isExtensible(new Proxy({}, { isExtensible: () => false })));
throws(TypeError, () => Object.preventExtensions(new Proxy({}, { preventExtensions: () => true })));
throws(TypeError, () => Object.getOwnPropertyDescriptor(new Proxy(fixed, { getOwnPropertyDescriptor: () => undefined }), "a"));
throws(TypeError, () => Object.getOwnPropertyDescriptor(new Proxy({}, { getOwnPropertyDescriptor: () => ({ value: 1, configurable: false }) }), "a"));
throws(TypeError, () => Object.defineProperty(new Proxy(closed, { defineProperty: () => true }), "c", { value: 1 }));
throws(TypeError, () => Object.defineProperty(new Proxy({}, { defineProperty: () => true }), "c", { value: 1, configurable: false }));
throws(TypeError, () => new (new Proxy(function () {}, { construct: () => 1 }))());
const getterOnly = Object.defineProperty({}, "g", { get: undefined, set() {} });
throws(TypeError, () => new Proxy(getterOnly, { get: () => 1 }).g);
same(new Proxy(Object.defineProperty({}, "n", { value: NaN }), { get: () => NaN }).n, NaN);

// feature: Proxy.revocable
const { proxy, revoke } = Proxy.revocable({ a: 1 }, {});
same([proxy.a, revoke.length, revoke.name, Object.keys(Proxy.revocable({}, {}))], [1, 0, "", ["proxy", "revoke"]]);
revoke(); same(revoke(), undefined);
for (const f of [() => proxy.a, () => { proxy.a = 1; }, () => "a" in proxy, () => delete proxy.a, () => Object.keys(proxy), () => Object.getPrototypeOf(proxy), () => Array.isArray(proxy)]) throws(TypeError, f);
same(typeof proxy, "object");
throws(TypeError, () => new Proxy(proxy, {}).a);

// feature: Proxies of arrays
const p = new Proxy([1, 2], {});
same([Array.isArray(p), p.length, [...p], JSON.stringify(p), [0].concat(p), p.map((x) => x * 2), Object.prototype.toString.call(p)],
  [true, 2, [1, 2], "[1,2]", [0, 1, 2], [2, 4], "[object Array]"]);
p.push(3); same(p.length, 3);
const log = [];
const traced = new Proxy([1], { set(t, k, v) { log.push([k, v]); t[k] = v; return true; } });
traced.push(5);
same(log, [["1", 5], ["length", 2]]);
const negative = new Proxy([1, 2, 3], { get: (t, k, r) => Reflect.get(t, k < 0 ? t.length + +k : k, r) });
same(negative[-1], 3);

// feature: Proxies on the prototype chain
const log = [];
const o = Object.create(new Proxy({}, { get(t, k, r) { log.push(["get", k, r === o]); return 5; }, set(t, k, v, r) { log.push(["set", k, r === o]); return true; }, has(t, k) { log.push(["has", k]); return true; } }));
same([o.x, (o.y = 1), "z" in o, o.hasOwnProperty === 5], [5, 1, true, true]);
same(log, [["get", "x", true], ["set", "y", true], ["has", "z"], ["get", "hasOwnProperty", true]]);
same(Object.keys(o), []);
throws(TypeError, () => { "use strict"; Object.create(new Proxy({}, { set: () => false })).x = 1; });

// feature: Reflect
same([Reflect.ownKeys({ b: 1, a: 1, 1: 1 }), Reflect.has({ a: 1 }, "a"), Reflect.get({ get a() { return this.v; } }, "a", { v: 7 }), Reflect.apply(Math.max, null, [1, 2]), Reflect.deleteProperty(Object.freeze({ a: 1 }), "a")],
  [["1", "b", "a"], true, 7, 2, false]);
const receiver = {};
same([Reflect.set({ a: 1 }, "a", 2, receiver), receiver.a, Reflect.set(Object.freeze({ a: 1 }), "a", 2), Reflect.set({}, "x", 1, 5), Reflect.set([], "length", 1, Object.freeze([]))],
  [true, 2, false, false, false]);
same([Reflect.defineProperty(Object.freeze({}), "a", {}), Reflect.preventExtensions({}), Reflect.isExtensible({}), Reflect.setPrototypeOf(Object.preventExtensions({}), null), Reflect.getPrototypeOf([]) === Array.prototype],
  [false, true, true, false, true]);
class A { constructor() { this.t = new.target; } } class B {}
same([Reflect.construct(A, [], B) instanceof B, Reflect.construct(A, [], B).t === B, Reflect.construct(Array, [3]).length, Reflect.construct(Date, [0], Array) instanceof Array],
  [true, true, 3, true]);
for (const f of ["get", "set", "has", "ownKeys", "deleteProperty", "getPrototypeOf", "isExtensible"]) throws(TypeError, () => Reflect[f](1), f);
throws(TypeError, () => Reflect.construct(() => {}, []));
throws(TypeError, () => Reflect.construct(A, [], () => {}));
throws(TypeError, () => Reflect.apply(Math.max, null));
throws(TypeError, () => Reflect.setPrototypeOf({}, 1));
same([typeof Reflect, Reflect[Symbol.toStringTag], Reflect.apply.length, Reflect.construct.length], ["object", "Reflect", 3, 2]);

// feature: Object.assign
const s = Symbol(), log = [];
const source = Object.create({ inherited: 1 }, { own: { get() { log.push("get"); return 2; }, enumerable: true }, hidden: { value: 3 }, [s]: { value: 4, enumerable: true } });
same(Object.assign({ a: 1 }, source, null, undefined, "xy", 5), { a: 1, own: 2, 0: "x", 1: "y", [s]: 4 });
same(log, ["get"]);
throws(TypeError, () => Object.assign(null));
throws(TypeError, () => Object.assign(Object.freeze({ a: 1 }), { a: 2 }));
same(Object.assign(1) instanceof Number, true);
const o = { set a(v) { log.push(v); } }; Object.assign(o, { a: 8 }); same(log.pop(), 8, "setters of the target are called");
method(Object, "assign", 2);

// feature: Object.is, setPrototypeOf and getOwnPropertySymbols
same([Object.is(NaN, NaN), Object.is(0, -0), Object.is(), Object.is("a", "a")], [true, false, true, true]);
const o = {};
same([Object.setPrototypeOf(o, null), Object.getPrototypeOf(o), Object.setPrototypeOf(1, null)], [o, null, 1]);
throws(TypeError, () => Object.setPrototypeOf({}, 1));
throws(TypeError, () => Object.setPrototypeOf({}));
throws(TypeError, () => Object.setPrototypeOf(undefined, {}));
const a = {}, b = Object.create(a); throws(TypeError, () => Object.setPrototypeOf(a, b), "a cycle");
throws(TypeError, () => Object.setPrototypeOf(Object.prototype, {}), "Object.prototype is fixed");
same([Object.keys("ab"), Object.getPrototypeOf(1) === Number.prototype, Object.isFrozen(1), Object.getOwnPropertyNames("a")],
  [["0", "1"], true, true, ["0", "length"]]);

// feature: Map
const m = new Map([[NaN, 1], [0, 2], ["0", 3]]);
same([m.get(NaN), m.get(-0), m.get("0"), m.size, m.has(undefined), m.set(1, 1) === m, m.delete(1), m.delete(1)],
  [1, 2, 3, 3, false, true, true, false]);
m.set(-0, "z"); same([...m.keys()].map((k) => Object.is(k, -0)).includes(true), false, "-0 becomes 0");
const seen = []; const live = new Map([[1, 1], [2, 2], [3, 3]]);
live.forEach((v, k, map) => { seen.push(k); if (k === 1) { map.delete(2); map.set(4, 4); } if (k === 3 && seen.length < 4) { map.delete(1); map.set(1, 1); } });
same(seen, [1, 3, 4, 1]);
same([[...new Map([[1, 2]])], [...new Map([[1, 2]]).values()], new Map().set(1, 2).entries().next().value], [[[1, 2]], [2], [1, 2]]);
throws(TypeError, () => Map()); throws(TypeError, () => new Map([1])); throws(TypeError, () => new Map(1));
throws(TypeError, () => Map.prototype.get.call({}, 1));
throws(TypeError, () => Map.prototype.size);
same([new Map(null).size, Map.length, attributes(Map.prototype, "size"), attributes(Map, Symbol.species)], [0, 0, "g--c", "g--c"]);

// feature: Map closes the iterator it is made of
let closed = 0;
const iterable = (v) => ({ [Symbol.iterator]() { return { next: () => ({ value: v, done: false }), return() { closed++; return {}; } }; } });
throws(TypeError, () => new Map(iterable(1)));
throws(EvalError, () => new Map(iterable({ get 0() { throw new EvalError(); } })));
const set = Map.prototype.set; Map.prototype.set = () => { throw new RangeError(); };
throws(RangeError, () => new Map(iterable([1, 2]))); Map.prototype.set = set;
same(closed, 3);
const add = Set.prototype.add; Set.prototype.add = 5; throws(TypeError, () => new Set([1])); same(new Set().size, 0); Set.prototype.add = add;

// feature: Set
const s = new Set([1, NaN, NaN, 0, -0, "1"]);
same([s.size, [...s], s.has(NaN), s.add(2) === s, s.delete(2), s.delete(2), [...s.entries()][0]],
  [4, [1, NaN, 0, "1"], true, true, true, false, [1, 1]]);
const seen = [];
for (const x of new Set([1, 2, 3])) seen.push(x);
const live = new Set([1]); for (const x of live) { if (x < 4) live.add(x + 1); } same([...live], [1, 2, 3, 4]);
s.clear(); same(s.size, 0);
const it = live.values(); it.next(); live.clear(); live.add(9); same(it.next(), { value: 9, done: false }, "an iterator goes on after clear");
throws(TypeError, () => Set()); throws(TypeError, () => new Set(1)); throws(TypeError, () => Set.prototype.add.call(new Map(), 1));
same([Set.prototype.forEach.length, Set.length], [1, 0]);

// feature: WeakMap and WeakSet
const k = {}, w = new WeakMap([[k, 1]]);
same([w.get(k), w.has({}), w.set(k, 2) === w, w.get(k), w.delete(k), w.delete(k), w.get(1), w.has(1), w.delete("x")],
  [1, false, true, 2, true, false, undefined, false, false]);
throws(TypeError, () => w.set(1, 1)); throws(TypeError, () => w.set("a", 1)); throws(TypeError, () => w.set(Symbol.for("r"), 1));
throws(TypeError, () => WeakMap()); throws(TypeError, () => new WeakSet([1])); throws(TypeError, () => WeakMap.prototype.get.call(new Map(), k));
const s = new WeakSet([k]); same([s.has(k), s.add(k) === s, s.delete(k), s.has(k), s.has(1)], [true, true, true, false, false]);
same([String(w), String(s), "size" in w, "forEach" in w], ["[object WeakMap]", "[object WeakSet]", false, false]);
for (let i = 0; i < 2000; i++) w.set({ i }, { big: new Array(100) });

// feature: Promise states and reactions
later(async () => {
  const log = [];
  const p = new Promise((resolve, reject) => { log.push("executor"); resolve(1); reject(2); resolve(3); throw 4; });
  log.push("after");
  p.then((v) => log.push(v)); p.then(null, () => assert(false)).then((v) => log.push("through " + v));
  await null; await null; await null;
  same(log, ["executor", "after", 1, "through 1"]);
  same(await Promise.reject(1).catch((e) => e + 1), 2);
  same(await Promise.resolve(1).then(2), 1, "no function: the value goes through");
  const e = await rejected(TypeError, new Promise((r) => { const q = Promise.resolve().then(() => q); r(q); }));
  same(await new Promise((r) => r({ then(f) { f(5); f(6); throw 7; } })), 5);
  same(await new Promise((_, r) => { throw 8; }).catch((x) => x), 8);
  const same1 = Promise.resolve(1); same(Promise.resolve(same1) === same1, true);
});
throws(TypeError, () => Promise(() => {})); throws(TypeError, () => new Promise()); throws(TypeError, () => Promise.resolve.call(1));
throws(TypeError, () => Promise.prototype.then.call({}));
method(Promise.prototype, "then", 2); method(Promise.prototype, "catch", 1); method(Promise, "resolve", 1); method(Promise, "all", 1);

// feature: The order of microtasks
const log = [];
const thenable = { then(f) { log.push("then called"); f("t"); } };
Promise.resolve().then(() => { log.push("a1"); return Promise.resolve(); }).then(() => log.push("a2"));
Promise.resolve().then(() => log.push("b1")).then(() => log.push("b2")).then(() => log.push("b3")).then(() => log.push("b4")).then(() => log.push("b5"));
Promise.resolve(thenable).then((v) => log.push(v));
queueMicrotask(() => log.push("micro"));
log.push("sync");
later(async () => {
  for (let i = 0; i < 12; i++) await null;
  same(log, ["sync", "a1", "b1", "then called", "micro", "b2", "t", "b3", "a2", "b4", "b5"]);
});

// feature: Promise.all and race
later(async () => {
  same(await Promise.all([1, Promise.resolve(2), { then(f) { f(3); } }]), [1, 2, 3]);
  same(await Promise.all([]), []);
  same(await Promise.all("ab"), ["a", "b"]);
  await rejected(EvalError, Promise.all([1, Promise.reject(new EvalError()), Promise.reject(2)]));
  same(await Promise.race([new Promise(() => {}), Promise.resolve(1), 2]), 1);
  await rejected(TypeError, Promise.all(1)); await rejected(TypeError, Promise.race());
  const calls = [];
  class P extends Promise { static resolve(v) { calls.push(v); return super.resolve(v); } }
  await P.all([1, 2]); same(calls, [1, 2]);
  let closed = 0;
  const it = { [Symbol.iterator]() { return { next: () => ({ value: 1, done: false }), return() { closed++; return {}; } }; } };
  class Q extends Promise { static get resolve() { return () => { throw new RangeError(); }; } }
  await rejected(RangeError, Q.all(it)); same(closed, 1);
  class R extends Promise {} R.resolve = 1; await rejected(TypeError, R.all([1]));
  const never = {}; same(await Promise.race([Promise.race([]), new Promise((r) => r(never))]), never);
});

// feature: Subclassed and foreign promises
later(async () => {
  let made = 0;
  class P extends Promise { constructor(x) { super(x); made++; } static get [Symbol.species]() { return Promise; } }
  const p = P.resolve(1); same([made, p.then(() => {}) instanceof P], [1, false]);
  function Foreign(executor) { executor(() => {}, () => {}); }
  same(Promise.resolve.call(Foreign, 1) instanceof Foreign, true);
  throws(TypeError, () => Promise.resolve.call(function () {}, 1));
  throws(TypeError, () => Promise.resolve.call(function (x) { x(1); }, 1));
  same(await { then(f) { f(7); } }, 7);
  same(await { then: 5 }.then, 5);
  const q = Promise.resolve(2); q.then = () => assert(false); same(await q, 2, "await of a native promise does not call then");
  q.constructor = Object; Object.defineProperty(q, "then", { value: (f) => f("own") }); same(await q, "own");
});
