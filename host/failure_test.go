package host

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestBadConfigurations(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, config := range map[string]Config{
		"little memory":     {MaxMemory: minMemory - 1},
		"much memory":       {MaxMemory: maxMemory + 1},
		"negative memory":   {MaxMemory: -1},
		"budget for no run": {MaxMemory: 8 << 20, MemoryBudget: 8<<20 + memorySlack - 1},
	} {
		if e, err := New(ctx, config); err == nil {
			_ = e.Close(ctx)
			t.Errorf("%s: was taken", name)
		}
	}
}

// A guest that is none is an error, with a cache as without one.
func TestBadGuests(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	header := []byte("\x00asm\x01\x00\x00\x00")
	for name, module := range map[string][]byte{
		"no WebAssembly": []byte("#!/bin/sh"),
		"nothing":        nil,
		"an empty one":   header,
		"one that imports what there is not": slices.Concat(header,
			[]byte{1, 4, 1, 0x60, 0, 0}, []byte{2, 7, 1, 1, 'x', 1, 'y', 0, 0}),
	} {
		for _, directory := range []string{"", t.TempDir()} {
			if e, err := newEngine(ctx, Config{CacheDir: directory}, module); err == nil {
				_ = e.Close(ctx)
				t.Errorf("%s: was taken", name)
			}
		}
	}
}

// A cache that could be another's is not used: links, files in its place, and
// directories of other users.
func TestCachesThatAreNotOurs(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Skip(err)
	}
	if err := privateDirectory(link); err == nil {
		t.Error("a link was taken")
	}
	e := &Engine{config: Config{CacheDir: filepath.Join(t.TempDir(), "cache")}}
	if err := os.Mkdir(e.config.CacheDir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(e.cachePath(), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if cache := e.openCache(); cache != nil {
		t.Error("a file was taken")
	}
	foreign := filepath.Join(t.TempDir(), "foreign")
	if err := os.Mkdir(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(foreign, 12345, 12345); err != nil {
		t.Skip("only root can give a directory away")
	}
	if err := privateDirectory(foreign); !errors.Is(err, errNotPrivate) {
		t.Errorf("another user's directory: %v", err)
	}
}

func TestClosedEngineKeepsNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, err := New(ctx, Config{ImageCache: 1})
	if err != nil {
		t.Fatal(err)
	}
	var scripts []*Script
	for _, source := range []string{"1", "2"} { // the second drops the first one's image
		s, err := e.Compile(ctx, "s.js", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, s)
	}
	i, err := e.acquire(ctx, e.base)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	e.release(i)
	if len(e.idle) != 0 {
		t.Error("a closed engine keeps an instance")
	}
	for n, s := range scripts {
		if _, err := s.Run(ctx, Run{}); !errors.Is(err, ErrClosed) {
			t.Errorf("run %d ended with %v", n, err)
		}
	}
	if _, err := e.Compile(ctx, "s.js", []byte("1")); !errors.Is(err, ErrClosed) {
		t.Errorf("compiling ended with %v", err)
	}
}

// insideEngine is the engine of the tests here that need no other.
var insideEngine = sync.OnceValues(func() (*Engine, error) {
	return New(context.Background(), Config{MaxMemory: 16 << 20})
})

func TestRunsThatCannotBegin(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, err := insideEngine()
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Compile(ctx, "", []byte("throw new Error()"))
	if err != nil {
		t.Fatal(err)
	}
	for name, options := range map[string]Run{
		"negative CPU":     {Limits: Limits{CPU: -1}},
		"CPU below 1 ms":   {Limits: Limits{CPU: time.Microsecond}},
		"more wall time":   {Limits: Limits{Wall: maxWall + 1}},
		"little memory":    {Limits: Limits{Memory: 1}},
		"more than it has": {Limits: Limits{Memory: 17 << 20}},
		"negative log":     {Limits: Limits{Log: -1}},
		"many calls":       {Limits: Limits{HostCalls: maxHostCalls + 1}},
		"no function":      {Functions: map[string]Func{"f": nil}},
		"no name":          {Functions: map[string]Func{"a b": func(context.Context, *Call) (Value, error) { return Value{}, nil }}},
	} {
		result, err := s.Run(ctx, options)
		var failure *Error
		if err == nil || errors.As(err, &failure) || result.Receipt.Steps != 0 {
			t.Errorf("%s: error %v, receipt %+v", name, err, result.Receipt)
		}
	}
	if _, err := e.CompileWithLimits(ctx, "s.js", nil, Limits{Source: -1}); err == nil {
		t.Error("compiling with a negative limit went well")
	}
	if _, err := e.Compile(ctx, "s.js", []byte("'é\xff'")); !errors.Is(err, ErrSourceNotUTF8) || !strings.Contains(err.Error(), "offset 3") {
		t.Errorf("a source that is not UTF-8: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Run(cancelled, Run{}); !errors.Is(err, Cancelled) {
		t.Errorf("a run of a cancelled context ended with %v", err)
	}
	if _, err := e.Compile(cancelled, "s.js", []byte("1")); !errors.Is(err, Cancelled) {
		t.Errorf("compiling in a cancelled context ended with %v", err)
	}
}

// A host function that comes back after the end of its run ends it as the context
// says, whatever it returns.
func TestHostFunctionsThatOutliveTheRun(t *testing.T) {
	t.Parallel()
	e, err := insideEngine()
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Compile(context.Background(), "s.js", []byte("try { slow(); } catch {} console.log('on')"))
	if err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string]error{"well": nil, "error": errors.New("late"), "exception": &Exception{Message: "late"}} {
		slow := func(ctx context.Context, c *Call) (Value, error) {
			<-ctx.Done()
			return Value{}, answer
		}
		computing := func(ctx context.Context, c *Call) (Value, error) {
			c.Computes()
			<-ctx.Done()
			return Value{}, answer
		}
		for _, f := range []Func{slow, computing} {
			result, err := s.Run(context.Background(), Run{
				Functions: map[string]Func{"slow": f}, Limits: Limits{Wall: 20 * time.Millisecond},
			})
			if !errors.Is(err, WallLimit) || len(result.Log) != 1 {
				t.Errorf("%s: error %v, log %v", name, err, result.Log)
			}
		}
	}
}

func TestReportsOfOddErrors(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, err := insideEngine()
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		"const e = new Error('m'); e.name = ''; throw e":                                        "script_error: m",
		"const e = new Error(''); throw e":                                                      "script_error: Error",
		"const e = new Error('m'); e.stack = '    at f (other.js:1:2)\\n'; throw e":             "script_error: Error: m",
		"const e = new Error('m'); e.stack = '    at f (s.js:99:2)\\n'; throw e":                "script_error: Error: m",
		"const e = new Error('m'); e.stack = '    at f (s.js:99999999999999999999:1)'; throw e": "script_error: Error: m",
		"const e = new Error('m'); Object.defineProperty(e, 'stack', { value: 1 }); throw e":    "script_error: Error: m",
	} {
		s, err := e.Compile(ctx, "s.js", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		result, err := s.Run(ctx, Run{})
		if err == nil || err.Error() != want || result.Receipt.Code != ScriptError {
			t.Errorf("%s: ended with %v, want %s", source, err, want)
		}
	}
}

func TestErrorDetail(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 200) + "HERE" + strings.Repeat("y", 200)
	for name, test := range map[string]struct {
		failure Error
		want    string
	}{
		"nothing":       {Error{Code: Cancelled}, ""},
		"no column":     {Error{Message: "m", Line: 2, Source: "a b"}, "m\n  2 | a b"},
		"a tab":         {Error{Message: "m", Line: 10, Column: 3, Source: "\ta b"}, "m\n  10 | \ta b\n     | \t ^"},
		"a surrogate":   {Error{Message: "m", Line: 1, Column: 3, Source: "😀b"}, "m\n  1 | 😀b\n    |  ^"},
		"past the end":  {Error{Message: "m", Line: 1, Column: 9, Source: "ab"}, "m\n  1 | ab\n    |   ^"},
		"no such line":  {Error{Message: "m", Line: 7, Stack: "    at f\n"}, "m\n    at f"},
		"line and rest": {Error{Message: "m", Line: 1, Column: 1, Source: "x", Stack: "    at f"}, "m\n  1 | x\n    | ^\n    at f"},
	} {
		if got := test.failure.Detail(); got != test.want {
			t.Errorf("%s: detail is %q, want %q", name, got, test.want)
		}
	}
	cut := Error{Message: "m", Line: 1, Column: 201, Source: long}
	lines := strings.Split(cut.Detail(), "\n")
	at := len([]rune(lines[2])) - 1
	if rest := []rune(lines[1])[at:]; !strings.HasPrefix(string(rest), "HE") || len(lines[1]) > maxExcerpt+10 {
		t.Errorf("the caret of a long line points at %q in\n%s", string(rest), cut.Detail())
	}
	if empty := (&Error{Code: Cancelled}).Error(); empty != "cancelled" {
		t.Errorf("an error without a message is %q", empty)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	list := ListValue(NullValue(), BoolValue(true), NumberValue(2), StringValue("s"), BytesValue([]byte{1}), JSONValue([]byte("{}")))
	kinds := []Kind{Null, Bool, Number, String, Bytes, JSON}
	for n, v := range list.List() {
		if v.Kind() != kinds[n] {
			t.Errorf("value %d is of kind %d, want %d", n, v.Kind(), kinds[n])
		}
	}
	copied := StringValue("ab").Bytes()
	copied[0] = 'x'
	if got := list.List()[1].Number(); got != 1 || !math.IsNaN(StringValue("1").Number()) || string(copied) != "xb" {
		t.Errorf("the number of true is %v, that of a string %v", got, StringValue("1").Number())
	}
	call := NewCall(NumberValue(5))
	call.Log("http", "nowhere")
	call.Transferred(1, 2)
	call.Computes()
	if call.Len() != 1 || call.Arg(0).Number() != 5 || call.Arg(1).Kind() != Undefined || call.Arg(-1).Kind() != Undefined {
		t.Errorf("the arguments of a call are %v", call)
	}
	if len(Artifact()) != 64 || QuickJSVersion == "" {
		t.Errorf("the artifact is %q, of QuickJS %q", Artifact(), QuickJSVersion)
	}
}

// A function that answers with more than the guest can take throws there.
func TestAnswersThatAreTooMuch(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, err := insideEngine()
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Compile(ctx, "s.js", []byte(`
		for (const f of [deep, wide, fine]) { try { console.log(f()); } catch (e) { console.log(e.name); } }`))
	if err != nil {
		t.Fatal(err)
	}
	nested := func(depth int) Value {
		v := ListValue(BoolValue(false), NullValue())
		for range depth {
			v = ListValue(v)
		}
		return v
	}
	answer := func(v Value) Func { return func(context.Context, *Call) (Value, error) { return v, nil } }
	result, err := s.Run(ctx, Run{Limits: Limits{Memory: 8 << 20}, Functions: map[string]Func{
		"deep": answer(ListValue(nested(maxListDepth))),
		"wide": answer(ListValue(BytesValue(make([]byte, 8<<20)))),
		"fine": answer(nested(1)),
	}})
	if err != nil || len(result.Log) != 3 || result.Log[0].Text != "RangeError" || result.Log[1].Text != "RangeError" || result.Log[2].Text != "[ [ false, null ] ]" {
		t.Errorf("log %v, error %v", result.Log, err)
	}
}

// The clock of a run does not go back when the host's does.
func TestClockNeverGoesBack(t *testing.T) {
	t.Parallel()
	ahead := time.Now().UTC().Add(time.Hour)
	r := &run{lastTime: ahead}
	if got := r.now(); got != ahead {
		t.Errorf("the clock went back from %v to %v", ahead, got)
	}
}

func TestImageIsKeptOnce(t *testing.T) {
	t.Parallel()
	c, s := newImageCache(100), &Script{}
	first := &image{blocks: blocks{bytes: make([]byte, 10)}}
	c.put(s, first)
	c.put(s, &image{blocks: blocks{bytes: make([]byte, 20)}})
	if c.get(s) != first || c.size != first.weight() {
		t.Errorf("the cache counts %d bytes", c.size)
	}
}

// A script that nobody has any more takes no memory.
func TestImagesGoWithTheirScripts(t *testing.T) {
	t.Parallel()
	c := newImageCache(1000)
	kept := &Script{name: "kept"}
	c.put(kept, &image{blocks: blocks{bytes: make([]byte, 10)}})
	c.put(&Script{name: "dropped"}, &image{blocks: blocks{bytes: make([]byte, 20)}})
	if c.size != 30 {
		t.Fatalf("the cache counts %d bytes", c.size)
	}
	size := func() int {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		return c.size
	}
	for deadline := time.Now().Add(10 * time.Second); size() != 10; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the cache counts %d bytes, want those of the script that is kept", size())
		}
		runtime.GC()
	}
	if c.get(kept) == nil || c.order.Len() != 1 || len(c.entries) != 1 {
		t.Errorf("%d images are kept, %d are known", c.order.Len(), len(c.entries))
	}
}

func TestNamesAndLinesOfScripts(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "script.js", "\x00\n": "script.js", "a\nb.js": "ab.js", "a\xffb": "ab", "é 1.js": "é 1.js", "a\x7fb": "ab",
	} {
		if got := cleanName(name); got != want {
			t.Errorf("the name %q became %q, want %q", name, got, want)
		}
	}
	s := &Script{source: "one\r\ntwo\n"}
	for n, want := range map[int]string{1: "one", 2: "two", 3: "", 4: "", 1000: ""} {
		if got := s.line(n); got != want {
			t.Errorf("line %d is %q, want %q", n, got, want)
		}
	}
}

// A guest that is taken over moves its record of the peak out of memory, and the host
// believes what it reads no further than its memory reaches.
func TestPeakOfHostileGuests(t *testing.T) {
	t.Parallel()
	e, err := insideEngine()
	if err != nil {
		t.Fatal(err)
	}
	i, err := e.acquire(context.Background(), e.base)
	if err != nil {
		t.Fatal(err)
	}
	defer e.release(i)
	r := &run{}
	at := i.abi.heapPeak
	i.memory.WriteUint32Le(at, math.MaxUint32)
	if got := r.peakHeap(i); got != int64(i.memory.Size()) {
		t.Errorf("a peak of 4 GiB is taken for %d", got)
	}
	i.abi.heapPeak = math.MaxUint32
	if got := r.peakHeap(i); got != 0 {
		t.Errorf("a peak outside memory is taken for %d", got)
	}
	i.holds, i.abi.heapPeak = nil, at // it is wiped, as after a run
}
