package host_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cloche/host"
)

// seen is what can be seen of a run from outside, but for the work it took.
type seen struct {
	Log, Code, Message, Stack string
	Line                      int
}

// outcomeOf runs a script once.
func outcomeOf(t *testing.T, s *host.Script) seen {
	t.Helper()
	result, err := s.Run(context.Background(), host.Run{
		Activity: []byte(`{"type": "environment.push"}`),
		Project:  []byte(`{"id": "p1"}`),
		Seed:     [32]byte{1},
	})
	out := seen{Log: logText(result), Code: string(result.Receipt.Code)}
	var failure *host.Error
	if errors.As(err, &failure) {
		out.Message, out.Stack, out.Line = failure.Message, failure.Stack, failure.Line
	} else if err != nil {
		t.Fatal(err)
	}
	return out
}

// aheadAndPlain compares the runs of a script of which the beginning was evaluated
// ahead with those of the same script as it is.
func aheadAndPlain(t *testing.T, name, source string) {
	t.Helper()
	s, err := testEngine(t).Compile(context.Background(), "s.js", []byte(source))
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, source)
	}
	want := outcomeOf(t, host.Plain(s))
	for range 2 {
		if diff := cmp.Diff(want, outcomeOf(t, s)); diff != "" {
			t.Errorf("%s: what was evaluated ahead shows (-plain +ahead):\n%s\n%s", name, diff, source)
		}
	}
}

// A script must not be able to tell that its beginning was evaluated before its run.
func TestEvaluatedAhead(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"functions":               `console.log(f(1), typeof g, Object.keys(globalThis).slice(-3).join()); function f(n) { return g(n) + 1 } async function g() {} function* h() {}`,
		"table":                   `var table = {a: 1, "b": [1, [2, {c: 3n}]], f() { return this.a }, get g() { return 2 }, set g(v) {}, h: function () {}, i: /x+/gi, j: null, k: -1.5, l: "é😀"}; table.a++; console.log(JSON.stringify({...table, b: String(table.b)}), table.f(), table.h.name, table.i.lastIndex)`,
		"let and const":           `const a = 1; let b = {a: 2}; var c = [3]; b.a += a; console.log(a, b, c, typeof globalThis.a, globalThis.c); try { a = 2 } catch (e) { console.log(e.message) }`,
		"used before":             `try { later } catch (e) { console.log(e.message) } let later = 1; console.log(later)`,
		"assigned before":         `var first = 1; later = 2; let later = 3;`,
		"closed over before":      `const f = function () { return later }; try { f() } catch (e) { console.log(e.message) } const later = 4; console.log(f())`,
		"loop at once":            `for (;;) { var o = {n: 1}; n(); if (count > 2) break } var count; function n() { count = (count || 0) + 1; o.n += count; console.log(JSON.stringify(o)) }`,
		"loop over the beginning": `var again = 0, made = []; do { var o = {}; made.push(o); } while (++again < 3); console.log(made.length, made[0] === made[1])`,
		"label":                   `var i = 0; top: { var o = {i: 1}; break top; } console.log(o.i, i)`,
		"block functions":         `console.log(typeof f); { function f() { return 1 } } console.log(f()); { let x = 1; function g() { return x++ } } console.log(g(), g())`,
		"try":                     `try { var o = {a: 1}; o.b.c } catch (e) { console.log(e.message, o.a) } finally { var p = [1]; } console.log(p[0])`,
		"strict":                  `"use strict"; var a = {b: 1}; function f() { return this } console.log(f(), this === globalThis, a.b); undeclared = 1`,
		"undeclared":              `a = 1; var b = 2; console.log(a, b, delete globalThis.a, delete globalThis.b)`,
		"deleted":                 `var a = 1; function f() {} console.log(delete globalThis.a, delete globalThis.f, typeof f); globalThis.f = 1; console.log(f)`,
		"over what there is":      `function fetch() { return "mine" } var console2 = console; function Array() { return "none" } console.log(fetch(), Array(), [1].length)`,
		"over inputs":             `function variables() { return "mine" } var project = "mine too"; console.log(variables(), project, activity.type)`,
		"inputs declared":         `var activity; console.log(activity.type)`,
		"lexical inputs":          `let activity = {type: "mine"}; console.log(activity.type, globalThis.activity.type)`,
		"redeclared":              `console.log("never"); function f() {} let NaN = 1`,
		"not to be redefined":     `function undefined() {}`,
		"accessors":               `Object.defineProperty(globalThis, "x", {set(v) { console.log("set", v) }, configurable: true}); var x; x = 1`,
		"result":                  `"use strict"; 1; ({a: 1}); [2]; var x = {}; console.log(Object.keys(x).length)`,
		"arrows":                  `var a = () => this, b = (x) => x; console.log(a() === globalThis, b(2))`,
		"classes":                 `class A { static n = 1; #p = 2; get p() { return this.#p } } class B extends A {} console.log(new B().p, A.n, typeof globalThis.A)`,
		"proto":                   `var o = {__proto__: null, a: 1}, p = {"__proto__": Array.prototype}; console.log(Object.getPrototypeOf(o), p instanceof Array, {__proto__: {b: 1}}.b)`,
		"computed":                `var n = 0; var o = {[n++]: n, ["x" + n]: n++}; console.log(JSON.stringify(o), n)`,
		"templates":               "var a = 1; var t = `x${a}`; var s = `plain`; console.log(t, s, String.raw`\\n`)",
		"many elements":           `var a = [` + strings.Repeat("1, ", 100) + `]; var holes = [1,,3]; console.log(a.length, a.at(-1), holes.length, 1 in holes)`,
		"spread":                  `var a = [1, 2], b = [...a, 3], {c = 4, ...d} = {e: 5}; console.log(b.join(), c, d.e)`,
		"with":                    `var o = {a: 1}; with (o) { var a = 2; var fresh = {}; } console.log(o.a, typeof a, typeof fresh)`,
		"switch":                  `switch (1) { case 1: var o = {}; case 2: var p = {q: o}; } console.log(typeof p.q)`,
		"same name twice":         `function f() { return 1 } console.log(f()); function f() { return 2 } var f; console.log(f())`,
		"stack":                   "function f() { throw new Error('x') }\nvar o = {a: 1};\nvar g = function () { f() };\ng();",
		"identity":                `var a = {}, b = {}; function f() {} var g = f; console.log(a === b, f === g, f.prototype.constructor === f, f.name, f.length)`,
		"frozen":                  `Object.freeze(globalThis); var a = 1; console.log(a)`,
		"nothing":                 ``,
		"only declarations":       `function f() {} var a; let b; const c = 1;`,
		"regular expressions":     `var r = /a/g; console.log(r.test("aa"), r.lastIndex, r.test("aa"), r.test("aa"))`,
		"throws in a literal":     `var o = {a: 1, b: missing}; console.log("never")`,
		"eval":                    `var a = 1; eval("var a = 2; function f() { return a }"); console.log(a, f()); (0, eval)("let z = 3"); console.log(z)`,
		"promises":                `const done = {n: 0}; Promise.resolve().then(() => { done.n++; console.log("job", done.n) }); console.log("main", done.n)`,
	} {
		aheadAndPlain(t, name, source)
	}
}

// Programs of statements in any order, most of which may run ahead.
func TestProgramsEvaluatedAhead(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(20, 26))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	name := func() string { return pick("a", "b", "c", "d", "e", "f", "fetch", "activity", "undefined") }
	var literal func(depth int) string
	literal = func(depth int) string {
		if depth == 0 {
			return pick("1", "-7", "70000", "1.5", "12n", `""`, `"text"`, "null", "true", "undefined", "/x/y", "function () { return typeof a }", "(x) => x", "() => c")
		}
		return pick(literal(0), "["+literal(depth-1)+", "+literal(depth-1)+"]", "{"+name()+": "+literal(depth-1)+", b: "+literal(depth-1)+"}",
			"{m() { return 1 }, get n() { return 2 }}", "["+name()+"]", name(), "typeof "+name())
	}
	var statement func(depth int) string
	statement = func(depth int) string {
		value := literal(2)
		if strings.HasPrefix(value, "{") {
			value = "(" + value + ")"
		}
		if depth == 0 {
			return pick("var "+name()+" = "+value, "var "+name(), "let "+name()+" = "+value, "const "+name()+" = "+value,
				"function "+name()+"() { return "+value+" }", name()+" = "+value, `"use strict"`, value, "show()")
		}
		inner := strings.ReplaceAll(statement(depth-1), "let ", "var ")
		inner = strings.ReplaceAll(inner, "const ", "var ")
		return pick(statement(0), statement(0), statement(0), "if (turn() < 3) { "+inner+" } else show()",
			"do { "+inner+"; show() } while (turn() < 3)", "try { "+inner+"; show() } catch (e) { console.log(e.message) }",
			"for (var i = 0; i < 2; i++) { "+inner+" }", "x: { "+inner+"; break x }", "switch (turn()) { case 1: "+inner+"; default: show() }")
	}
	const helpers = `
;var turns; function turn() { return turns = (turns || 0) + 1 }
function show() {
	for (const name of ["a", "b", "c", "d", "e", "f", "fetch", "activity"]) {
		let text;
		try { const v = (0, eval)(name); text = typeof v === "object" && v ? JSON.stringify(v, (k, v) => typeof v === "bigint" ? v + "n" : v) : String(v); } catch (e) { text = e.message }
		console.log(name, text);
	}
}
show();`
	ran := 0
	for n := 0; ran < 300; n++ {
		var program strings.Builder
		for range 1 + random.IntN(7) {
			program.WriteString(statement(random.IntN(3)) + ";\n")
		}
		source := program.String() + helpers
		if _, err := testEngine(t).Compile(context.Background(), "s.js", []byte(source)); err != nil {
			continue // declared twice
		}
		ran++
		aheadAndPlain(t, fmt.Sprint("program ", n), source)
	}
}

// What a run with functions of the embedder's finds is what was there before the
// script declared anything.
func TestEmbedderFunctionsComeFirst(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		var kept, geo; var replaced = 1; function mine() { return "script" }
		console.log(typeof kept, typeof geo.find, replaced, mine());
	`, host.Run{Functions: map[string]host.Func{
		"kept": nop, "geo.find": nop, "replaced": nop, "mine": nop,
	}})
	if got, want := logText(result), "function function 1 script"; err != nil || got != want {
		t.Errorf("log is %q, error %v; want %q", got, err, want)
	}
}

func nop(context.Context, *host.Call) (host.Value, error) { return host.Value{}, nil }

// What is evaluated ahead is not evaluated again: the steps tell.
func TestLiteralsAreNotMadeInEveryRun(t *testing.T) {
	t.Parallel()
	source := "var table = {" + strings.Repeat(`"k": function () {}, `, 2000) + `}; for (let i = 0; i < 3; i++) ; console.log(typeof table.k)`
	s, err := testEngine(t).Compile(context.Background(), "s.js", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	ahead, err := s.Run(context.Background(), host.Run{Seed: [32]byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := host.Plain(s).Run(context.Background(), host.Run{Seed: [32]byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	if ahead.Receipt.Steps*2 > plain.Receipt.Steps {
		t.Errorf("ahead it takes %d steps, plain %d", ahead.Receipt.Steps, plain.Receipt.Steps)
	}
}
