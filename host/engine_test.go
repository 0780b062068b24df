package host_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"cloche/host"
)

// sharedEngine is the engine of all tests that need no other.
var sharedEngine = sync.OnceValues(func() (*host.Engine, error) {
	return host.New(context.Background(), host.Config{})
})

func testEngine(t testing.TB) *host.Engine {
	t.Helper()
	e, err := sharedEngine()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func compile(t testing.TB, source string) *host.Script {
	t.Helper()
	s, err := testEngine(t).Compile(context.Background(), "script.js", []byte(source))
	if err != nil {
		t.Fatalf("Compile(%.80q): %v", source, err)
	}
	return s
}

// run compiles and runs a script.
func run(t testing.TB, source string, options host.Run) (host.Result, error) {
	t.Helper()
	return compile(t, source).Run(context.Background(), options)
}

// logText joins the lines that the script itself wrote.
func logText(result host.Result) string {
	var lines []string
	for _, line := range result.Log {
		if line.Level != "cloche" {
			lines = append(lines, line.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func TestZeroRunGrantsNothing(t *testing.T) {
	t.Parallel()
	const source = `
		const names = [];
		function attempt(name, f) {
			try { f(); names.push(name); } catch (e) { console.log(name, e.name, e.cause.code); }
		}
		attempt("fetch", () => fetch("http://127.0.0.1/"));
		attempt("storage", () => require("storage").get("k"));
		attempt("crypto", () => crypto.createHash("md5").digest());
		console.log("granted:", names.length, JSON.stringify([activity, project, variables]));`
	result, err := run(t, source, host.Run{})
	if err != nil {
		t.Fatal(err)
	}
	want := "fetch TypeError EBLOCKED\nstorage TypeError EBLOCKED\ncrypto TypeError EBLOCKED\ngranted: 0 [{},{},{}]"
	if got := logText(result); got != want {
		t.Errorf("log is\n%s\nwant\n%s", got, want)
	}
}

func TestInputs(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		console.log(activity.type, project.id, variables.A, variables.missing);
		console.log(Object.getOwnPropertyDescriptor(globalThis, "activity").writable, delete globalThis.project, typeof project);
	`, host.Run{
		Activity:  []byte(`{"type":"x","unknown":1}`),
		Project:   []byte(`{"id":"p"}`),
		Variables: []byte(`{"A":"1"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := logText(result), "x p 1 undefined\ntrue true undefined"; got != want {
		t.Errorf("log is %q, want %q", got, want)
	}
}

// Vendor scripts declare functions named like the globals and forget var.
func TestGlobalsMayBeRedeclared(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		function variables() { return "mine"; }
		var project = "p";
		undeclared = 7;
		let local = 1; const fixed = 2; class K {}
		console.log(variables(), project, undeclared, activity.a);
	`, host.Run{Activity: []byte(`{"a":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := logText(result), "mine p 7 1"; got != want {
		t.Errorf("log is %q, want %q", got, want)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, source string
		code         host.Code
		message      string
		line, column int
	}{
		{"error", "let a = 1;\n\n  throw new TypeError('no');", host.ScriptError, "TypeError: no", 3, 13},
		{"string", "throw 'Failed'", host.ScriptError, "thrown: Failed", 0, 0},
		{"null", "throw null", host.ScriptError, "thrown: null", 0, 0},
		{"undefined", "throw undefined", host.ScriptError, "thrown: undefined", 0, 0},
		{"number", "throw 42", host.ScriptError, "thrown: 42", 0, 0},
		{"hostile toString", "throw {toString(){throw 1}}", host.ScriptError, "thrown: { toString: [Function: toString] }", 0, 0},
		{"hostile getters", "throw {get stack(){throw 1}, get name(){for(;;);}}", host.ScriptError, "thrown: { stack: [Getter], name: [Getter] }", 0, 0},
		{"proxy", "throw new Proxy({}, {get(){throw 1}})", host.ScriptError, "thrown: [Proxy]", 0, 0},
		{"rejection", "Promise.reject(new Error('late'))", host.ScriptError, "unhandled rejection: Error: late", 1, 20},
		{"rejected value", "Promise.reject(5)", host.ScriptError, "unhandled rejection: 5", 0, 0},
		{"in a job", "queueMicrotask(() => { throw new Error('job') })", host.ScriptError, "Error: job", 1, 34},
		{"reference", "foo.bar", host.ScriptError, "ReferenceError: foo is not defined", 1, 1},
		{"overflow", "function f(){ f() }\nf()", host.StackOverflow, "RangeError: Maximum call stack size exceeded", 1, 14},
		{"inside our own function", "\nfetch()", host.ScriptError, "TypeError: fetch: the URL is missing", 2, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			result, err := run(t, test.source, host.Run{})
			var failure *host.Error
			if !errors.As(err, &failure) {
				t.Fatalf("error is %v, want a *host.Error", err)
			}
			if !errors.Is(err, test.code) || failure.Message != test.message {
				t.Errorf("failed with %s %q, want %s %q", failure.Code, failure.Message, test.code, test.message)
			}
			if failure.Line != test.line || failure.Column != test.column {
				t.Errorf("position is %d:%d, want %d:%d\n%s", failure.Line, failure.Column, test.line, test.column, failure.Stack)
			}
			if result.Receipt.Code != test.code {
				t.Errorf("receipt has code %s, want %s", result.Receipt.Code, test.code)
			}
			last := result.Log[len(result.Log)-1]
			if last.Level != "cloche" || !strings.Contains(last.Text, test.message) {
				t.Errorf("last line of the log is %+v", last)
			}
		})
	}
}

func TestHandledRejectionIsFine(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		const p = Promise.reject(new Error("x"));
		queueMicrotask(() => p.catch((e) => console.log("caught", e.message)));
	`, host.Run{})
	if err != nil || logText(result) != "caught x" {
		t.Errorf("log is %q, error %v", logText(result), err)
	}
}

func TestSyntaxError(t *testing.T) {
	t.Parallel()
	_, err := testEngine(t).Compile(context.Background(), "my script.js", []byte("var a = 1;\nvar b = (1 + ;\n"))
	var failure *host.Error
	if !errors.As(err, &failure) || failure.Code != host.SyntaxError {
		t.Fatalf("error is %v, want a syntax error", err)
	}
	if failure.Line != 2 || failure.Column != 14 || failure.Source != "var b = (1 + ;" {
		t.Errorf("position is %d:%d in %q", failure.Line, failure.Column, failure.Source)
	}
	if want := "  2 | var b = (1 + ;\n    |              ^"; !strings.Contains(failure.Detail(), want) {
		t.Errorf("detail is\n%s\nwant in it\n%s", failure.Detail(), want)
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		source []byte
		want   error
	}{
		{"too large", make([]byte, 1<<20+1), host.ErrSourceTooLarge},
		{"not UTF-8", []byte("var a = '\xff';"), host.ErrSourceNotUTF8},
		{"UTF-16", []byte("\xff\xfev\x00a\x00r\x00"), host.ErrSourceNotUTF8},
	} {
		if _, err := testEngine(t).Compile(context.Background(), "s.js", test.source); !errors.Is(err, test.want) {
			t.Errorf("%s: error is %v, want %v", test.name, err, test.want)
		}
	}
}

func TestSourceWithNULAndLineSeparators(t *testing.T) {
	t.Parallel()
	result, err := run(t, "#!/usr/bin/env runner\r\nconsole.log('a\x00b\u2028c'.length)", host.Run{})
	if err != nil || logText(result) != "5" {
		t.Errorf("log is %q, error %v", logText(result), err)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	s := compile(t, "1")
	for _, test := range []struct {
		name string
		run  host.Run
		want string
	}{
		{"negative limit", host.Run{Limits: host.Limits{CPU: -1}}, "Limits.CPU"},
		{"too long", host.Run{Limits: host.Limits{Wall: 48 * time.Hour}}, "Limits.Wall"},
		{"more memory than the engine has", host.Run{Limits: host.Limits{Memory: 512 << 20}}, "MaxMemory"},
		{"bad function name", host.Run{Functions: map[string]host.Func{"a b": nil}}, "nil"},
	} {
		_, err := s.Run(context.Background(), test.run)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error is %v, want one with %q", test.name, err, test.want)
		}
	}
}

func TestClosedEngine(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, err := host.New(ctx, host.Config{CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Compile(ctx, "s.js", []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(ctx, host.Run{}); !errors.Is(err, host.ErrClosed) {
		t.Errorf("Run on a closed engine: %v, want ErrClosed", err)
	}
}
