// edition: ES2023

// feature: Array.prototype.findLast and findLastIndex
const seen = [];
same([[1, 2, 3].findLast((x) => x < 3), [1].findLast(() => false), [1, 2, 3].findLastIndex((x) => x < 3), [].findLastIndex(() => true), [, 1].findLast((x, i) => (seen.push(i), x === undefined)), seen, new Uint8Array([1, 2, 3]).findLast((x) => x < 3), new Uint8Array([1]).findLastIndex((x) => x > 1)],
  [2, undefined, 1, -1, undefined, [1, 0], 2, -1]);
throws(TypeError, () => [].findLast()); method(Array.prototype, "findLast", 1); method(Array.prototype, "findLastIndex", 1);

// feature: Array.prototype.toReversed
const a = [1, , 3];
same([a.toReversed(), 1 in a.toReversed(), a.length, Array.prototype.toReversed.call({ length: 2, 0: "a" })],
  [[3, undefined, 1], true, 3, [undefined, "a"]]);
class S extends Array {} same(S.of(1).toReversed() instanceof S, false);
throws(RangeError, () => Array.prototype.toReversed.call({ length: 2 ** 32 })); method(Array.prototype, "toReversed", 0);

// feature: Array.prototype.toSorted
const a = [3, 1, , 2];
same([a.toSorted(), a.toSorted((x, y) => y - x), a[0], 3 in a.toSorted()], [[1, 2, 3, undefined], [3, 2, 1, undefined], 3, true]);
throws(TypeError, () => [1].toSorted(null)); throws(TypeError, () => [].toSorted("x")); method(Array.prototype, "toSorted", 1);

// feature: Array.prototype.toSpliced
const a = [1, 2, , 4];
same([a.toSpliced(1, 2), a.toSpliced(1, 0, "x"), a.toSpliced(), a.toSpliced(-1), a.toSpliced(1), a.toSpliced(0, undefined, 9).length, a.length],
  [[1, 4], [1, "x", 2, undefined, 4], [1, 2, undefined, 4], [1, 2, undefined], [1], 5, 4]);
throws(TypeError, () => Array.prototype.toSpliced.call({ length: 2 ** 53 - 1 }, 0, 0, 1)); method(Array.prototype, "toSpliced", 2);

// feature: Array.prototype.with
const a = [1, , 3];
same([a.with(0, 9), a.with(-1, 9), a.with(1, 2), a[0], 1 in a.with(0, 1)], [[9, undefined, 3], [1, undefined, 9], [1, 2, 3], 1, true]);
throws(RangeError, () => a.with(3, 1)); throws(RangeError, () => a.with(-4, 1)); throws(RangeError, () => [].with(0, 1));
method(Array.prototype, "with", 2);

// feature: Typed arrays by copy
const a = new Uint8Array([3, 1, 2]);
same([[...a.toSorted()], [...a.toReversed()], [...a.with(0, 300)], [...a.toSorted((x, y) => y - x)], [...a], "toSpliced" in a],
  [[1, 2, 3], [2, 1, 3], [44, 1, 2], [3, 2, 1], [3, 1, 2], false]);
throws(RangeError, () => a.with(3, 1)); throws(TypeError, () => new BigInt64Array(1).with(0, 1)); throws(TypeError, () => a.toSorted(1));
class U extends Uint8Array {} same(new U(1).toSorted() instanceof U, false);

// feature: Hashbang comments
invalid(" #!x", "\n#!x", "1\n#!x", "{ #! }", "#\\x21"); same(eval("#!nothing\n1"), 1); throws(SyntaxError, () => new Function("#!x"));
same((0, eval)("#!"), undefined);

// feature: A script that begins with a hashbang
#!/usr/bin/env node
same(1, 1);

// feature: Symbols as keys of weak collections
const s = Symbol("s"), w = new WeakMap([[s, 1]]), set = new WeakSet([s]);
same([w.get(s), set.has(s), new WeakRef(s).deref() === s, w.delete(s), w.has(s), w.set(Symbol.iterator, 2).get(Symbol.iterator)],
  [1, true, true, true, false, 2]);
throws(TypeError, () => w.set(Symbol.for("registered"), 1)); throws(TypeError, () => new WeakRef(Symbol.for("registered")));
same(w.has(Symbol.for("registered")), false);
const r = new FinalizationRegistry(() => {}); r.register(s, 1, s); same(r.unregister(s), true);
