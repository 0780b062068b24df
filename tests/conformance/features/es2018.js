// edition: ES2018

// feature: Object rest properties
const s = Symbol(), log = [];
const source = { a: 1, b: 2, [s]: 3, get c() { log.push("c"); return 4; } };
const { a, ...rest } = source;
same([rest, log, attributes(rest, "c")], [{ b: 2, [s]: 3, c: 4 }, ["c"], "wec"]);
const { ["b"]: computed, ...others } = source; same(Object.keys(others), ["a", "c"]);
const { length, ...chars } = "ab"; same(chars, { 0: "a", 1: "b" });
let o = {}; ({ a: o.x, ...o.rest } = { a: 1, z: 2 }); same(o, { x: 1, rest: { z: 2 } });
const { ...none } = Object.create({ inherited: 1 }); same(none, {});
throws(TypeError, () => { const { ...x } = null; });
const f = ({ a, ...r }) => r; same(f({ a: 1, b: 2 }), { b: 2 });
invalid("const { ...{ a } } = {}", "const { ...a, b } = {}", "const { ...a, } = {}", "({ ...{} } = {})", "({ ...[a] } = {})", "const { ...a = 1 } = {}");

// feature: Object spread properties
const log = [];
const source = { get a() { log.push("get"); return 1; }, __proto__: { no: 1 } };
const o = { b: 0, ...source, ...null, ...undefined, ...1, ...[9], set a(v) { log.push("set"); } };
same([Object.keys(o), [...log], { ...{ a: 1 }, a: 2 }.a, { a: 2, ...{ a: 1 } }.a, attributes({ ...source }, "a")],
  [["0", "b", "a"], ["get"], 2, 1, "wec"]);
same([o[0], { set a(v) { assert(false); }, ...{ a: 1 } }.a, Object.keys({ ...{ ["__proto__"]: 1 } })], [9, 1, ["__proto__"]]);
throws(EvalError, () => ({ ...{ get x() { throw new EvalError(); } } }));

// feature: Strings in object spread
// not supported: QuickJS-NG copies nothing of a string; Object.assign does
same({ ..."ab" }, { 0: "a", 1: "b" });

// feature: Async generators
async function* g() { try { const x = yield Promise.resolve(1); yield x; await null; yield* [3, Promise.resolve(4)]; yield* (async function* () { yield 5; })(); return Promise.resolve(6); } finally { yield "f"; } }
later(async () => {
  const it = g(), got = [];
  for (let r = await it.next(), n = 2; ; r = await it.next(n)) { got.push(r.value); if (r.done) break; }
  same(got, [1, 2, 3, 4, 5, "f", 6]);
  const early = g(); await early.next(); same([await early.return(9), await early.next(), await early.next()], [{ value: "f", done: false }, { value: 9, done: true }, { value: undefined, done: true }]);
  const all = g(); same((await Promise.all([all.next(), all.next(7), all.next()])).map((r) => r.value), [1, 7, 3], "requests queue");
  await rejected(EvalError, g().throw(new EvalError()));
  await rejected(EvalError, (async function* () { yield Promise.reject(new EvalError()); })().next());
  same(await g().return(Promise.resolve(8)), { value: 8, done: true });
  await rejected(TypeError, Object.getPrototypeOf(g.prototype).next.call({}));
  const it2 = g(); same([it2[Symbol.asyncIterator]() === it2, String(it2)], [true, "[object AsyncGenerator]"]);
});
throws(TypeError, () => new g());
invalid("async function* g() { yield = 1 }", "async function* g(a = yield) {}", "async function* g(a = await 1) {}", "async function* g() { var await }");

// feature: for await
later(async () => {
  const got = [];
  for await (const x of [1, Promise.resolve(2), 3]) got.push(x);
  for await (const x of (async function* () { yield 4; yield 5; })()) got.push(x);
  for await (const [k, v] of new Map([["k", 6]])) got.push(k + v);
  same(got, [1, 2, 3, 4, 5, "k6"]);
  const log = [];
  const it = { [Symbol.asyncIterator]() { return { n: 0, next() { return Promise.resolve({ value: this.n++, done: false }); }, return() { log.push("return"); return Promise.resolve({}); } }; } };
  for await (const x of it) if (x === 2) break;
  await rejected(EvalError, (async () => { for await (const x of it) throw new EvalError(); })());
  same(log, ["return", "return"]);
  await rejected(RangeError, (async () => { for await (const x of [Promise.reject(new RangeError())]) ; })());
  await rejected(TypeError, (async () => { for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => 1 }) }) ; })());
  await rejected(TypeError, (async () => { for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => ({ done: false }), return: () => 1 }) }) break; })());
});
invalid("for await (x of []) ;", "async () => { for await (x in []) ; }", "async () => { for await (let i = 0;;) ; }");
valid("async () => { for await (async of []) ; }");

// feature: Promise.prototype.finally
later(async () => {
  const log = [];
  same(await Promise.resolve(1).finally((...a) => { log.push(a.length); return 2; }), 1);
  await rejected(EvalError, Promise.reject(new EvalError()).finally(() => 3));
  await rejected(RangeError, Promise.resolve(1).finally(() => { throw new RangeError(); }));
  await rejected(RangeError, Promise.reject(1).finally(() => Promise.reject(new RangeError())));
  same(await Promise.resolve(4).finally(5), 4);
  same(log, [0]);
  let args; Promise.prototype.finally.call({ then(...a) { args = a; }, constructor: Promise }, 7); same(args, [7, 7]);
});
method(Promise.prototype, "finally", 1);

// feature: RegExp named groups
const r = /(?<year>\d{4})-(?<month>\d\d)/u, m = r.exec("on 2020-05");
same([m.groups.year, m.groups.month, Object.getPrototypeOf(m.groups), Object.keys(m), /x/.exec("x").groups, "groups" in /x/.exec("x")],
  ["2020", "05", null, ["0", "1", "2", "index", "input", "groups"], undefined, true]);
same(["2020-05".replace(r, "$<month>/$<year>$<none>"), "ab".replace(/(a)/, "$<x>"), "ab".replace(/(?<q>a)/, (...a) => JSON.stringify(a[a.length - 1])), /(?<a>.)\k<a>/.test("xx"), /\k<a>/.test("k<a>"), /(?<π>a)/.exec("a").groups.π, /(?<a>x)|(?<b>y)/.exec("y").groups.a],
  ["05/2020", "$<x>b", '{"q":"a"}b', true, true, "a", undefined]);
invalid("/(?<a>.)(?<a>.)/", "/(?<1>a)/", "/(?<a/", "/\\k<b>(?<a>x)/", "/(?<>a)/", "/\\k<a>/u", "/(?<a>.)\\k/", "/(?<a b>x)/");
same(/\k<a>(?<a>x)/.test("x"), true);

// feature: RegExp lookbehind
same(["$42 €7".match(/(?<=\$)\d+/)[0], "$42 €7".match(/(?<!\$)\b\d+/)[0], /(?<=(\d+)(\d+))$/.exec("1053").slice(1), /(?<=\1(a))b/.exec("aab").slice(), /(?<=^|,)x/g[Symbol.match]("x,x,yx").length, /(?<=a.*)c/.test("abbc"), "abc".replace(/(?<=b)/, "-")],
  ["42", "7", ["1", "053"], ["b", "a"], 2, true, "ab-c"]);
same([/(?<=([abc]+)([abc]+))$/.exec("abc").slice(1), /(?<!abc)\w\w\w/.exec("abcdef")[0], /(?<=a{2})b/.test("aab"), /(?<=\ud83d)\ude00/u.test("😀")],
  [["a", "bc"], "abc", true, false]);
invalid("/(?<=a)*/", "/(?<!a)+/u");

// feature: RegExp dotAll flag
same([/a.b/s.test("a\nb"), /a.b/.test("a\nb"), /./s.dotAll, /./s.flags, /^.$/su.test("\u2028"), /^.$/s.test("😀"), /^.$/su.test("😀"), RegExp.prototype.dotAll],
  [true, false, true, "s", true, false, true, undefined]);

// feature: RegExp Unicode properties
same([/^\p{L}+$/u.test("éß漢"), /\p{Script=Greek}/u.test("π"), /\p{Lu}/u.test("a"), /\P{L}/u.test("1"), /\p{Emoji_Presentation}/u.test("😀"), /\p{scx=Hira}/u.test("ー"), /[\p{Nd}_]+/u.exec("x1_٣")[0], /\p{ASCII_Hex_Digit}/u.test("f"), /\p{General_Category=Uppercase_Letter}/u.test("É"), /^\p{Any}$/u.test("\ud800"), /\p{L}/.test("p{L}"), /\p{Lu}/iu.test("a"), /[^\P{Lu}]/u.test("A")],
  [true, true, false, true, true, true, "1_٣", true, true, true, true, true, true]);
invalid("/\\p{X}/u", "/\\p{Script}/u", "/\\p{Script=Nope}/u", "/\\p/u", "/\\p{lu}/u", "/\\p{L/u", "/\\p{ L}/u", "/\\p{General_Category}/u");

// feature: Template literals with invalid escapes
const tag = (s) => [s[0], s.raw[0]];
same([tag`\u{`, tag`\xg`, tag`\01`, tag`ok\n`], [[undefined, "\\u{"], [undefined, "\\xg"], [undefined, "\\01"], ["ok\n", "ok\\n"]]);
invalid("`\\u{`", "`\\xg`", "`\\01`", "tag`${`\\u`}`");
