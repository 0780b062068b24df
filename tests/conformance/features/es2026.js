// edition: ES2026

// feature: Array.fromAsync
later(async () => {
  same(await Array.fromAsync([1, Promise.resolve(2)]), [1, 2]); same(await Array.fromAsync((async function* () { yield 1; yield 2; })(), async (x, i) => x * 2 + i), [2, 5]); same(await Array.fromAsync({ length: 1, 0: Promise.resolve(3) }), [3]); same(await Array.fromAsync("ab"), ["a", "b"]);
  await rejected(TypeError, Array.fromAsync(null)); await rejected(TypeError, Array.fromAsync([], 1)); await rejected(EvalError, Array.fromAsync([Promise.reject(new EvalError())]));
  let closed = 0; await rejected(EvalError, Array.fromAsync({ [Symbol.asyncIterator]: () => ({ next: () => ({ done: false }), return() { closed++; return {}; } }) }, () => { throw new EvalError(); })); same(closed, 1);
});
method(Array, "fromAsync", 1);

// feature: Error.isError
same([Error.isError(new Error()), Error.isError(new TypeError()), Error.isError({ __proto__: Error.prototype }), Error.isError(1), Error.isError(), Error.isError(new Proxy(new Error(), {})), Error.isError(new AggregateError([])), Error.isError(Error.prototype)],
  [true, true, false, false, false, false, true, false]);
method(Error, "isError", 1);

// feature: Math.sumPrecise
same([Math.sumPrecise([0.1, 0.2, 0.3]), Math.sumPrecise([1e308, 1e308, -1e308]), Math.sumPrecise([]), Math.sumPrecise([-0]), Math.sumPrecise([Infinity, -Infinity]), Math.sumPrecise([1e20, 0.1, -1e20]), Math.sumPrecise(new Set([1, 2])), Math.sumPrecise([1e16, 1, 1])],
  [0.6, 1e308, -0, -0, NaN, 0.1, 3, 10000000000000002]);
throws(TypeError, () => Math.sumPrecise(["1"])); throws(TypeError, () => Math.sumPrecise([1n])); throws(TypeError, () => Math.sumPrecise(1));
throws(TypeError, () => Math.sumPrecise()); method(Math, "sumPrecise", 1);
let closed = 0;
throws(TypeError, () => Math.sumPrecise({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: "x" }), return() { closed++; return {}; } }) }));
same(closed, 1);

// feature: Uint8Array to and from base64
same([new Uint8Array([255, 239, 1]).toBase64(), new Uint8Array([255, 239]).toBase64({ alphabet: "base64url", omitPadding: true }), [...Uint8Array.fromBase64("/+8=")], [...Uint8Array.fromBase64("_-8", { alphabet: "base64url" })], [...Uint8Array.fromBase64(" Z g = = ")], new Uint8Array().toBase64()],
  ["/+8B", "_-8", [255, 239], [255, 239], [102], ""]);
for (const bad of ["Z", "Zg=", "Zg===", "Z-g=", "=", "Zm9v=", "Zm9vY"]) throws(SyntaxError, () => Uint8Array.fromBase64(bad), bad);
throws(SyntaxError, () => Uint8Array.fromBase64("Zh==", { lastChunkHandling: "strict" }));
throws(SyntaxError, () => Uint8Array.fromBase64("Zg", { lastChunkHandling: "strict" }));
throws(TypeError, () => Uint8Array.fromBase64("", { alphabet: "x" })); throws(TypeError, () => Uint8Array.fromBase64(1));
same([...Uint8Array.fromBase64("Zm9vZg", { lastChunkHandling: "stop-before-partial" })], [102, 111, 111]);
const t = new Uint8Array(4); same([t.setFromBase64("Zm9vYmFy"), [...t]], [{ read: 4, written: 3 }, [102, 111, 111, 0]]);
method(Uint8Array, "fromBase64", 1); method(Uint8Array.prototype, "toBase64", 0);

// feature: Uint8Array to and from hex
same([new Uint8Array([0, 171, 255]).toHex(), [...Uint8Array.fromHex("00aBff")], Uint8Array.fromHex("").length], ["00abff", [0, 171, 255], 0]);
for (const bad of ["0", "0g", " 00"]) throws(SyntaxError, () => Uint8Array.fromHex(bad), bad);
const t = new Uint8Array(2); same([t.setFromHex("0a0b0c"), [...t]], [{ read: 4, written: 2 }, [10, 11]]);
throws(TypeError, () => Uint8Array.prototype.toHex.call([1])); method(Uint8Array.prototype, "toHex", 0); method(Uint8Array, "fromHex", 1);

// feature: Iterator.concat
same([Iterator.concat([1], new Set([2]), "".matchAll(/x/g)).toArray(), Iterator.concat().toArray(), Iterator.concat([1, 2], [3]).take(2).toArray()],
  [[1, 2], [], [1, 2]]);
throws(TypeError, () => Iterator.concat(1)); throws(TypeError, () => Iterator.concat("ab")); const log = [];
const lazy = { get [Symbol.iterator]() { log.push("got"); return function* () { log.push("opened"); yield 1; }; } };
const it = Iterator.concat(lazy, lazy); same(log, ["got", "got"]); it.next(); same(log, ["got", "got", "opened"]); method(Iterator, "concat", 0);

// feature: Map.prototype.getOrInsert
const m = new Map([["a", 1]]), w = new WeakMap(), k = {};
same([m.getOrInsert("a", 2), m.getOrInsert("b", 3), m.get("b"), m.getOrInsertComputed("c", (x) => x + 1), m.getOrInsertComputed("c", () => assert(false)), w.getOrInsert(k, 4), w.getOrInsertComputed(k, () => 5)],
  [1, 3, 3, "c1", "c1", 4, 4]);
throws(TypeError, () => m.getOrInsertComputed("a", 1)); throws(TypeError, () => w.getOrInsert(1, 1));
m.getOrInsertComputed(-0, (x) => same(Object.is(x, -0), false)); method(Map.prototype, "getOrInsert", 2);
method(Map.prototype, "getOrInsertComputed", 2);

// feature: JSON.rawJSON and source text access
same([JSON.stringify({ n: JSON.rawJSON("12345678901234567890") }), JSON.isRawJSON(JSON.rawJSON("1")), JSON.isRawJSON({}), Object.isFrozen(JSON.rawJSON("1")), JSON.rawJSON("1").rawJSON, Object.getPrototypeOf(JSON.rawJSON("1"))],
  ['{"n":12345678901234567890}', true, false, true, "1", null]);
for (const bad of ["", "{}", "[]", " 1", "1\n", "undefined"]) throws(SyntaxError, () => JSON.rawJSON(bad), bad);
const sources = []; JSON.parse('{"a":1.0,"b":[2e0,"x"],"c":{}}', (k, v, c) => { sources.push([k, c.source]); return v; });
same(sources, [["a", "1.0"], ["0", "2e0"], ["1", '"x"'], ["b", undefined], ["c", undefined], ["", undefined]]);
same(JSON.parse("[1,2]", function (k, v, c) { if (k === "0") this[1] = 3; return k === "1" ? c.source : v; })[1], undefined, "no source for what was changed");
