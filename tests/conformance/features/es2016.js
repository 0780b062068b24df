// edition: ES2016

// feature: Array.prototype.includes
same([[1, NaN].includes(NaN), [1, 2].includes(2, -1), [1, 2].includes(1, 1), [, 1].includes(undefined), [-0].includes(0), [].includes.call("abc", "b"), [1].includes("1")],
  [true, true, false, true, true, true, false]);
const shrinking = [1, 2, 3]; same(shrinking.includes(undefined, { valueOf() { shrinking.length = 1; return 0; } }), true);
method(Array.prototype, "includes", 1);

// feature: TypedArray.prototype.includes
same([new Float32Array([NaN, 1]).includes(NaN), new Uint8Array([1]).includes(1, 1), new Uint8Array([1]).includes("1")], [true, false, false]);
throws(TypeError, () => Uint8Array.prototype.includes.call([], 1));

// feature: Exponentiation operator
let x = 2; x **= 3;
same([2 ** 10, 2 ** 3 ** 2, (-2) ** 2, 2 ** -1, x, NaN ** 0, 1 ** NaN, 1 ** Infinity, (-8) ** (1 / 3), "2" ** "3"],
  [1024, 512, 4, 0.5, 8, 1, NaN, NaN, NaN, 8]);
invalid("-2 ** 2", "typeof 2 ** 2", "!1 ** 2", "delete a ** 2", "+1 ** 2");
valid("return (-2) ** 2", "let a = 1; return a++ ** 2", "let a; return ++a ** 2", "return 2 ** -2");
const log = []; const t = (n) => ({ valueOf() { log.push(n); return n; } }); t(2) ** t(3); same(log, [2, 3]);

// feature: Generators cannot be constructed
throws(TypeError, () => new (function* () {})()); throws(TypeError, () => new ({ *m() {} }).m());

// feature: "use strict" needs simple parameters
invalid("function f(a = 1) { 'use strict' }", "function f(...a) { 'use strict' }", "function f({ a }) { 'use strict' }", "({ m(a = 1) { 'use strict' } })", "(a = 1) => { 'use strict' }");
valid("function f(a) { 'use strict' }", "function f(a = 1) { (function () { 'use strict' })() }");

// feature: Proxies have no enumerate trap
const p = new Proxy({ a: 1 }, { enumerate() { throw new Error(); } }); const keys = [];
for (const k in p) keys.push(k);
same([keys, "enumerate" in Reflect], [["a"], false]);

// feature: for-in over proxies
const log = [];
const p = new Proxy({ a: 1, b: 2 }, { ownKeys(t) { log.push("ownKeys"); return Reflect.ownKeys(t); }, getOwnPropertyDescriptor(t, k) { log.push(k); return Reflect.getOwnPropertyDescriptor(t, k); }, getPrototypeOf() { log.push("proto"); return null; } });
const seen = []; for (const k in p) seen.push(k);
same([seen, log.includes("ownKeys"), log.includes("a"), log.includes("proto")], [["a", "b"], true, true, true]);
