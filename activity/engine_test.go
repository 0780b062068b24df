package activity_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cloche/activity"
	"cloche/host"
)

// TestParseAgreesWithTheEngine holds Parse against the JSON.parse that the script
// will use: a text that the one takes and the other does not would be a way around
// filters, or a run that cannot begin.
func TestParseAgreesWithTheEngine(t *testing.T) {
	t.Parallel()
	texts := engineTexts()
	values := make([]host.Value, len(texts))
	for i, text := range texts {
		values[i] = host.StringValue(text)
	}
	got := runEngine(t, `
		const next = textAt;
		for (let i = 0; i < count(); i++) {
			let verdict = "refused";
			try {
				const value = JSON.parse(next(i));
				verdict = typeof value === "object" && value !== null && !Array.isArray(value) ? "object" : "other";
			} catch (error) {
				if (!(error instanceof SyntaxError)) throw error;
			}
			console.log(verdict);
		}
	`, values)
	for i, text := range texts {
		_, err := activity.Parse([]byte(text))
		want := "object"
		switch {
		case errors.Is(err, activity.ErrNotJSON):
			want = "refused"
		case errors.Is(err, activity.ErrNotObject):
			want = "other"
		case errors.Is(err, activity.ErrDuplicateKey):
			continue // refused here on purpose
		}
		if got[i] != want {
			t.Errorf("%.60q: the engine says %s, Parse says %v", text, got[i], err)
		}
	}
}

func runEngine(t *testing.T, source string, values []host.Value) []string {
	t.Helper()
	ctx := context.Background()
	engine, err := host.New(ctx, host.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close(ctx) })
	script, err := engine.Compile(ctx, "json.js", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	result, err := script.Run(ctx, host.Run{Functions: map[string]host.Func{
		"count": func(context.Context, *host.Call) (host.Value, error) {
			return host.NumberValue(float64(len(values))), nil
		},
		"textAt": func(_ context.Context, call *host.Call) (host.Value, error) {
			return values[int(call.Arg(0).Number())], nil
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]string, len(result.Log))
	for i, line := range result.Log {
		lines[i] = line.Text
	}
	if len(lines) != len(values) {
		t.Fatalf("%d answers for %d texts", len(lines), len(values))
	}
	return lines
}

// engineTexts are texts around every edge of JSON's grammar.
func engineTexts() []string {
	values := []string{
		"0", "-0", "-", "+1", "01", "-01", "1.", ".1", "1.5", "1e5", "1E+5", "1e-5", "1e", "1e+", "1.e1", "0x1", "1_0", "Infinity", "NaN", "-Infinity", "1n",
		"1e999", "-1e-999", strings.Repeat("9", 400), "true", "false", "null", "True", "tru", "nullx", "undefined", "truefalse",
		`""`, `"`, `''`, "``", `"\""`, `"\'"`, `"\/"`, `"\v"`, `"\0"`, `"\x41"`, `"\u0041"`, `"\u004"`, `"\u{41}"`, `"\U0041"`, `"\u 041"`, `"\uD800"`, `"\uDC00\uD800"`,
		`"\u0000"`, "\"\x00\"", "\"\x1f\"", "\"\x7f\"", "\"\t\"", "\"\n\"", "\"\\\n\"", "\"\u2028\u2029\"", "\"\u00a0\"", "\"😀\"", `"\`, `"\u`, "\"\ufeff\"",
		"[]", "[", "]", "[1]", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[[]]", "[1}", "{}", "{", "}", "{,}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1 "b":2}`,
		`{a:1}`, `{'a':1}`, `{1:1}`, `{"a"=1}`, `{"a"::1}`, `{"a":1]`, `{"__proto__":1}`, `{"__proto__":null,"x":1}`, `{"\u0061":1}`, "{\"a\n\":1}", `{"":1}`, `{[]:1}`,
		"/**/1", "//\n1", "1/**/", "#1", "(1)", "1;", "1,2", "{};", "", " ", "\x00", "1\x00", "{}\x00", "\x00{}",
	}
	spaces := []string{" ", "\t", "\n", "\r", "\v", "\f", "\u00a0", "\u2028", "\u2029", "\ufeff", "\u0085", "\u3000", "\b", "\x00"}
	texts := make([]string, 0, 4*len(values)+4*len(spaces))
	for _, v := range values {
		texts = append(texts, v, `{"a":`+v+`}`, `{"a":[0,`+v+`]}`, `{"a":`+v)
	}
	for _, s := range spaces {
		texts = append(texts, s+"{}", "{}"+s, "{"+s+"}", `{"a"`+s+`:`+s+`1`+s+`,"b":[`+s+`]}`)
	}
	return append(texts, nested(activity.MaxDepth), fmt.Sprintf(`{"a":%q}`, strings.Repeat("a", 1<<20)))
}
