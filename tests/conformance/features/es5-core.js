// edition: ES5

// feature: Variables are hoisted
same(typeof later1, "undefined");
if (false) { var later1 = 1; }
assert("later1" in globalThis);
same(attributes(globalThis, "later1"), "we-");
function f() { return typeof inner; var inner = 1; }
same(f(), "undefined");
(function () { var f; same(typeof f, "undefined"); })();
(function (a) { var a; same(a, 1, "a parameter keeps its value"); })(1);
throws(ReferenceError, () => nothing);
same(typeof nothing, "undefined");

// feature: Function declarations and expressions
same(hoisted(), "second");
function hoisted() { return "first"; }
function hoisted() { return "second"; }
var fact = function self(n) { return n < 2 ? 1 : n * self(n - 1); };
same(fact(5), 120);
same(typeof self, "undefined", "the name is the expression's own");
var named = function own() { own = 1; return own; };
same(typeof named(), "function", "the name cannot be assigned to");
throws(TypeError, function () { (function own() { "use strict"; own = 1; })(); });
same((function (a, b) {}).length, 2);

// feature: The arguments object
function mapped(a, b) {
  arguments[0] = 10; b = 20;
  return [a, arguments[1], arguments.length];
}
same(mapped(1, 2, 3), [10, 20, 3]);
function strict(a) { "use strict"; arguments[0] = 10; return a; }
same(strict(1), 1);
(function () {
  same(Object.prototype.toString.call(arguments), "[object Arguments]");
  same(arguments.callee.length, 0);
  same(attributes(arguments, "length"), "w-c");
})();
(function () { "use strict"; throws(TypeError, () => arguments.callee); })();
(function (a) { delete arguments[0]; arguments[0] = 2; same(a, 1, "deleted entries are no longer mapped"); })(1);
(function (a) { same(arguments.length, 0); arguments[0] = 2; same(a, undefined); })();
(function (a) {
  Object.defineProperty(arguments, "0", { writable: false });
  a = 2;
  same(arguments[0], 1, "read-only entries are no longer mapped");
})(1);

// feature: this in sloppy and strict functions
function sloppy() { return this; }
function strict() { "use strict"; return this; }
same(sloppy(), globalThis);
same(strict(), undefined);
same(typeof sloppy.call(1), "object");
same(strict.call(1), 1);
same(sloppy.call(null), globalThis);
same(strict.call(null), null);
same((0, { f: strict }.f)(), undefined);
same(this, globalThis);

// feature: Strict mode rejects what sloppy mode allows
"use strict";
throws(ReferenceError, () => { undeclared = 1; });
throws(TypeError, () => { Object.freeze([1])[0] = 2; });
throws(TypeError, () => { delete Object.prototype; });
throws(TypeError, () => { ({ get a() { return 1; } }).a = 2; });
throws(TypeError, () => { "abc".length = 1; });
throws(TypeError, () => { (5).x = 1; });
for (const source of ["with ({}) {}", "010", "'\\01'", "var eval", "arguments = 1", "delete x", "function f(a, a) {}", "let = 1", "var public", "eval++", "implements: 1"]) {
  invalid("'use strict'; " + source);
}
valid("with ({}) {}", "return 010", "return '\\01'", "function f(a, a) {}", "delete x", "var public");

// feature: Directive prologues
function a() { "other"; 'use strict'; return this; }
same(a(), undefined);
function b() { "use\x20strict"; return this; }
same(b(), globalThis, "an escape makes it another directive");
function c() { ("use strict"); return this; }
same(c(), globalThis);
invalid("function f() { '\\01'; 'use strict'; }");
invalid("function f(eval) { 'use strict'; }");

// feature: Labels, break and continue
var seen = "";
outer: for (var i = 0; i < 3; i++) {
  for (var j = 0; j < 3; j++) {
    if (j === 1) continue outer;
    if (i === 2) break outer;
    seen += i + "" + j + " ";
  }
}
same(seen, "00 10 ");
block: { seen = "in"; break block; seen = "out"; }
same(seen, "in");
a: b: c: for (;;) { break a; }
invalid("break;", "continue;", "x: { continue x; }", "a: a: ;", "a: { (function () { break a; })(); }", "break a;");
valid("a: ; a: ;");

// feature: Completion values of statements
same(eval("1; ;"), 1);
same(eval("1; var a = 2;"), 1);
same(eval("1; {}"), 1);
same(eval("do { 2; break; } while (0)"), 2);
same(eval("1; if (false) 2;"), undefined);
same(eval("3; do { 2; continue; } while (false)"), 2);
same(eval("try { 1 } finally { 2 }"), 1);
same(eval("1; switch (1) { case 1: 5; }"), 5);
same(eval("1; do { } while (false)"), undefined);
same(eval("x: { 7; break x; 8; }"), 7);
same(eval("for (var i = 0; i < 3; i++) i"), 2);
same(eval("function f() {}"), undefined);

// feature: switch
function pick(x) {
  var log = "";
  switch (x) { case 1: log += "one "; case 2: log += "two "; break; default: log += "other "; case 3: log += "three "; }
  return log;
}
same([1, 2, 3, 4, "1", NaN].map(pick), ["one two ", "two ", "three ", "other three ", "other three ", "other three "]);
var order = "";
switch ((order += "d", 2)) { case (order += "a", 1): case (order += "b", 2): break; case (order += "c", 2): }
same(order, "dab");
invalid("switch (1) { default: default: }");

// feature: try, catch and finally
function both() { try { return "try"; } finally { return "finally"; } }
same(both(), "finally");
function overwritten() { for (;;) { try { throw 1; } catch (e) { continue; } finally { break; } } return "left"; }
same(overwritten(), "left");
var x = 1;
function kept() { try { return x; } finally { x = 2; } }
same(kept(), 1, "what is returned is computed before finally");
same(x, 2);
(function () { try { throw 1; } catch (e) { var e = 2; same(e, 2); } same(e, undefined); })();
function nested() {
  var log = [];
  try { try { throw "a"; } finally { log.push("f1"); } } catch (e) { log.push(e); } finally { log.push("f2"); }
  return log;
}
same(nested(), ["f1", "a", "f2"]);
function lost() { try { throw 1; } finally { return 2; } }
same(lost(), 2);

// feature: for-in order and attributes
var object = { b: 1, 2: 1, a: 1, 1: 1 };
var keys = [];
for (var k in object) keys.push(k);
same(keys, ["1", "2", "b", "a"]);
var child = Object.create(object, { own: { value: 1, enumerable: true }, a: { value: 1, enumerable: false } });
keys = [];
for (k in child) keys.push(k);
same(keys, ["own", "1", "2", "b"], "what is not enumerable hides what it shadows");
keys = [];
var shrinking = { a: 1, b: 2, c: 3 };
for (k in shrinking) { keys.push(k); delete shrinking.b; }
same(keys, ["a", "c"], "a deleted property is not visited");
for (k in null) assert(false);
for (k in undefined) assert(false);
keys = [];
for (k in "ab") keys.push(k);
same(keys, ["0", "1"]);

// feature: Getters and setters in object literals
var log = [];
var o = { get a() { log.push("get"); return 1; }, set a(v) { log.push(v); }, get 0x10() { return 16; }, get "x y"() { return 2; } };
same([o.a, (o.a = 5), o[16], o["x y"]], [1, 5, 16, 2]);
same(log, ["get", 5]);
same(attributes(o, "a"), "gsec");
same(Object.getOwnPropertyDescriptor(o, "a").get.name, "get a");
same({ a: 1, get a() { return 2; } }.a, 2);
same({ get a() { return 2; }, a: 1 }.a, 1);
invalid("({ get a(x) {} })", "({ set a() {} })");
valid("return { get: 1, set: 2, get get() {}, set set(x) {} }");

// feature: Object.defineProperty and descriptors
var o = {};
Object.defineProperty(o, "a", { value: 1 });
same(attributes(o, "a"), "---");
throws(TypeError, () => Object.defineProperty(o, "a", { value: 2 }));
throws(TypeError, () => Object.defineProperty(o, "a", { enumerable: true }));
throws(TypeError, () => Object.defineProperty({}, "a", { value: 1, get() {} }));
throws(TypeError, () => Object.defineProperty({}, "a", { get: 1 }));
throws(TypeError, () => Object.defineProperty(1, "a", {}));
Object.defineProperty(o, "a", { value: 1, writable: false });
Object.defineProperty(o, "b", { value: NaN, configurable: false, writable: false });
Object.defineProperty(o, "b", { value: NaN });
throws(TypeError, () => Object.defineProperty(o, "b", { value: 0 }));
Object.defineProperty(o, "c", { value: 1, writable: true });
Object.defineProperty(o, "c", { value: 2, writable: false });
same([o.c, attributes(o, "c")], [2, "---"]);
Object.defineProperty(o, "d", { get() { return 1; }, configurable: true });
Object.defineProperty(o, "d", { value: 3 });
same([o.d, attributes(o, "d")], [3, "--c"]);
same(Object.keys(Object.defineProperties({}, { x: { value: 1, enumerable: true }, y: {} })), ["x"]);

// feature: Object.freeze, seal and preventExtensions
var frozen = Object.freeze({ a: 1, get b() { return 2; } });
same([attributes(frozen, "a"), attributes(frozen, "b")], ["-e-", "g-e-"]);
same([Object.isFrozen(frozen), Object.isSealed(frozen), Object.isExtensible(frozen)], [true, true, false]);
frozen.a = 2; frozen.c = 1; delete frozen.a;
same(Object.keys(frozen), ["a", "b"]);
same(frozen.a, 1);
var sealed = Object.seal({ a: 1 });
sealed.a = 2; delete sealed.a;
same(sealed.a, 2);
same(Object.isFrozen(sealed), false);
var closed = Object.preventExtensions({});
same(Object.isFrozen(closed), true, "an empty one is frozen");
throws(TypeError, () => Object.setPrototypeOf(closed, {}));
same(Object.setPrototypeOf(closed, Object.prototype), closed);
throws(TypeError, () => { "use strict"; closed.x = 1; });
throws(TypeError, () => Object.freeze(new Uint8Array(1)));

// feature: Object.create and prototypes
var base = { greet: function () { return "hi " + this.name; } };
var o = Object.create(base, { name: { value: "o" } });
same(o.greet(), "hi o");
same(Object.getPrototypeOf(o), base);
same(base.isPrototypeOf(o), true);
same(Object.create(null) instanceof Object, false);
throws(TypeError, () => Object.create());
throws(TypeError, () => Object.create(1));
same("toString" in Object.create(null), false);
function C() {}
C.prototype = 1;
same(Object.getPrototypeOf(new C()), Object.prototype, "no object as prototype: Object.prototype");
same(new (function () { return base; })(), base);
same(typeof new (function () { return 1; })(), "object");

// feature: Property keys are in order
var symbol = Symbol();
var o = { z: 1, [symbol]: 1, "-1": 1, 4294967295: 1, 10: 1, 9: 1, "01": 1, a: 1 };
same(Object.getOwnPropertyNames(o).slice(0, 2), ["9", "10"]);
same(Reflect.ownKeys({ b: 1, 1: 1, [symbol]: 1, a: 1, 0: 1 }), ["0", "1", "b", "a", symbol]);
o = { a: 1, b: 2 };
delete o.a;
o.a = 3;
same(Object.keys(o), ["b", "a"]);

// feature: The order of evaluation
var log = [];
function t(name, value) { log.push(name); return value; }
t("o", {})[t("k", "a")] = t("v", 1);
same(log, ["o", "k", "v"]);
log = [];
t("f", function () {})(t("a"), t("b"));
same(log, ["f", "a", "b"]);
log = [];
({ valueOf() { log.push("left"); return 1; } }) + ({ valueOf() { log.push("right"); return 1; } });
same(log, ["left", "right"]);
var x = 1;
x += (x = 5);
same(x, 6);
var i = 0, a = [0, 0];
a[i++] = i++;
same([a, i], [[1, 0], 2]);
throws(TypeError, () => null[t("key")]);
log = [];
throws(TypeError, () => { undefined[t("key")] = t("value"); });
same(log[0], "key");
throws(TypeError, () => { log = []; (void 0)(t("argument")); });
same(log, ["argument"], "arguments come before the check that it can be called");
log = [];
throws(RangeError, () => { new (class { constructor() { throw new RangeError(t("thrown")); } })(t("x")); });
same(log, ["x", "thrown"]);

// feature: Operators and coercion
same([1 + "2", "3" - 1, "3" * "4", +"", +" 12 ", +"1x", +[], +{}, +[5], -"1"], ["12", 2, 12, 0, 12, NaN, 0, NaN, 5, -1]);
same([null == undefined, null == 0, "" == 0, "1" == 1, NaN == NaN, [1] == 1, true == "1", null >= 0],
  [true, false, true, true, false, true, true, true]);
same([1 < 2 < 3, 3 > 2 > 1, "b" > "a", "B" > "a", "10" < "9", "10" < 9, undefined < 1], [true, false, true, false, true, false, false]);
same([7 % -3, -7 % 3, -0 % 1, 5.5 % 2, 1 % 0, 1 % Infinity], [1, -1, -0, 1.5, NaN, 1]);
same([1 << 32, 1 << 31, -1 >>> 0, -1 >>> 31, 5 >> 1, -5 >> 1, ~5, ~~-1.7, 2 ** 32 | 0, 1e20 | 0],
  [1, -2147483648, 4294967295, 1, 2, -3, -6, -1, 0, 1661992960]);
same([typeof null, typeof function () {}, typeof undefined, typeof /x/, typeof Symbol()], ["object", "function", "undefined", "object", "symbol"]);
same([void 0, (1, 2), !"", !"0", !NaN], [undefined, 2, true, false, true]);
var date = new Date(0);
same(typeof (date + 1), "string", "dates prefer strings for +");
same(date - 1, -1);
throws(TypeError, () => Symbol() + "");
throws(TypeError, () => +Symbol());
throws(TypeError, () => 1 in 1);
throws(TypeError, () => ({}) instanceof {});

// feature: ToPrimitive by valueOf and toString
var log = [];
var o = { valueOf() { log.push("v"); return {}; }, toString() { log.push("s"); return "7"; } };
same([o * 2, `${o}`, o + 1], [14, "7", "71"]);
same(log.join(""), "vssvs");
throws(TypeError, () => `${{ toString() { return {}; }, valueOf() { return {}; } }}`);
throws(TypeError, () => +Object.create(null));
same([{}] + 1, "[object Object]1");
same({ toString: null, valueOf: () => 3 } + "", "3");

// feature: Increment and compound assignment
var n = "5";
same([n++, n, --n, typeof n], [5, 6, 5, "number"]);
var o = { get a() { return this.v; }, set a(x) { this.v = x; }, v: 1 };
same([o.a++, o.a, ++o.a, (o.a *= 3), (o.a %= 4), (o.a <<= 2), (o.a ^= 1)], [1, 2, 3, 9, 1, 4, 5]);
var s = "a"; s += 1 + 2; same(s, "a3");
var i = 2147483647; i++; same(i, 2147483648);
i = -2147483648; i--; same(i, -2147483649);
i = 9007199254740992; i++; same(i, 9007199254740992);
var z = -0; same(z++, -0); same(z, 1);
invalid("1++", "a++ = 1", "f() = 1; (", "++a++", "(a, b) = 1", "this = 1");

// feature: Comparison of numbers, -0 and NaN
same([-0 === 0, 1 / -0, Math.max(-0, 0), Math.min(0, -0), -0 + -0, 0 + -0, 0 * -1], [true, -Infinity, 0, -0, -0, 0, -0]);
same([NaN !== NaN, NaN < 1, NaN >= 1, [NaN].indexOf(NaN)], [true, false, false, -1]);
same([String(-0), JSON.stringify(-0), (-0).toFixed(1), `${-0}`], ["0", "0", "0.0", "0"]);
same([Math.round(-0.4), Math.round(2.5), Math.round(-2.5), Math.round(0.49999999999999994)], [-0, 3, -2, 0]);

// feature: Numbers are printed as short as they can be
same([0.1 + 0.2, 1e21, 1e-7, 123456789012345680000, 5e-324, 1.7976931348623157e308, 0.000001, 1 / 3].map(String),
  ["0.30000000000000004", "1e+21", "1e-7", "123456789012345680000", "5e-324", "1.7976931348623157e+308", "0.000001", "0.3333333333333333"]);
same([(255).toString(16), (0.5).toString(2), (-255).toString(36), (1e21).toString(7) !== "", (0.1).toString(3).startsWith("0.00220022")],
  ["ff", "0.1", "-73", true, true]);
same([(1.005).toFixed(2), (1e21).toFixed(2), (0.5).toFixed(0), (1.5).toFixed(0), (2.5).toFixed(0), (123.456).toFixed(1)],
  ["1.00", "1e+21", "1", "2", "3", "123.5"]);
same([(123.456).toPrecision(4), (0.00001).toPrecision(1), (1e21).toPrecision(3), (123456).toExponential(2), (0).toExponential()],
  ["123.5", "0.00001", "1.00e+21", "1.23e+5", "0e+0"]);
throws(RangeError, () => (1).toString(1));
throws(RangeError, () => (1).toString(37));
throws(RangeError, () => (1).toFixed(101));
throws(RangeError, () => (1).toPrecision(0));
throws(TypeError, () => Number.prototype.toString.call("1"));

// feature: parseInt and parseFloat
same([parseInt("12px"), parseInt("0x1f"), parseInt("010"), parseInt("11", 2), parseInt("z", 36), parseInt(""), parseInt("9", 8), parseInt(" -7"), parseInt("1e3"), parseInt(null, 36)],
  [12, 31, 10, 3, 35, NaN, NaN, -7, 1, 1112745]);
same([parseInt("12", 1), parseInt("12", 37), parseInt("12", 0), parseInt("-0"), parseInt(5e-7)], [NaN, NaN, 12, -0, 5]);
same([parseFloat("3.14abc"), parseFloat(".5."), parseFloat("-.5e-2x"), parseFloat("Infinityx"), parseFloat("1e1000"), parseFloat("0x10"), parseFloat("1_000"), parseFloat("e5")],
  [3.14, 0.5, -0.005, Infinity, Infinity, 0, 1, NaN]);
same([Number("0x10"), Number("1e3"), Number("1_0"), Number("-0x10"), Number("\n"), Number("Infinity"), Number("infinity"), Number("0b101"), Number("0o17")],
  [16, 1000, NaN, NaN, 0, Infinity, NaN, 5, 15]);
same([Number("\u00a01\ufeff\u2028"), Number("\u180e1")], [1, NaN], "white space");

// feature: Literals, escapes and comments
same(["\x41\u0042\103\0", "\
joined", '\v\f\b' .length, "\q"], ["ABC\0", "joined", 3, "q"]);
same([0xFF, 0XaB, 1e3, .5, 5., 1.e1, 0.0000001], [255, 171, 1000, 0.5, 5, 10, 1e-7]);
same(1 /* a
b */ + 1 // c
, 2);
var \u0061b = 1, ünïcode = 2, $_ = 3, 漢 = 4;
same([ab, ünïcode, $_, 漢], [1, 2, 3, 4]);
invalid("'\\x4'", "'\\u00g0'", "'a\nb'", "1a", "0xg", "3in []", "var 1a", "/* ", "var \\u0031a", "'\\u{110000}'");
same(eval("'\u2028'"), "\u2028");
same(eval("1\u20282"), 2, "a line separator ends a statement");

// feature: Automatic semicolon insertion
function f() { return
  1; }
same(f(), undefined);
var a = 1
var b = a
++b
same([a, b], [1, 2])
var c = 1, d
do d = 2; while (false) same(d, 2)
var e = function () { return 5 }
;[1].forEach(function () {})
{ 1 } var g = 1
invalid("{ 1 2 } 3", "for (a; b\n)", "if (a)\n", "throw\n1", "var a\nvar b c", "x\n++");
valid("return\n(1)", "a\n++b", "{ 1 }", "var a = 1\n;(b)");

// feature: Reserved words as property names
var o = { if: 1, class: 2, null: 3, true: 4, new: 5, get: 6, enum: 7 };
same([o.if, o.class, o.null, o.true, o.new, o.get, o.enum], [1, 2, 3, 4, 5, 6, 7]);
invalid("var if", "var enum", "var class", "null = 1", "function new() {}", "var \\u0069f");
valid("var yield, let, static, async, of, get, set, await, undefined", "return o.\\u0069f");

// feature: undefined, NaN and Infinity cannot be changed
undefined = 1; NaN = 2; Infinity = 3;
same([typeof undefined, NaN === NaN, Infinity > 1e308], ["undefined", false, true]);
same([attributes(globalThis, "undefined"), attributes(globalThis, "NaN"), attributes(globalThis, "Infinity")], ["---", "---", "---"]);
throws(TypeError, () => { "use strict"; undefined = 1; });

// feature: Array length and holes
var a = [1, , 3];
same([a.length, 1 in a, a.indexOf(undefined), Object.keys(a)], [3, false, -1, ["0", "2"]]);
a.length = 1; same(a, [1]);
a[5] = 1; same(a.length, 6);
a["7"] = 1; same(a.length, 8);
a["07"] = 1; same(a.length, 8);
throws(RangeError, () => { a.length = -1; });
throws(RangeError, () => new Array(1.5));
same([new Array(3).length, Array("3").length, Array(1, 2).length], [3, 1, 2]);
a = []; a[4294967294] = 1; same(a.length, 4294967295);
a[4294967295] = 1; same(a.length, 4294967295);
throws(RangeError, () => a.push(1, 2));
var partly = [1, 2, 3];
Object.defineProperty(partly, 1, { configurable: false });
partly.length = 0;
same(partly.length, 2, "stops at what cannot be deleted");
same(attributes([], "length"), "w--");
same([, ].length, 1);
same([1, 2, ].length, 2);

// feature: Array methods of ES5
var a = [3, 1, 2];
same(a.map((x, i, all) => x * i + all.length), [3, 4, 7]);
same(a.filter((x) => x > 1), [3, 2]);
same([a.every((x) => x > 0), a.some((x) => x > 5), [].every(() => false), [].some(() => true)], [true, false, true, false]);
same(a.reduce((x, y) => x + "-" + y), "3-1-2");
same(a.reduceRight((x, y) => x + "-" + y, ""), "-2-1-3");
throws(TypeError, () => [].reduce(() => 1));
throws(TypeError, () => [1].map());
same([a.indexOf(2), a.lastIndexOf(3), a.indexOf(3, 1), a.indexOf(2, -1), [1, 1].lastIndexOf(1, -2)], [2, 0, -1, 2, 0]);
same([[1, , 3].map((x) => 2).hasOwnProperty(1), [, 1].every((x) => x === 1)], [false, true], "holes are skipped");
var visited = [];
[1, 2, 3].forEach((x, i, all) => { visited.push(x); if (i === 0) { all.push(4); delete all[1]; } });
same(visited, [1, 3]);
same(Array.prototype.map.call("ab", (c) => c + c), ["aa", "bb"]);
same(Array.isArray(Array.prototype), true);

// feature: Array methods of ES3
var a = [1, 2, 3, 4, 5];
same([a.slice(1, -1), a.slice(-2), a.slice(3, 1), a.concat([6], 7, [[8]]).length], [[2, 3, 4], [4, 5], [], 8]);
same([a.splice(1, 2, "x", "y", "z"), a], [[2, 3], [1, "x", "y", "z", 4, 5]]);
same([a.splice(-1), a.splice(), a.length], [[5], [], 5]);
same([a.pop(), a.shift(), a.unshift(8, 9), a.push(7), a.reverse()], [4, 1, 5, 6, [7, "z", "y", "x", 9, 8]]);
same([[].pop(), [].shift(), [null, undefined, [1, [2, 3]]].join(), [1, 2].join("")], [undefined, undefined, ",,1,2,3", "12"]);
var like = { length: 2, 0: "a", 1: "b" };
same([Array.prototype.push.call(like, "c"), like.length, Array.prototype.join.call(like, "")], [3, 3, "abc"]);
same([3, 20, 100, undefined, 1].sort(), [1, 100, 20, 3, undefined]);
same([3, 20, 100, 1].sort((x, y) => x - y), [1, 3, 20, 100]);
throws(TypeError, () => [1].sort("x"));

// feature: String methods of ES5
var s = "Hello, World";
same([s.charAt(4), s.charAt(99), s.charCodeAt(0), s.charCodeAt(-1), s.indexOf("o"), s.lastIndexOf("o"), s.indexOf("o", 5), s.indexOf("")],
  ["o", "", 72, NaN, 4, 8, 8, 0]);
same([s.slice(-5, -1), s.substring(5, 2), s.substring(-3, 2), s.slice(4, 2)], ["Worl", "llo", "He", ""]);
same([s.toUpperCase(), s.toLowerCase(), "ß".toUpperCase(), "İ".toLowerCase().length, "ΑΣ".toLowerCase()],
  ["HELLO, WORLD", "hello, world", "SS", 2, "ας"]);
same(["a,b,,c".split(","), "abc".split(""), "a1b2".split(/\d/), "a1b".split(/(\d)/), "".split(","), "".split(""), "a,b,c".split(",", 2)],
  [["a", "b", "", "c"], ["a", "b", "c"], ["a", "b", ""], ["a", "1", "b"], [""], [], ["a", "b"]]);
same([" \t\n\u00a0\ufeff x \u2029".trim(), "a".concat(1, null), "a".localeCompare("b") < 0, "b"[0], "b"[1]], ["x", "a1null", true, "b", undefined]);
throws(TypeError, () => String.prototype.trim.call(null));
same([attributes(Object("abc"), 0), attributes(Object("abc"), "length")], ["-e-", "---"]);

// feature: String.prototype.replace
same(["aaa".replace("a", "b"), "aaa".replace(/a/g, "b"), "abc".replace("b", "[$&$`$'$$]"), "ab".replace(/(a)(b)/, "$2$1$3$0$10")],
  ["baa", "bbb", "a[bac$]c", "ba$3$0a0"]);
var calls = [];
same("x1y2".replace(/([a-z])(\d)/g, (...a) => { calls.push(a); return a[2]; }), "12");
same(calls, [["x1", "x", "1", 0, "x1y2"], ["y2", "y", "2", 2, "x1y2"]]);
same("abc".replace("", "_"), "_abc");
same("abc".replace(/(?:)/g, "_"), "_a_b_c_");
same("a".replace("a", () => "$&"), "$&");
same("a".replace("a", undefined), "undefined");
same("aXbX".replace(/(x)|(y)/gi, (m, a, b) => String(b)), "aundefinedbundefined");

// feature: Regular expressions of ES5
same(/(a)|(b)/.exec("b").slice(), ["b", undefined, "b"]);
same([/a{2,3}/.exec("aaaa")[0], /a{2,3}?/.exec("aaaa")[0], /^b/m.test("a\nb"), /a.c/.test("a\nc"), /[^]/.test("\n"), /\bfoo\b/.test("a foo b")],
  ["aaa", "aa", true, false, true, true]);
same(/(?=(a+))a*b\1/.exec("baaabac").slice(), ["aba", "a"]);
same(/(z)((a+)?(b+)?(c))*/.exec("zaacbbbcac").slice(), ["zaacbbbcac", "z", "ac", "a", undefined, "c"], "groups are reset in each turn");
same(/(?!foo)\w+/.exec("foobar")[0], "oobar");
same([/\u0041\x42\cJ/.test("AB\n"), /[\b]/.test("\b"), /\0/.test("\0"), /[a-c\-z]+/.exec("b-z")[0]], [true, true, true, "b-z"]);
var g = /a/g; same([g.test("aa"), g.lastIndex, g.test("aa"), g.test("aa"), g.lastIndex], [true, 1, true, false, 0]);
same([String(new RegExp("/")), String(RegExp("")), String(/[/]\//), new RegExp("\n").source], ["/\\//", "/(?:)/", "/[/]\\//", "\\n"]);
invalid("/(/", "/a**/", "/[b-a]/", "/a/gg", "/a/x", "/?/", "/a{2,1}/", "/(?<a/");
throws(SyntaxError, () => new RegExp("["));
same("aBc".match(/b/i).index, 1);
same("a1b22".match(/\d+/g), ["1", "22"]);
same("abc".search(/c/), 2);
same([/\w/i.test("ſ"), /[^\W]/i.test("\u212a")], [false, false], "without u no folding into ASCII");

// feature: Function.prototype.call, apply and bind
function f(a, b, c) { return [this, a, b, c]; }
var bound = f.bind("t", 1);
same([f.call(1, 2).slice(1), f.apply(null, [1, 2]).slice(1), f.apply(null, { length: 1, 0: 9 })[1]],
  [[2, undefined, undefined], [1, 2, undefined], 9]);
same([bound.length, bound.name, bound.hasOwnProperty("prototype"), bound(2, 3).slice(1)], [2, "bound f", false, [1, 2, 3]]);
function C(a, b) { this.sum = a + b; }
var B = C.bind({ sum: "not this" }, 1);
same(new B(2).sum, 3);
same(new B(2) instanceof C, true);
same(new B(2) instanceof B, true);
throws(TypeError, () => f.apply(null, 1));
throws(TypeError, () => Function.prototype.bind.call({}));
same(f.bind().bind().name, "bound bound f");
same((() => {}).bind(null).length, 0);
same(Function.prototype.call.length, 1);

// feature: Function.prototype.toString gives the source
function f ( a,b ) { /* kept */ return a }
same(String(f), "function f ( a,b ) { /* kept */ return a }");
same(String(class A { m ( ) { } }), "class A { m ( ) { } }");
same(String({ m ( x ) { } }.m), "m ( x ) { }");
same(String(Object.getOwnPropertyDescriptor({ get  a() { return 1 } }, "a").get), "get  a() { return 1 }");
same(String(async  (x) =>  x), "async  (x) =>  x");
same(String(new Function("a", "b", "return a")), "function anonymous(a,b\n) {\nreturn a\n}");
assert(/^function push\(\)\s*\{\s*\[native code\]\s*\}$/.test(String([].push)));
assert(/\{\s*\[native code\]\s*\}$/.test(String(f.bind())));
throws(TypeError, () => Function.prototype.toString.call({}));

// feature: new Function
same(new Function("a", "b", "return a + b")(1, 2), 3);
same(new Function("a, b", "return a + b")(1, 2), 3);
same(new Function("a = 1, ...b", "return [a, b]")(), [1, []]);
same(new Function()(), undefined);
same(new Function("a //", "return a")(4), 4);
var local = (function () { var hidden = 1; return new Function("return typeof hidden"); })();
same(local(), "undefined", "its scope is the global one");
same(new Function("return this")(), globalThis);

// feature: new Function parses its parameters by themselves
// not supported: QuickJS-NG joins parameters and body before it parses them
throws(SyntaxError, () => new Function("/*", "*/){"));
throws(SyntaxError, () => new Function("a){", "}"));

// feature: Direct and indirect eval
var x = "global";
function direct() { var x = "local"; return [eval("x"), (0, eval)("x"), (eval)("x"), globalThis.eval("x"), eval?.("x")]; }
same(direct(), ["local", "global", "local", "global", "global"]);
function declares() { eval("var y = 1; function z() { return 2; }"); return [y, z(), delete y, typeof y]; }
same(declares(), [1, 2, true, "undefined"]);
same(typeof z, "undefined");
function strict() { "use strict"; eval("var y = 1"); return typeof y; }
same(strict(), "undefined");
same(eval("let q = 1; q"), 1);
same(typeof q, "undefined");
same(eval(5), 5);
same(eval({ a: 1 }).a, 1);
same(eval(""), undefined);
(0, eval)("var made = 1");
same(attributes(globalThis, "made"), "wec");
throws(SyntaxError, () => eval("var"));
throws(SyntaxError, () => { let a; { eval("var a"); } });
same((function () { return eval("arguments.length"); })(1, 2), 2);
same((function () { return eval("this"); }).call(x) instanceof String, true);
(function () { var eval = (s) => "mine"; same(eval("1"), "mine"); })();
same(new (function () { this.t = eval("new.target"); })().t !== undefined, true);

// feature: with
var o = { a: 1, f() { return this; } };
with (o) {
  same(a, 1);
  same(f(), o, "the object is this");
  a = 2;
  var a2 = 3;
}
same([o.a, a2, "a2" in o], [2, 3, false]);
var log = [];
var p = new Proxy({ x: 1 }, { has(t, k) { log.push("has " + String(k)); return k in t; }, get(t, k) { log.push("get " + String(k)); return t[k]; } });
with (p) { x; }
same(log, ["has x", "get Symbol(Symbol.unscopables)", "get x"]);
with ({ b: 1, [Symbol.unscopables]: { b: true } }) same(typeof b, "undefined");
throws(TypeError, () => { with (null) {} });
var env = { n: 1 };
with (env) { n = (delete env.n, 2); }
same(env.n, 2, "the reference is taken before the value is computed");

// feature: Error objects
for (const E of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
  var e = new E("m");
  same([e.message, e.name, String(e), Object.prototype.toString.call(e), E.length], ["m", E.name, E.name + ": m", "[object Error]", 1]);
  same(attributes(e, "message"), "w-c");
  assert(E("x") instanceof E);
  same(new E().hasOwnProperty("message"), false);
  same(Object.getPrototypeOf(E), E === Error ? Function.prototype : Error);
  same([E.prototype.message, attributes(E.prototype, "name")], ["", "w-c"]);
}
same([String({ __proto__: Error.prototype, name: "", message: "m" }), String({ __proto__: Error.prototype, name: "n", message: "" })], ["m", "n"]);
same(new Error(undefined).hasOwnProperty("message"), false);
same(typeof new Error("x").stack, "string");
throws(TypeError, () => Error.prototype.toString.call(1));

// feature: Errors of the language are of the right class
throws(TypeError, () => null.x);
throws(TypeError, () => undefined());
throws(TypeError, () => new (() => {})());
throws(TypeError, () => new Math.max());
throws(TypeError, () => { const c = 1; c = 2; });
throws(ReferenceError, () => missing);
throws(ReferenceError, () => { tdz; let tdz; });
throws(RangeError, () => "x".repeat(-1));
throws(RangeError, () => (function f() { f(); })());
throws(URIError, () => decodeURIComponent("%"));
throws(SyntaxError, () => JSON.parse("{"));
throws(TypeError, () => Object.defineProperty(Object.freeze({}), "a", {}));

// feature: JSON.parse
same(JSON.parse(' {"a": [1, -0, 1e3, 0.5, "x\\u0041\\n", true, null], "": {}} '), { a: [1, -0, 1000, 0.5, "xA\n", true, null], "": {} });
for (const bad of ["", "{", "{a:1}", "{'a':1}", "[1,]", "{\"a\":1,}", "01", "+1", ".5", "1.", "\"\t\"", "\"\\x41\"", "undefined", "NaN", "1 2", "\u00a01", "\"\\u12\"", "-", "1e", "[", "tru", "\"", "//1\n1"]) {
  throws(SyntaxError, () => JSON.parse(bad), bad);
}
var proto = JSON.parse('{"__proto__": 1, "a": 1, "a": 2}');
same([Object.keys(proto), Object.getPrototypeOf(proto) === Object.prototype, proto.a], [["__proto__", "a"], true, 2]);
var log = [];
same(JSON.parse('{"a":[1,2],"b":3}', function (k, v) { log.push(k); return k === "0" ? undefined : v; }).a.hasOwnProperty(0), false);
same(log, ["0", "1", "a", "b", ""]);
same(JSON.parse('"\u2028"'), "\u2028");
same(JSON.parse("[1]", (k, v) => Array.isArray(v) ? { was: v.length } : v), { was: 1 });
same(JSON.parse("null"), null);
same(Object.keys(JSON.parse('{"2":1,"b":1,"1":1}')), ["1", "2", "b"]);

// feature: JSON.stringify
same(JSON.stringify({ a: [undefined, () => 1, Symbol(), NaN, Infinity, -0, null], b: undefined, c: new Date(0), d: Object("s"), e: Object(1), f: Object(false) }),
  '{"a":[null,null,null,null,null,0,null],"c":"1970-01-01T00:00:00.000Z","d":"s","e":1,"f":false}');
same([JSON.stringify(undefined), JSON.stringify(() => 1), JSON.stringify(Symbol()), JSON.stringify(null), JSON.stringify("\"\\\b\f\n\r\t\u0001/")],
  [undefined, undefined, undefined, "null", '"\\"\\\\\\b\\f\\n\\r\\t\\u0001/"']);
same(JSON.stringify({ a: [1, {}], b: [], c: {} }, null, 2), '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": [],\n  "c": {}\n}');
same([JSON.stringify([1], null, "--"), JSON.stringify([1], null, 99), JSON.stringify([1], null, "x".repeat(20))],
  ["[\n--1\n]", "[\n          1\n]", "[\nxxxxxxxxxx1\n]"]);
same(JSON.stringify({ a: 1, b: 2, 1: 3 }, ["b", "b", 1, {}]), '{"b":2,"1":3}');
var log = [];
JSON.stringify({ a: { toJSON(k) { log.push("toJSON " + k); return 1; } } }, function (k, v) { log.push([k, typeof this]); return v; });
same(log, [["", "object"], "toJSON a", ["a", "object"]]);
var cyclic = {}; cyclic.self = cyclic;
throws(TypeError, () => JSON.stringify(cyclic));
throws(TypeError, () => JSON.stringify(1n));
same(JSON.stringify({ __proto__: { a: 1 }, b: 1 }), '{"b":1}');
same(JSON.stringify(Object.assign(() => 1, { toJSON: () => "f" })), '"f"');

// feature: Date construction and fields
same(new Date(2020, 0, 31, 10, 20, 30, 40).getTime(), Date.UTC(2020, 0, 31, 10, 20, 30, 40), "the zone is UTC");
same([Date.UTC(99, 0), Date.UTC(2017), Date.UTC(), Date.UTC(2020, 12, 1), Date.UTC(1970, 0, 1, 0, 0, 0, 0.9)],
  [915148800000, 1483228800000, NaN, Date.UTC(2021, 0, 1), 0]);
same([new Date(8.64e15).getTime(), new Date(8.64e15 + 1).getTime(), new Date(NaN).getTime(), new Date(undefined).getTime(), new Date(null).getTime()],
  [8.64e15, NaN, NaN, NaN, 0]);
var d = new Date(Date.UTC(2020, 0, 31));
same([d.setUTCMonth(1), d.getUTCMonth(), d.getUTCDate()], [Date.UTC(2020, 2, 2), 2, 2]);
same([d.setUTCHours(25), d.setDate(0), d.setTime("5"), d.setFullYear(2000, 1, 29)],
  [Date.UTC(2020, 2, 3, 1), Date.UTC(2020, 1, 29, 1), 5, Date.UTC(2000, 1, 29, 0, 0, 0, 5)]);
same([new Date(0).getDay(), new Date(-1).getUTCFullYear(), new Date(-1).getUTCMilliseconds(), new Date(0).getTimezoneOffset()], [4, 1969, 999, 0]);
same(typeof Date(), "string");
same([Date.length, typeof Date.now(), new Date(new Date(7)).getTime()], [7, "number", 7]);
throws(TypeError, () => Date.prototype.getTime.call({}));
same(Object.is(new Date(-0).getTime(), 0), true);

// feature: Date parsing
same(["2020", "2020-02", "2020-02-03", "2020-02-03T04:05Z", "2020-02-03T04:05:06.789Z", "2020-02-03T04:05:06+01:30", "+012020-01-01T00:00:00Z", "-000001-01-01T00:00:00Z", "2020-02-03T24:00:00Z"].map(Date.parse),
  [1577836800000, 1580515200000, 1580688000000, 1580702700000, 1580702706789, 1580697306000, Date.UTC(12020, 0), Date.UTC(-1, 0), 1580774400000]);
same(["2020-13-01", "2020-02-32", "2020-02-03T25:00Z", "", "x", "-000000-01-01T00:00:00Z", "2020-02-03T24:01:00Z", "2020-02-03T04:60Z"].map(Date.parse).filter((n) => n === n), []);
same([Date.parse("Thu, 01 Jan 1970 00:00:00 GMT"), Date.parse("Thu Jan 01 1970 00:00:00 GMT+0000"), Date.parse(new Date(1e12).toString()), Date.parse(new Date(1e12).toUTCString())],
  [0, 0, 1e12, 1e12]);
same(Date.parse("Thu Jan 01 1970 01:00:00 GMT+0100 (CET)"), 0);

// feature: Date formatting
var d = new Date(Date.UTC(2020, 1, 3, 4, 5, 6, 7));
same([d.toISOString(), d.toJSON(), d.toUTCString(), d.toDateString()],
  ["2020-02-03T04:05:06.007Z", "2020-02-03T04:05:06.007Z", "Mon, 03 Feb 2020 04:05:06 GMT", "Mon Feb 03 2020"]);
assert(/^Mon Feb 03 2020 04:05:06 GMT\+0000( \(.*\))?$/.test(d.toString()));
same([new Date(Date.UTC(-1, 0)).toISOString(), new Date(8.64e15).toISOString(), String(new Date(NaN)), new Date(NaN).toJSON()],
  ["-000001-01-01T00:00:00.000Z", "+275760-09-13T00:00:00.000Z", "Invalid Date", null]);
throws(RangeError, () => new Date(NaN).toISOString());
same(new Date(Date.UTC(-1, 0)).toUTCString(), "Fri, 01 Jan -0001 00:00:00 GMT");
assert(typeof d.toLocaleString() === "string" && typeof d.toLocaleDateString() === "string");

// feature: encodeURIComponent and decodeURIComponent
same([encodeURIComponent("a b&é漢😀-_.!~*'()"), encodeURI("a b&é;/?:@=+$,#")],
  ["a%20b%26%C3%A9%E6%BC%A2%F0%9F%98%80-_.!~*'()", "a%20b&%C3%A9;/?:@=+$,#"]);
same([decodeURIComponent("%C3%A9%F0%9F%98%80%2f"), decodeURI("%2f%41%23")], ["é😀/", "%2fA%23"]);
for (const bad of ["%", "%4", "%zz", "%80", "%C3", "%C3%", "%C0%80", "%ED%A0%80", "%F8%80%80%80%80", "%F4%90%80%80"]) throws(URIError, () => decodeURIComponent(bad), bad);
throws(URIError, () => encodeURIComponent("\ud800"));
throws(URIError, () => encodeURI("\udc00"));

// feature: Math of ES5
same([Math.abs(-0), Math.ceil(-0.5), Math.floor(-0.5), Math.sqrt(2), Math.pow(2, 0.5), Math.pow(NaN, 0), Math.pow(1, Infinity)],
  [0, -0, -1, Math.SQRT2, Math.SQRT2, 1, NaN]);
same([Math.max(), Math.min(), Math.max(1, NaN), Math.max("3", 2), Math.atan2(0, -0), Math.atan2(-0, 0)], [-Infinity, Infinity, NaN, 3, Math.PI, -0]);
same([Math.exp(0), Math.log(0), Math.log(-1), Math.sin(-0), Math.tan(-0), Math.acos(2)], [1, -Infinity, NaN, -0, -0, NaN]);
assert(Math.random() >= 0 && Math.random() < 1 && Math.random() !== Math.random());
same([attributes(Math, "PI"), Object.prototype.toString.call(Math), typeof Math], ["---", "[object Math]", "object"]);
throws(TypeError, () => Math.max(1, 1n));

// feature: Boxed primitives
same([typeof new Number(1), new Number(1) + 1, new Boolean(false) ? 1 : 0, Object("x").length, new String("ab")[1]], ["object", 2, 1, 1, "b"]);
var s = new String("ab"); s[0] = "x"; s[5] = "y";
same([s[0], s[5], Object.getOwnPropertyNames(s)], ["a", "y", ["0", "1", "5", "length"]]);
(1).x = 1; same((1).x, undefined);
same([Object(null) instanceof Object, Object(1) instanceof Number, new Object("a") instanceof String], [true, true, true]);
same([Number.prototype.valueOf.call(Object(3)), Number(), String(), Boolean([])], [3, 0, "", true]);

// feature: delete and in
var o = { a: 1, get b() { return 1; } };
same([delete o.a, delete o.none, delete o["b"], Object.keys(o), delete 1, delete Object.none], [true, true, true, [], true, true]);
same([delete [].length, "0" in ["x"], 1 in ["x"], "length" in [], "toString" in {}], [false, true, false, true, true]);
made = 1; same([delete made, typeof made], [true, "undefined"]);
var declared = 1; same(delete declared, false);
throws(TypeError, () => "a" in "abc");
throws(TypeError, () => { "use strict"; delete [].length; });
throws(TypeError, () => delete null.x);

// feature: Assignment meets what is inherited
var log = [];
var base = { set a(v) { log.push([this === child, v]); }, get b() { return 1; } };
Object.defineProperty(base, "c", { value: 1 });
var child = Object.create(base);
child.a = 5; child.b = 2; child.c = 3;
same([log, Object.keys(child), child.b, child.c], [[[true, 5]], [], 1, 1]);
throws(TypeError, () => { "use strict"; child.b = 2; });
throws(TypeError, () => { "use strict"; child.c = 2; });
Object.defineProperty(child, "c", { value: 4, writable: true });
child.c = 5; same(child.c, 5);
var array = Object.create([1, 2]); array.length = 0;
same([array.length, Object.getPrototypeOf(array).length, Object.keys(array)], [0, 2, ["length"]]);
Object.defineProperty(Array.prototype, "3", { set: function (v) { log.push(v); }, configurable: true });
var a = [0, 1, 2]; a[3] = 9; same([a.length, log.pop()], [3, 9]); a.push("p");
same([a.length, log.pop(), 3 in a, a.hasOwnProperty(3)], [4, "p", true, false]); delete Array.prototype[3];

// feature: Array methods take whatever has a length
var like = { length: "3", 0: "a", 2: "c" };
same([Array.prototype.slice.call(like).length, Array.prototype.join.call(like), Array.prototype.indexOf.call(like, "c"), Array.prototype.concat.call(1, 2).length, Array.prototype.filter.call("a1b", (c) => c > "9")],
  [3, "a,,c", 2, 2, ["a", "b"]]);
same([Array.prototype.pop.call(like), like.length, Array.prototype.unshift.call(like, "z"), Array.prototype.reverse.call(like) === like, Array.prototype.shift.call({}), Array.prototype.splice.call({ length: 1, 0: 5 }, 0, 1)],
  ["c", 2, 3, true, undefined, [5]]);
same(like, { length: 3, 1: "a", 2: "z" });
same([Array.prototype.push.call({ length: -5 }, 1), Array.prototype.lastIndexOf.call({ length: 2 ** 53 + 5, [2 ** 53 - 2]: 1 }, 1, 2 ** 53 - 2)],
  [1, 2 ** 53 - 2]);
throws(TypeError, () => Array.prototype.push.call({ length: 2 ** 53 - 1 }, 1));
for (const name of ["map", "join", "push", "sort", "indexOf", "toString"]) throws(TypeError, () => Array.prototype[name].call(null, () => 1), name);
same([Array.prototype.toString.call({}), Array.prototype.toString.call({ join: () => "own" }), Array.prototype.forEach.length, [].toLocaleString.call([null, 1])],
  ["[object Object]", "own", 1, ",1"]);

// feature: Dates are set part by part
var d = new Date(2019, 11, 31, 23, 59, 59, 999);
same([d.setMilliseconds(1000), d.getFullYear(), d.getMonth(), d.getSeconds()], [Date.UTC(2020, 0, 1), 2020, 0, 0]);
same([d.setMinutes(61, 1, 1), d.setDate(32), d.setMonth(-1, 1), d.setHours(1, 2, 3, 4), d.setSeconds(5, 6)],
  [Date.UTC(2020, 0, 1, 1, 1, 1, 1), Date.UTC(2020, 1, 1, 1, 1, 1, 1), Date.UTC(2019, 11, 1, 1, 1, 1, 1), Date.UTC(2019, 11, 1, 1, 2, 3, 4), Date.UTC(2019, 11, 1, 1, 2, 5, 6)]);
same([d.setMonth(), d.getTime(), d.setDate(1), d.setFullYear(2000), d.setHours(NaN)], [NaN, NaN, NaN, Date.UTC(2000, 0, 1), NaN]);
same([Date.prototype.setHours.length, Date.prototype.setFullYear.length, Date.UTC.length, new Date(2020, 0, 1, 24).getDate(), new Date(0, 0).getFullYear(), new Date(-1, 0).getFullYear(), new Date(2020, 1, 30).getMonth()],
  [4, 3, 7, 2, 1900, -1, 2]);
var order = []; var late = new Date(NaN);
same(late.setMinutes({ valueOf() { order.push(1); return 1; } }, { valueOf() { order.push(2); return 2; } }), NaN);
same(order, [1, 2], "arguments are converted all the same");
