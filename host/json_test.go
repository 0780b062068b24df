package host_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"cloche/host"
)

// jsonParsers compares the parser of quickjs/shim/parse_json.h with QuickJS's own,
// which takes over when there is a reviver: values, their order, and errors.
const jsonParsers = `
	function show(v) {
		if (typeof v === "number") return Object.is(v, -0) ? "-0" : String(v);
		if (typeof v !== "object" || v === null) return typeof v === "string" ? JSON.stringify(v) : String(v);
		if (Array.isArray(v)) return "[" + v.map(show).join() + "]" + v.length;
		return "{" + Object.getOwnPropertyNames(v).map((k) => {
			const d = Object.getOwnPropertyDescriptor(v, k);
			return JSON.stringify(k) + (d.writable && d.enumerable && d.configurable ? ":" : "!") + show(d.value);
		}).join() + "}" + (Object.getPrototypeOf(v) === Object.prototype);
	}
	function outcome(f) {
		try { return show(f()); } catch (e) { return e.name + ": " + e.message; }
	}
	for (const text of texts()) {
		const ours = outcome(() => JSON.parse(text));
		const theirs = outcome(() => JSON.parse(text, (k, v) => v));
		if (ours !== theirs) console.log(JSON.stringify(text) + " is " + ours + ", want " + theirs);
	}
`

var (
	jsonOnce     sync.Once
	jsonCompiled *host.Script
)

func compareJSON(t *testing.T, texts ...string) {
	t.Helper()
	values := make([]host.Value, len(texts))
	for n, text := range texts {
		values[n] = host.StringValue(text)
	}
	jsonOnce.Do(func() { jsonCompiled = compile(t, jsonParsers) })
	result, err := jsonCompiled.Run(context.Background(), host.Run{
		Functions: map[string]host.Func{"texts": func(context.Context, *host.Call) (host.Value, error) {
			return host.ListValue(values...), nil
		}},
	})
	if err != nil || len(result.Log) > 0 {
		t.Errorf("%s (error %v)", logText(result), err)
	}
}

func TestJSONParsersAgree(t *testing.T) {
	t.Parallel()
	compareJSON(t, append(edgeTexts(), randomTexts(2000)...)...)
}

func edgeTexts() []string {
	texts := []string{
		"", " ", "\t\n\r 1 \t", "\v1", "\f1", "\u00a01", "\ufeff1", "nul", "null", "nulll", "true", "truely", "false", "fals", "undefined", "NaN", "'a'",
		"0", "-0", "-0.0", "0.0", "00", "01", "-01", "-", "+1", "1.", ".5", "1.5", "1e5", "1E+5", "1e-5", "1e", "1e+", "1.5e300", "1e999", "-1e999", "1.e1",
		"999999999999999", "9999999999999999", "12345678901234567890", "0.1", "0.30000000000000004", "123456789012.345", "1234567890.12345", "12345678901234.5",
		"123456789012345.6", "4.35", "0.000001", "2147483647", "2147483648", "-2147483648", "-2147483649", "1.0", "5e-324", "1.7976931348623157e308",
		`"`, `""`, `"a`, `"a\`, `"\"\\\/\b\f\n\r\t\u0041"`, `"\u00"`, `"\ud800"`, `"\ud83d\ude00"`, `"\x41"`, "\"\u00e4\u4e2d\U0001f600\"", "\"a\nb\"", "\"\x00\"", "\"\x7f\"",
		`"12345678"`, `"1234567\"8"`, `"1234567é"`, "\"12345678901234567890\t\"", `"` + strings.Repeat("x", 5000) + `"`, "\"" + strings.Repeat("x", 23) + "\u0080\"",
		"[]", "[ ]", "[1]", "[1,]", "[,1]", "[1 2]", "[1,2", "[", "]", "[[]]", "[1,[2,[3]],{}]", "[" + strings.Repeat("1,", 500) + "1]", "[null,true,false]",
		"{}", "{ }", `{"a":1}`, `{"a":1,}`, `{,"a":1}`, `{"a" 1}`, `{"a":}`, `{"a"}`, `{a:1}`, `{1:1}`, `{"a":1`, `{"a":1 "b":2}`, "{", "}", `{"a":1}}`, `{"a":1} x`,
		`{"a":1,"a":2}`, `{"a":1,"b":2,"a":{"c":3}}`, `{"__proto__":1}`, `{"__proto__":{"x":1},"__proto__":2}`, `{"constructor":1,"toString":2}`,
		`{"2":1,"1":2,"b":3,"0":4,"01":5,"-1":6,"4294967294":7,"4294967295":8,"1e3":9}`, `{"":1}`, `{"é":1,"\u00e9":2}`, `{"a\u0062":1,"ab":2}`, `{"a\n":1}`, "{\"a\n\":1}",
		`{"length":1,"prototype":2}`, `[{"a":1,"b":2},{"a":3,"b":4},{"b":5,"a":6}]`, `{"a":{"a":{"a":{}}}}`, "{\n        \"a\":        1\n                }",
		strings.Repeat("[", 600) + strings.Repeat("]", 600), strings.Repeat(`{"a":`, 600) + "1" + strings.Repeat("}", 600), strings.Repeat("[", 600),
	}
	for _, n := range []int{47, 48, 49, 64, 200} { // around FAST_JSON_PAIRS
		var b strings.Builder
		for k := range n {
			fmt.Fprintf(&b, `,"key%d":%d`, k, k)
		}
		members := b.String()[1:]
		texts = append(texts, "{"+members+"}", "{"+members+`,"key3":"again","key46":"again","key47":"again"}`, "{"+members+",}", "{"+members)
	}
	return texts
}

// randomTexts returns texts of JSON, some of them damaged.
func randomTexts(n int) []string {
	random := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, n)
	for k := range texts {
		var b strings.Builder
		writeJSON(&b, random, 4)
		text := []byte(b.String())
		if k%3 == 0 {
			const damage = "{}[],:\"\\ \n019-.eEtfnux\x00"
			text[random.IntN(len(text))] = damage[random.IntN(len(damage))]
		}
		if k%7 == 0 {
			text = text[:random.IntN(len(text)+1)]
		}
		texts[k] = strings.ToValidUTF8(string(text), "?")
	}
	return texts
}

func writeJSON(b *strings.Builder, random *rand.Rand, depth int) {
	space := func() { b.WriteString(strings.Repeat(" ", max(0, random.IntN(24)-12))) }
	space()
	switch kind := random.IntN(10); {
	case kind < 3 && depth > 0:
		b.WriteByte('{')
		for k := range random.IntN(12) {
			if k > 0 {
				b.WriteByte(',')
			}
			space()
			fmt.Fprintf(b, "%q:", []string{"id", "name", "a", "b", "2", "1", "é", "long name of a property", "__proto__", ""}[random.IntN(10)])
			writeJSON(b, random, depth-1)
		}
		b.WriteByte('}')
	case kind < 5 && depth > 0:
		b.WriteByte('[')
		for k := range random.IntN(6) {
			if k > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, random, depth-1)
		}
		b.WriteByte(']')
	case kind < 7:
		fmt.Fprintf(b, "%q", []string{"", "x", "twelve chars", "ünïcode", "with \"quotes\" and \\", "tab\tnew\nline"}[random.IntN(6)])
	case kind < 9:
		b.WriteString([]string{"0", "-1", "12", "3.25", "1e3", "-0", "123456789012", "0.1", "99999999999999999999"}[random.IntN(9)])
	default:
		b.WriteString([]string{"true", "false", "null"}[random.IntN(3)])
	}
	space()
}

func FuzzParseJSON(f *testing.F) {
	for _, text := range edgeTexts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		compareJSON(t, strings.ToValidUTF8(text, "?"))
	})
}
