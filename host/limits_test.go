package host_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloche/host"
)

// A run may outlive its CPU limit by this much (the bound that users are
// promised, kept by the check in the guest).
const overrun = 50 * time.Millisecond

func TestLimitsHold(t *testing.T) {
	for _, test := range []struct {
		name, source string
		codes        []host.Code
	}{
		{"empty loop", "while(true){}", []host.Code{host.CPULimit}},
		{"loop that catches", "for(;;){try{for(;;){}}catch(e){}}", []host.Code{host.CPULimit}},
		{"loop that throws", "for(;;){try{throw 0}catch{}finally{continue}}", []host.Code{host.CPULimit}},
		{"generator", "function* g(){for(;;)yield 1} for(const x of g());", []host.Code{host.CPULimit}},
		{"regexp", `/^(a+)+$/.test("a".repeat(40)+"b")`, []host.Code{host.CPULimit}},
		{"join", `Array(1e9).join("x")`, []host.Code{host.CPULimit, host.MemoryLimit}},
		{"indexOf", `[].indexOf.call({length:2**53-1},1)`, []host.Code{host.CPULimit}},
		{"sort", `const a=[...Array(3e5).keys()]; for(;;) a.sort((x,y)=>y-x).reverse()`, []host.Code{host.CPULimit}},
		{"normalize", `for(;;)'\u0344'.repeat(1e5).normalize('NFD')`, []host.Code{host.CPULimit, host.MemoryLimit}},
		{"replaceAll", `let s="a".repeat(1e4); for(;;) s.replaceAll("a","bb")`, []host.Code{host.CPULimit}},
		{"BigInt to string", `let n=3n**20000n; for(;;) n.toString()`, []host.Code{host.CPULimit}},
		{"parser", `let s="1;".repeat(1e5); for(;;) eval(s)`, []host.Code{host.CPULimit, host.MemoryLimit}},
		{"regexp compiler", `let s="(a|b)?".repeat(60); for(;;) new RegExp(s)`, []host.Code{host.CPULimit}},
		{"microtasks", "(async()=>{for(;;)await 0})()", []host.Code{host.CPULimit}},
		{"microtask bomb", "function f(){queueMicrotask(f);queueMicrotask(f)} f()", []host.Code{host.CPULimit, host.MemoryLimit}},
		{"JSON", `let a=[];for(let i=0;i<1e4;i++)a.push({i});for(;;)JSON.parse(JSON.stringify(a))`, []host.Code{host.CPULimit}},
		{"host calls", `for(;;)Date.now()`, []host.Code{host.CPULimit}},
		{"log flood", `for(;;)console.log("x".repeat(1000))`, []host.Code{host.CPULimit}},
		{"recursion", "function f(){f()} f()", []host.Code{host.StackOverflow}},
		{"recursion in native code", "let o={}; o.toString=()=>''+o; ''+o", []host.Code{host.StackOverflow}},
		{"recursion in a proxy", "let p=new Proxy({},{get(t,k,r){return r[k]}}); p.x", []host.Code{host.StackOverflow}},
		{"JSON.parse depth", "JSON.parse('['.repeat(1e6))", []host.Code{host.StackOverflow, host.ScriptError}},
		{"typed array", "new Uint8Array(2**30)", []host.Code{host.MemoryLimit, host.ScriptError}},
		{"allocation", "const a=[]; for(;;) a.push({a:1,b:[1,2,3]})", []host.Code{host.MemoryLimit, host.CPULimit}},
		{"string doubling", "let s='x'; for(;;) s+=s", []host.Code{host.MemoryLimit, host.ScriptError}},
		{"buffers", "const a=[]; for(;;) a.push(new ArrayBuffer(1e6))", []host.Code{host.MemoryLimit}},
		{"map", "const m=new Map(); for(let i=0;;i++) m.set(i,i)", []host.Code{host.MemoryLimit, host.CPULimit}},
		{"out of memory, caught for ever", "const a=[]; for(;;){try{for(;;)a.push(new ArrayBuffer(1e5))}catch{}}", []host.Code{host.CPULimit, host.MemoryLimit}},
	} {
		t.Run(test.name, func(t *testing.T) {
			limits := host.Limits{CPU: 300 * time.Millisecond, Memory: 32 << 20}
			if !slices.Contains(test.codes, host.CPULimit) {
				limits.CPU = 20 * time.Second // they end by themselves, on a slow machine too
			}
			result, err := run(t, test.source, host.Run{Limits: limits})
			var failure *host.Error
			if !errors.As(err, &failure) || !slices.Contains(test.codes, failure.Code) {
				t.Fatalf("error is %v, want one of %v (cause %v)", err, test.codes, errors.Unwrap(err))
			}
			if over := result.Receipt.CPU - limits.CPU; over > overrun && !raceDetector {
				t.Errorf("the run outlived its CPU limit by %v", over)
			}
			if next, err := run(t, "console.log('next')", host.Run{}); err != nil || logText(next) != "next" {
				t.Errorf("the next run logged %q, error %v", logText(next), err)
			}
		})
	}
}

func TestOutOfMemoryIsCatchable(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		try { const a = []; for (;;) a.push(new ArrayBuffer(1e6)); } catch (e) { console.log(e.name, e.message); }
		console.log("still here", [1,2,3].map((x) => x * 2).join());
	`, host.Run{Limits: host.Limits{Memory: 16 << 20}})
	if want := "InternalError out of memory\nstill here 2,4,6"; err != nil || logText(result) != want {
		t.Errorf("log is %q, error %v; want %q", logText(result), err, want)
	}
	if peak := result.Receipt.PeakHeap; peak < 10<<20 || peak > 17<<20 {
		t.Errorf("peak heap is %d, want about the limit of 16 MiB", peak)
	}
}

// Garbage in cycles must be collected before the limit is met, not after.
func TestCyclicGarbageIsNoReasonToFail(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		const live = new ArrayBuffer(9e6);
		for (let i = 0; i < 300; i++) { const a = { buffer: new ArrayBuffer(5e5) }; a.self = a; }
		console.log("done", live.byteLength);
	`, host.Run{Limits: host.Limits{Memory: 16 << 20}})
	if err != nil || logText(result) != "done 9000000" {
		t.Errorf("log is %q, error %v", logText(result), err)
	}
}

func TestWallLimit(t *testing.T) {
	t.Parallel()
	wait := func(ctx context.Context, _ *host.Call) (host.Value, error) {
		<-ctx.Done()
		return host.Value{}, ctx.Err()
	}
	result, err := run(t, "wait()", host.Run{
		Functions: map[string]host.Func{"wait": wait},
		Limits:    host.Limits{Wall: 50 * time.Millisecond},
	})
	if !errors.Is(err, host.WallLimit) {
		t.Errorf("error is %v, want wall_limit", err)
	}
	if result.Receipt.CPU > 40*time.Millisecond {
		t.Errorf("waiting counted as CPU time: %v", result.Receipt.CPU)
	}
	_, err = run(t, "for(;;);", host.Run{Limits: host.Limits{Wall: 50 * time.Millisecond}})
	if !errors.Is(err, host.WallLimit) {
		t.Errorf("error is %v, want wall_limit", err)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"for(;;);", "wait()"} {
		ctx, cancel := context.WithCancel(context.Background())
		started := make(chan struct{})
		functions := map[string]host.Func{"wait": func(ctx context.Context, _ *host.Call) (host.Value, error) {
			<-ctx.Done()
			return host.Value{}, ctx.Err()
		}}
		go func() {
			<-started
			cancel()
		}()
		_, err := compile(t, "console.log('go');"+source).Run(ctx, host.Run{
			Functions: functions,
			OnLog:     func(host.LogLine) { closeOnce(started) },
		})
		if !errors.Is(err, host.Cancelled) {
			t.Errorf("%s: error is %v, want cancelled", source, err)
		}
	}
}

func TestHostCallBudget(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		let n = 0;
		try { for (;;) { ping(); n++; } } catch (e) { console.log(n, e.name, e.cause.code); }
		console.log("log lines are not counted");
	`, host.Run{
		Functions: map[string]host.Func{"ping": func(context.Context, *host.Call) (host.Value, error) { return host.Value{}, nil }},
		Limits:    host.Limits{HostCalls: 25},
	})
	if want := "25 Error EBUDGET\nlog lines are not counted"; err != nil || logText(result) != want {
		t.Errorf("log is %q, error %v; want %q", logText(result), err, want)
	}
	if result.Receipt.HostCalls["ping"] != 25 {
		t.Errorf("receipt counts %v", result.Receipt.HostCalls)
	}
}

func TestLogKeepsBothEnds(t *testing.T) {
	t.Parallel()
	result, err := run(t, `for (let i = 0; i < 10000; i++) console.log("line " + i); console.log("x".repeat(1e6)); console.log("end")`,
		host.Run{Limits: host.Limits{Log: 4096}})
	if err != nil {
		t.Fatal(err)
	}
	first, last := result.Log[0], result.Log[len(result.Log)-1]
	if first.Text != "line 0" || first.Number != 1 || last.Text != "end" || last.Number != 10002 {
		t.Errorf("the log begins with %+v and ends with %+v", first, last)
	}
	size, markers := 0, 0
	for _, line := range result.Log {
		size += len(line.Text)
		if strings.Contains(line.Text, "were dropped here") {
			markers++
			if !strings.HasPrefix(line.Text, fmt.Sprintf("%d bytes", result.Receipt.LogDropped)) {
				t.Errorf("the marker says %q, the receipt %d", line.Text, result.Receipt.LogDropped)
			}
		}
	}
	if markers != 1 || size > 4096+200 {
		t.Errorf("%d markers, %d bytes kept of a limit of 4096", markers, size)
	}
}

// deterministic touches every part of the engine that could vary.
const deterministic = `
	const words = [];
	for (let i = 0; i < 200; i++) words.push(Math.random().toString(36).slice(2));
	words.sort();
	const found = words.join(" ").match(/[a-z]+\d/g);
	const m = new Map(words.map((w, i) => [w, i]));
	console.log(found.length, m.size, crypto.randomUUID(), Date.now(), new Date().toISOString());
	for (let i = 0; i < 3e5; i++) if (i % 1e5 === 0) console.log(Date.now());
	(async () => { for (let i = 0; i < 50; i++) await i; console.log(performance.now()); })();
	console.log(_.chain([3, 1, 2]).sortBy().value(), JSON.stringify({ a: [1, { b: words[3] }] }));`

func TestStepsAreDeterministic(t *testing.T) {
	s := compile(t, deterministic)
	once := func() (int64, string) {
		result, err := s.Run(context.Background(), host.Run{
			Seed: [32]byte{1}, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		})
		if err != nil {
			t.Fatal(err)
		}
		return result.Receipt.Steps, fmt.Sprint(result.Log)
	}
	steps, log := once()
	if steps < 1000 || !strings.Contains(log, "2026-01-01T00:00:00") {
		t.Fatalf("%d steps, log %s", steps, log)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2} {
		runtime.GOMAXPROCS(procs)
		stop := busy(t)
		for n := range 50 {
			if n%10 == 0 { // a run of another kind in the same slots
				_, _ = run(t, "const a=[]; for(let i=0;i<1e5;i++) a.push({i}); throw a", host.Run{})
			}
			if again, text := once(); again != steps || text != log {
				t.Fatalf("run %d at GOMAXPROCS %d: %d steps, want %d; log\n%s\nwant\n%s", n, procs, again, steps, text, log)
			}
		}
		stop()
	}
}

// busy keeps a core at work with other runs until it is stopped.
func busy(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	s := compile(t, "for(;;) [3,1,2].sort()")
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			_, _ = s.Run(ctx, host.Run{Limits: host.Limits{CPU: 20 * time.Millisecond}})
		}
	})
	return func() { cancel(); done.Wait() }
}

// A run that ends by its step budget ends at the same place every time.
func TestStepBudgetIsDeterministic(t *testing.T) {
	t.Parallel()
	s := compile(t, "let n = 0; for (;;) { if (++n % 100 === 0) console.log(n); }")
	options := host.WithoutClock(host.Run{Limits: host.Limits{CPU: 5 * time.Millisecond, Log: 32 << 20}})
	var first host.Receipt
	for range 5 {
		result, err := s.Run(context.Background(), options)
		if !errors.Is(err, host.CPULimit) {
			t.Fatal(err)
		}
		if first.LogLines == 0 {
			first = result.Receipt
		}
		if result.Receipt.LogLines != first.LogLines || result.Receipt.Steps != first.Steps {
			t.Errorf("%d lines and %d steps before the end, then %d and %d",
				first.LogLines, first.Steps, result.Receipt.LogLines, result.Receipt.Steps)
		}
	}
}

// A garbage collection of the host stops the world: it must not have to wait for
// the script to end, and with one processor other goroutines must still run.
func TestSpinningScriptDoesNotStopTheProcess(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, source := range []string{"for(;;);", "[].indexOf.call({length:2**53-1},1)", `/^(a+)+$/.test("a".repeat(40)+"b")`} {
		for _, procs := range []int{1, 2} {
			runtime.GOMAXPROCS(procs)
			var ended atomic.Bool
			started := make(chan struct{})
			s := compile(t, "console.log('go');"+source)
			var done sync.WaitGroup
			ctx, cancel := context.WithCancel(context.Background())
			done.Go(func() {
				_, _ = s.Run(ctx, host.Run{
					Limits: host.Limits{CPU: time.Minute},
					OnLog:  func(host.LogLine) { closeOnce(started) },
				})
				ended.Store(true)
			})
			<-started
			worst := time.Duration(0)
			for range 5 {
				before := time.Now()
				runtime.GC()
				worst = max(worst, time.Since(before))
			}
			if ended.Load() {
				t.Errorf("%s at GOMAXPROCS %d: garbage collection waited for the script", source, procs)
			}
			t.Logf("%s at GOMAXPROCS %d: longest garbage collection %v", source, procs, worst)
			cancel()
			done.Wait()
		}
	}
}

func closeOnce(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

func TestNumbersAtTheBoundary(t *testing.T) {
	t.Parallel()
	echo := func(_ context.Context, c *host.Call) (host.Value, error) { return c.Arg(0), nil }
	result, err := run(t, `
		for (const v of [0, -0, 1.5, NaN, Infinity, 2 ** 53, 5e-324, "", "é漢😀", "a\0b", "\ud800", true, null, undefined])
			console.log(Object.is(echo(v), v));
		console.log(echo(new Uint8Array([0, 255, 128])), echo({ a: [1, { b: null }] }), echo("x".repeat(1e5)).length, echo([1, 2]));
	`, host.Run{Functions: map[string]host.Func{"echo": echo}})
	want := strings.Repeat("true\n", 14) + "Uint8Array(3) [ 0, 255, 128 ] { a: [ 1, { b: null } ] } 100000 [ 1, 2 ]"
	if err != nil || logText(result) != want {
		t.Errorf("log is\n%s\nerror %v, want\n%s", logText(result), err, want)
	}
}
