// edition: ES2019

// feature: Array.prototype.flat
same([[1, [2, [3, [4]]]].flat(), [1, [2, [3]]].flat(Infinity), [1, [2]].flat(0), [[], [,], , 1].flat(), [[[1]]].flat("2"), [["a"]].flat(-1), Array.prototype.flat.call({ length: 1, 0: [5] })],
  [[1, 2, [3, [4]]], [1, 2, 3], [1, [2]], [1], [1], [["a"]], [5]]);
same([new Proxy([1], {})].flat(), [1]); same([{ length: 1, 0: 1 }].flat().length, 1);
method(Array.prototype, "flat", 0);

// feature: Array.prototype.flatMap
same([[1, 2].flatMap((x) => [x, x * 2]), [1].flatMap((x) => [[x]]), [1, , 2].flatMap((x, i) => i), ["a b", "c"].flatMap((s) => s.split(" ")), [1].flatMap(function () { return this.v; }, { v: 3 })],
  [[1, 2, 2, 4], [[1]], [0, 2], ["a", "b", "c"], [3]]);
throws(TypeError, () => [].flatMap()); method(Array.prototype, "flatMap", 1);

// feature: Object.fromEntries
const s = Symbol();
same([Object.fromEntries([["a", 1], ["b", 2], ["a", 3]]), Object.fromEntries(new Map([["x", 1]])), Object.fromEntries([[s, 1]])[s], Object.fromEntries([]), Object.keys(Object.fromEntries([["__proto__", 1]]))],
  [{ a: 3, b: 2 }, { x: 1 }, 1, {}, ["__proto__"]]);
throws(TypeError, () => Object.fromEntries()); throws(TypeError, () => Object.fromEntries([1])); throws(TypeError, () => Object.fromEntries(5));
let closed = 0;
throws(TypeError, () => Object.fromEntries({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }), return() { closed++; return {}; } }) }));
same(closed, 1);
method(Object, "fromEntries", 1);

// feature: String.prototype.trimStart and trimEnd
same(["  a ".trimStart(), "  a ".trimEnd(), "\ufeff\u00a0\u2029a".trimStart(), String.prototype.trimLeft === String.prototype.trimStart, String.prototype.trimRight.name],
  ["a ", "  a", "a", true, "trimEnd"]);
method(String.prototype, "trimStart", 0); method(String.prototype, "trimEnd", 0);

// feature: Symbol.prototype.description
same([Symbol("d").description, Symbol().description, Symbol("").description, Symbol.iterator.description, Object(Symbol("x")).description, attributes(Symbol.prototype, "description")],
  ["d", undefined, "", "Symbol.iterator", "x", "g--c"]);
throws(TypeError, () => Symbol.prototype.description.call);
throws(TypeError, () => Object.getOwnPropertyDescriptor(Symbol.prototype, "description").get.call("x"));

// feature: Optional catch binding
let reached = 0;
try { throw 1; } catch { reached = 1; } finally { reached++; }
same(reached, 2);
invalid("try {} catch () {}", "try {} catch");

// feature: Array.prototype.sort is stable
const a = Array.from({ length: 2000 }, (_, i) => ({ k: i % 7, i }));
a.sort((x, y) => x.k - y.k);
assert(a.every((x, i) => i === 0 || a[i - 1].k < x.k || a[i - 1].k === x.k && a[i - 1].i < x.i));
const t = Float64Array.from({ length: 600 }, (_, i) => i); t.sort((x, y) => x % 3 - y % 3);
assert([...t].every((x, i) => i === 0 || t[i - 1] % 3 < x % 3 || t[i - 1] % 3 === x % 3 && t[i - 1] < x));
same([3, , undefined, 1].sort().length, 4); same(3 in [3, , undefined, 1].sort(), false, "holes come last");
same([2, 1].sort(() => NaN), [2, 1]);

// feature: JSON is a part of the language
same([eval("'\u2028\u2029'"), JSON.parse('"\u2028"'), eval('"\u2029"').length], ["\u2028\u2029", "\u2028", 1]);
throws(SyntaxError, () => eval("/\u2028/"));

// feature: Well-formed JSON.stringify
same([JSON.stringify("\ud800"), JSON.stringify("\udc00\ud800"), JSON.stringify("😀"), JSON.stringify({ "\ud83d": 1 }), JSON.stringify("\u2028\u007f")],
  ['"\\ud800"', '"\\udc00\\ud800"', '"😀"', '{"\\ud83d":1}', '"\u2028\u007f"']);

// feature: Function.prototype.toString keeps comments
same([String(function /* a */ f /* b */ ( /* c */ ) /* d */ { /* e */ } /* f */), String(/* x */ async /* y */ () => /* z */ 1 /* w */), String({ /* before */ [ /* a */ "f" ] /* b */ () { } }.f), String(class /* a */ { /* b */ }), String({ *  g () {} }.g), String({ async  f(){} }.f), String({ set  s ( v ) {} }.__lookupSetter__("s"))],
  ["function /* a */ f /* b */ ( /* c */ ) /* d */ { /* e */ }", "async /* y */ () => /* z */ 1", "[ /* a */ \"f\" ] /* b */ () { }", "class /* a */ { /* b */ }", "*  g () {}", "async  f(){}", "set  s ( v ) {}"]);
