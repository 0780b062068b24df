package host

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// attack is one thing that a guest which was taken over does, and what may come of
// it.
type attack struct {
	attacker
	// codes are what the run, or the compilation, may end with. Nil: internal_error.
	codes []Code
	// most is how many bytes of the host's heap it may have allocated; default
	// modest.
	most uint64
	// source is what is compiled; default harmlessSource.
	source string
	// past is how long the run may go on past its CPU limit; default attackOverrun.
	past time.Duration
	// broken says that the module cannot do anything useful, not even when the
	// attack is over.
	broken bool
	// check looks at the result, if not nil.
	check func(*testing.T, Result, error)
}

// attackOverrun is how long a run may go on past its CPU limit. 50 ms is what users are
// promised; the rest is for the race detector and for machines with much else to do,
// where waiting for the garbage collector counts as well.
const attackOverrun = 400 * time.Millisecond

// modest is what a run allocates in the host beside what its requests and answers
// have, with much to spare.
const modest = 1 << 20

// many is what the calls of a loop may allocate until a limit ends it: each a little,
// and none of it kept.
const many = 64 << 20

// Every attack ends with a code, in time, without a panic of the host and within
// its memory, and the next run on the same engine finds nothing of it.
//
// It is not parallel: it measures memory.
func TestAttackers(t *testing.T) {
	for _, interpreter := range []bool{false, true} {
		name := "compiled"
		if interpreter {
			name = "interpreted"
		}
		t.Run(name, func(t *testing.T) {
			for name, a := range attacks() {
				t.Run(name, func(t *testing.T) { a.try(t, Config{Interpreter: interpreter}) })
			}
		})
	}
}

// attackLimits are tight, so that what is stopped by a limit does not take long.
func attackLimits() Limits {
	return Limits{CPU: 40 * time.Millisecond, Wall: 10 * time.Second, Memory: 4 << 20, Log: 4 << 10, HostCalls: 20}
}

func (a attack) try(t *testing.T, config Config) {
	config.MaxMemory = 4 << 20
	ctx := context.Background()
	e, err := newEngine(ctx, config, a.module())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	if a.source == "" {
		a.source = harmlessSource
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	result, err := runOn(ctx, e, a.source, true)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > max(a.most, modest) {
		t.Errorf("the host allocated %d KiB, at most %d KiB are fine", grown>>10, max(a.most, modest)>>10)
	}
	a.judge(t, result, err)
	if a.broken {
		return
	}
	for range 2 { // the slot that was attacked, and another
		result, err = runOn(ctx, e, harmlessSource, false)
		if err != nil || len(result.Log) != 1 || result.Log[0].Text != "fine" {
			t.Fatalf("the next run: %v (%v), log %v", err, errors.Unwrap(err), result.Log)
		}
		if result.Receipt.PeakHeap != atkPeakValue {
			t.Errorf("the peak of the next run is %d, want %d", result.Receipt.PeakHeap, atkPeakValue)
		}
	}
}

// runOn compiles and runs. An attack is what the module takes a run with a function
// of the embedder for.
func runOn(ctx context.Context, e *Engine, source string, attacked bool) (Result, error) {
	limits := attackLimits()
	s, err := e.CompileWithLimits(ctx, "s.js", []byte(source), limits)
	if err != nil {
		return Result{}, err
	}
	options := Run{Limits: limits}
	if attacked {
		options.Functions = map[string]Func{
			"echo":  func(_ context.Context, c *Call) (Value, error) { return c.Arg(0), nil },
			"large": func(context.Context, *Call) (Value, error) { return BytesValue(make([]byte, 64<<10)), nil },
		}
	}
	return s.Run(ctx, options)
}

// The operations of the embedder's functions.
var (
	opEcho  = opFunction + operation(len(apiFunctions))
	opLarge = opEcho + 1
)

// judge checks what is true of every outcome.
func (a attack) judge(t *testing.T, result Result, err error) {
	t.Helper()
	codes := a.codes
	if codes == nil {
		codes = []Code{InternalError}
	}
	code := OK
	var failure *Error
	switch {
	case errors.As(err, &failure):
		code = failure.Code
		if code == InternalError && failure.Err == nil {
			t.Error("the operator learns no cause")
		}
		if code == InternalError && failure.Message != internalMessage {
			t.Errorf("the author learns %q", failure.Message)
		}
	case err != nil:
		t.Fatalf("this is no *Error: %v", err)
	}
	if !slices.Contains(codes, code) {
		t.Errorf("it ended with %v (%v), want one of %v", err, errors.Unwrap(err), codes)
	}
	if failure != nil && !utf8.ValidString(failure.Detail()) {
		t.Errorf("the message is not UTF-8: %q", failure.Detail())
	}
	r := result.Receipt
	if r.Steps < 0 || r.CPU < 0 || r.PeakHeap < 0 || r.PeakHeap > 4<<20+memorySlack {
		t.Errorf("the receipt is %+v", r)
	}
	if over := r.CPU - attackLimits().CPU; over > max(a.past, attackOverrun) {
		t.Errorf("it went on for %v past its limit", over)
	}
	size := 0
	for _, line := range result.Log {
		size += len(line.Text)
		if !utf8.ValidString(line.Text) {
			t.Errorf("the log has %q", line.Text)
		}
	}
	if size > attackLimits().Log+300 {
		t.Errorf("the log has %d bytes", size)
	}
	if a.check != nil {
		a.check(t, result, err)
	}
}

// attacks returns all that leave the module working.
func attacks() map[string]attack {
	all := make(map[string]attack)
	for _, family := range []map[string]attack{
		requestAttacks(), operationAttacks(), responseAttacks(), reportAttacks(), meterAttacks(),
		machineAttacks(), memoryAttacks(), compileAttacks(), recordAttacks(),
	} {
		for name, a := range family {
			all[name] = a
		}
	}
	return all
}

// running is an attack of cloche_run, which ends with status 0 when the host lets it.
func running(code ...wasmCode) attack {
	return attack{attacker: attacker{run: join(join(code...), number(0))}}
}

func (a attack) ends(codes ...Code) attack {
	a.codes = codes
	return a
}

func (a attack) allocates(most uint64) attack {
	a.most = most
	return a
}

func (a attack) checked(check func(*testing.T, Result, error)) attack {
	a.check = check
	return a
}

// Requests that lie where there is no memory.
func requestAttacks() map[string]attack {
	const end = atkMemory
	all := map[string]attack{
		"request past the end":            running(callHost(opClock, end, 1)),
		"request across the end":          running(callHost(opLog, end-4, 5)),
		"request that wraps around":       running(callHost(opLog, 0xffff_fff0, 0x20)),
		"request of 4 GiB":                running(callHost(opLog, 0, math.MaxUint32)),
		"request of 4 GiB at the last":    running(callHost(opLog, math.MaxUint32, math.MaxUint32)),
		"empty request beyond memory":     running(callHost(opLog, end+1, 0)),
		"empty request at the end":        running(callHost(opLog, end, 0)).ends(OK),
		"take to outside":                 running(send(opLarge, 0), callHost(opTake, end-1, 64<<10+5)),
		"bytecode of 1 GiB":               running(callHost(opBytecode, 0, 1<<30)),
		"bytecode of all memory in a run": running(callHost(opBytecode, 0, end)).ends(OK),
	}
	for name, request := range map[string][]byte{
		"text of 4 GiB":         {1, 's', 0xff, 0xff, 0xff, 0xff, 'x'},
		"text one too long":     {1, 's', 2, 0, 0, 0, 'x'},
		"bytes of 2 GiB":        {1, 'b', 0, 0, 0, 0x80, 'x'},
		"JSON of 4 GiB":         {1, 'j', 0xff, 0xff, 0xff, 0xff},
		"half a length":         {1, 's', 1, 0},
		"half a number":         {1, 'd', 0, 0, 0},
		"255 values, none":      {255},
		"255 values, one":       {255, 'u'},
		"no values, some bytes": {0, 'u', 'u'},
		"a list":                {1, 'l', 1, 0, 0, 0, 'u'},
		"a list of 4 G lists":   {1, 'l', 0xff, 0xff, 0xff, 0xff, 'l', 0xff, 0xff, 0xff, 0xff},
		"an exception":          {1, 'e', 's', 0, 0, 0, 0, 's', 0, 0, 0, 0, 's', 0, 0, 0, 0},
		"an unknown tag":        {1, 0xff},
	} {
		// Whoever decodes requests must refuse it, with an answer and not with an end.
		var code wasmCode
		for _, op := range []operation{opLog, opReport, opRandom, opFunction, opEcho} {
			code = join(code, send(op, request...))
		}
		all["request with "+name] = running(code).ends(OK)
	}
	return all
}

// Every operation, with requests that are nothing, something and everything.
func operationAttacks() map[string]attack {
	var numbers, short, whole wasmCode
	for n := range uint32(64) {
		for _, op := range []uint32{n, -n, 1<<31 + n, 1<<31 - n, n << 8, n << 24} {
			numbers = join(numbers, callHost(operation(op), 0, 0))
		}
		short = join(short, send(operation(n), 1, 'd', 0, 0, 0, 0, 0, 0, 0xf0, 0x7f)) // infinity
		whole = join(whole, callHost(operation(n), 0, atkMemory))
	}
	var inputs, random wasmCode
	for n := range byte(8) {
		inputs = join(inputs, send(opInput, n), send(opInput, n, n))
	}
	for _, count := range []float64{-1, 0.5, 65536, 65537, 1e300, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxUint32} {
		request := binary.LittleEndian.AppendUint64([]byte{1, 'd'}, math.Float64bits(count))
		random = join(random, send(opRandom, request...))
	}
	return map[string]attack{
		"every operation without a request": running(numbers).ends(OK),
		"every operation with a number":     running(short).ends(OK),
		"every operation with all memory":   running(whole).ends(OK, CPULimit).allocates(8 << 20),
		"inputs that there are not":         running(inputs).ends(OK),
		"random bytes, too many":            running(random).ends(OK),
		"random bytes without end":          running(checkedLoop(send(opRandom, 1, 'd', 0, 0, 0, 0, 0, 0, 0xf0, 0x40))).ends(CPULimit).allocates(256 << 20),
		"a log without end":                 running(checkedLoop(logLine("flood"))).ends(CPULimit).allocates(many),
		"a log of empty lines":              running(checkedLoop(logLine(""))).ends(CPULimit).allocates(many),
		"host functions without end":        running(checkedLoop(callHost(opEcho, 0, 1))).ends(CPULimit).allocates(many),
		"more host functions than allowed": running(
			put(atkScratch, 0), join(slices.Repeat([]wasmCode{callHost(opEcho, atkScratch, 1)}, 100)...),
		).ends(OK).checked(func(t *testing.T, result Result, _ error) {
			if n := result.Receipt.HostCalls["echo"]; n != attackLimits().HostCalls {
				t.Errorf("%d calls were made, %d allowed", n, attackLimits().HostCalls)
			}
		}),
		"levels and lines that only the host writes": running(
			send(opLog, texts("cloche", "internal_error: forged")...), send(opLog, texts("http", "forged")...),
			send(opLog, texts("", "a\nb\x00\xff")...), send(opLog, 2, 'n', 'n'), send(opLog, 0),
		).ends(OK).checked(func(t *testing.T, result Result, _ error) {
			for _, line := range result.Log {
				if line.Level != "log" {
					t.Errorf("a line has the level %q", line.Level)
				}
			}
		}),
	}
}

// Responses that are asked for wrongly, or that lie where requests do.
func responseAttacks() map[string]attack {
	const large = 64<<10 + 5 // the answer of opLarge, encoded
	request := texts("log", strings.Repeat("x", 100))
	return map[string]attack{
		"request in the response buffer": running(
			put(atkResponse, request...), callHost(opEcho, atkResponse, uint32(len(request))), callHost(opClock, atkResponse, 16),
			callHost(opInput, atkResponse, 1), callHost(opLog, atkResponse, atkCapacity), callHost(opRandom, atkResponse, 10),
		).ends(OK),
		"request behind the response buffer": running(callHost(opLog, atkResponse+atkCapacity-1, 100)).ends(OK),
		"take of nothing":                    running(callHost(opTake, 0, 0), callHost(opTake, 0, 100), callHost(opTake, 0, atkMemory)).ends(OK),
		"take of another length":             running(send(opLarge, 0), callHost(opTake, 0, large-1), callHost(opTake, 0, large+1), callHost(opTake, 0, 0)).ends(OK),
		"take twice":                         running(send(opLarge, 0), callHost(opTake, atkStackTop, large), callHost(opTake, 0, large)).ends(OK),
		"take into the record":               running(send(opLarge, 0), callHost(opTake, atkABI, large), callHost(opClock, 0, 0)).ends(OK),
		"take after another call":            running(send(opLarge, 0), callHost(opClock, 0, 0), callHost(opTake, 0, large)).ends(OK),
		"large answers never taken":          running(join(slices.Repeat([]wasmCode{send(opLarge, 0)}, 100)...)).ends(OK).allocates(4 << 20),
	}
}

// Reports that say anything, together with statuses that say something else.
func reportAttacks() map[string]attack {
	returning := func(status int32, code ...wasmCode) attack {
		return attack{attacker: attacker{run: join(join(code...), number(status))}}
	}
	report := func(list ...string) wasmCode {
		request := texts(list...)
		request[0]++ // whether it is an Error comes second
		at := 1 + 5 + len(list[0])
		return send(opReport, slices.Insert(request, at, 't')...)
	}
	far := strings.Repeat("9", 40)
	all := map[string]attack{
		"status 0 with a report":  returning(0, report("exception", "Error", "m", "")).ends(OK),
		"a report and a trap":     returning(1, report("exception", "Error", "m", ""), wasmCode{opUnreachable}),
		"a report of numbers":     returning(1, send(opReport, join([]byte{9}, slices.Repeat([]byte("d\xff\xff\xff\xff\xff\xff\xff\xff"), 9))...)).ends(ScriptError),
		"a report of nothing":     returning(1, send(opReport, 0)),
		"a report of one value":   returning(1, send(opReport, 1, 'u')),
		"a report of two":         returning(1, send(opReport, 2, 'u', 'u')).ends(ScriptError),
		"a report of memory":      returning(1, send(opReport, texts("x", "memory")...)).ends(MemoryLimit),
		"a report of 255 values":  returning(1, send(opReport, join([]byte{255}, slices.Repeat([]byte{'u'}, 255))...)).ends(ScriptError),
		"a report that is broken": returning(1, send(opReport, 5, 's', 0xff, 0xff, 0xff, 0xff)),
		"a report of bad UTF-8":   returning(1, report("\xff", "\xfe\xff", "\x00\x1b[31m\xc0", "\x80\n\x80")).ends(ScriptError),
		"a report of our own code": returning(1, report("internal_error", "InternalError", "x", "")).
			ends(ScriptError),
		"a position far away": returning(1, report("exception", "Error", "m", "    at f (s.js:"+far+":"+far+")\n    at s.js:0:0")).
			ends(ScriptError).checked(func(t *testing.T, _ Result, err error) {
			var e *Error
			if errors.As(err, &e); e.Line < 0 || e.Column < 0 || e.Line > 1 {
				t.Errorf("the error is at line %d, column %d of a script of one line", e.Line, e.Column)
			}
		}),
		"two reports": returning(1, report("exception", "Error", "first", ""), report("syntax", "SyntaxError", "second", "")).
			ends(ScriptError).checked(func(t *testing.T, _ Result, err error) {
			if !strings.Contains(err.Error(), "first") {
				t.Errorf("the error is %v, want the first", err)
			}
		}),
		"a report of all memory": {
			attacker: attacker{run: join(
				fill(0, 'x', atkMemory), put(atkScratch, 5, 's', 0, 0, 0, 0, 't', 's', 0, 0, 0, 0, 's', 0xe0, 0xff, 0, 0),
				callHost(opReport, atkScratch, 17+0xffe0+5), number(1),
			)},
			codes: []Code{InternalError},
		},
	}
	for _, status := range []int32{1, 2, -1, math.MinInt32, math.MaxInt32} {
		all[fmt.Sprintf("status %d without a report", status)] = returning(status)
	}
	return all
}

// Lies about the fuel, and ticks out of turn. A run cannot gain by them: what is not
// ended by its steps is ended by the clock.
func meterAttacks() map[string]attack {
	all := map[string]attack{
		"ticks without end, nothing used":   running(uncheckedLoop(tickWith(tickInterval))).ends(CPULimit).allocates(many),
		"ticks without end, all used":       running(uncheckedLoop(tickWith(0))).ends(CPULimit).allocates(many),
		"ticks without end, fuel regained":  running(uncheckedLoop(tickWith(math.MaxInt32))).ends(CPULimit).allocates(many),
		"ticks without end, more than used": running(uncheckedLoop(tickWith(math.MinInt32))).ends(CPULimit).allocates(many),
		"ticks with both extremes in turn":  running(uncheckedLoop(join(tickWith(math.MaxInt32), tickWith(math.MinInt32)))).ends(CPULimit).allocates(many),
		"ticks between host calls":          running(uncheckedLoop(join(callHost(opClock, 0, 0), tickWith(math.MaxInt32)))).ends(CPULimit).allocates(many),
	}
	for name, fuel := range map[string]int32{"least": math.MinInt32, "most": math.MaxInt32, "one": 1, "none": 0} {
		all["fuel "+name+" at the end"] = running(setGlobal(globalFuel, fuel)).ends(OK)
		all["fuel "+name+" and a clock"] = running(setGlobal(globalFuel, fuel), callHost(opClock, 0, 0), tickWith(fuel)).ends(OK, CPULimit)
	}
	// With more fuel no check would ever call the host: the instrumented code does not
	// let a guest get there, for it only takes from the fuel and puts there what tick
	// returned.
	all["fuel none before a loop"] = running(checkedLoop(setGlobal(globalFuel, 0))).ends(CPULimit)
	return all
}

// recursion ends the native stack: wazero doubles it until it has 50 MB, and then once
// more. The guest's own code comes to the end of its C stack before that.
func recursion(before ...wasmCode) attack {
	a := running(append(before, wasmCode{opCall, fnRecurse})...).ends(StackOverflow).allocates(256 << 20)
	a.past = 20 * time.Second // 0.2 s, but for the race detector
	return a
}

// What traps, and what ends the native stack.
func machineAttacks() map[string]attack {
	indirect := func(place int32) wasmCode { return join(number(place), []byte{0x11, typeToI32, 0, opDrop}) }
	return map[string]attack{
		"unreachable":                    running(wasmCode{opUnreachable}),
		"division by zero":               running(number(1), number(0), wasmCode{opDivide, opDrop}),
		"division that overflows":        running(number(math.MinInt32), number(-1), wasmCode{opDivide, opDrop}),
		"conversion of NaN":              running(wasmCode{0x43, 0, 0, 0xc0, 0x7f, 0xa8, opDrop}),
		"load beyond memory":             running(number(atkMemory-3), load32(), wasmCode{opDrop}),
		"load at the last address":       running(number(-1), wasmCode{0x28, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, opDrop}),
		"store beyond memory":            running(number(-4), number(1), store32()),
		"fill across the end":            running(fill(atkMemory-16, 1, 17)),
		"fill of 4 GiB":                  running(fill(1, 1, math.MaxUint32)),
		"indirect call of a wrong type":  running(indirect(0)),
		"indirect call of nothing":       running(indirect(1)),
		"indirect call beyond table":     running(indirect(2)),
		"indirect call at minus one":     running(indirect(-1)),
		"native recursion without end":   recursion(),
		"native recursion after a grant": recursion(tickWith(0)),
	}
}

// growAndTick grows the memory page by page until that is refused, and asks to go on.
func growAndTick() wasmCode {
	return join(join(slices.Repeat([]wasmCode{grow(1)}, 400)...), tickWith(0))
}

// What a run may do to its own memory.
func memoryAttacks() map[string]attack {
	return map[string]attack{
		"all memory overwritten": running(fill(0, 0xaa, atkMemory)).ends(OK),
		"all memory overwritten, then host calls": running(
			fill(0, 0xaa, atkMemory), callHost(opClock, 0, 0), callHost(opEcho, 0, atkMemory), callHost(opLog, 0, atkMemory),
		).ends(OK),
		"stack pointer at the end":     running(setGlobal(globalStackPointer, uint32(math.MaxUint32))).ends(OK),
		"stack pointer at the bottom":  running(setGlobal(globalStackPointer, 0)).ends(OK),
		"stack pointer and a trap":     running(setGlobal(globalStackPointer, -1), wasmCode{opUnreachable}),
		"memory grown by a page":       running(grow(1), fill(atkMemory, 1, 1<<16)).ends(OK),
		"memory grown to the limit":    running(growAndTick()).ends(MemoryLimit),
		"memory grown past it at once": running(grow(65535), grow(1<<31), grow(math.MaxUint32)).ends(OK),
		"memory grown, then a trap":    running(grow(100), wasmCode{opUnreachable}),
		"memory grown, then a report of its peak": running(
			grow(100), number(atkHeapPeak), number(-1), store32(),
		).ends(OK).checked(func(t *testing.T, result Result, _ error) {
			if peak := result.Receipt.PeakHeap; peak != atkMemory+100<<16 {
				t.Errorf("the receipt believes in a peak of %d bytes", peak)
			}
		}),
		"a log line of all memory": running(
			grow(250), fill(0, 'x', atkMemory+250<<16),
			put(0, 2, 's', 0, 0, 0, 0, 's'), number(7), number(atkMemory+250<<16-11), store32(),
			callHost(opLog, 0, atkMemory+250<<16),
		).ends(OK, CPULimit),
	}
}

// What can be done while a script is compiled, and while its image is made.
func compileAttacks() map[string]attack {
	compiling := func(a attacker) attack { return attack{attacker: a, source: attackSource} }
	bytecode := join(callHost(opBytecode, atkAlloc, uint32(len(attackSource))), number(0))
	growth := join(growAndTick(), number(0))
	all := map[string]attack{
		"compile: no bytecode":            compiling(attacker{compile: number(0)}),
		"compile: bytecode of 1 GiB":      compiling(attacker{compile: join(callHost(opBytecode, 0, 1<<30), number(0))}),
		"compile: empty bytecode":         compiling(attacker{compile: join(callHost(opBytecode, 0, 0), number(0))}).ends(OK, InternalError),
		"compile: bytecode, then failure": compiling(attacker{compile: join(bytecode, []byte{opDrop}, number(1))}),
		"compile: bytecode twice":         compiling(attacker{compile: join(callHost(opBytecode, atkAlloc, 3), callHost(opBytecode, 0, atkMemory), number(0))}).ends(OK),
		"compile: bytecode of all memory": compiling(attacker{compile: join(callHost(opBytecode, 0, atkMemory), number(0))}).
			ends(InternalError).allocates(4 << 20),
		"compile: report with success": compiling(attacker{compile: join(send(opReport, texts("syntax", "x")...), bytecode)}).ends(OK),
		"compile: report, no syntax":   compiling(attacker{compile: join(send(opReport, texts("syntax", "x")...), number(1))}).ends(ScriptError),
		"compile: host functions":      compiling(attacker{compile: join(send(opFunction, 0), send(opEcho, 0), bytecode)}).ends(OK),
		"compile: a log without end":   compiling(attacker{compile: join(checkedLoop(logLine("x")), number(0))}).ends(CPULimit).allocates(many),
		"compile: stack pointer":       compiling(attacker{compile: join(setGlobal(globalStackPointer, -1), bytecode)}).ends(OK),
		"compile: memory to the limit": compiling(attacker{compile: growth}).ends(MemoryLimit),
		"compile: memory grown":        compiling(attacker{compile: join(grow(100), bytecode)}).ends(OK),
		"compile: a trap":              compiling(attacker{compile: wasmCode{opUnreachable}}),
		"load: failure":                compiling(attacker{load: number(1)}),
		"load: a trap":                 compiling(attacker{load: wasmCode{opUnreachable}}),
		"load: memory to the limit":    compiling(attacker{load: growth}).ends(MemoryLimit),
		"load: memory grown": compiling(attacker{load: join(grow(100), fill(0, 0xaa, atkMemory+100<<16), number(0))}).
			// The image is compared with a fresh one, and kept.
			ends(OK, InternalError).allocates(32 << 20),
		"load: another stack pointer": compiling(attacker{load: join(setGlobal(globalStackPointer, atkStackTop-16), number(0))}),
		"load: no stack pointer":      compiling(attacker{load: join(setGlobal(globalStackPointer, -1), number(0))}),
		"load: fuel":                  compiling(attacker{load: join(setGlobal(globalFuel, math.MaxInt32), number(0))}).ends(OK),
		"load: bytecode again":        compiling(attacker{load: join(callHost(opBytecode, 0, atkMemory), number(0))}).ends(OK),
	}
	for name, at := range map[string]uint32{
		"at the end": atkMemory, "just before the end": atkMemory - 1, "where only the NUL is outside": atkMemory - uint32(len(attackSource)),
		"at the last address": math.MaxUint32, "so that it wraps around": math.MaxUint32 - 3,
	} {
		all["alloc: "+name] = compiling(attacker{alloc: number(at)})
	}
	all["alloc: nothing"] = compiling(attacker{alloc: number(0)}).ends(MemoryLimit)
	all["alloc: in the record"] = compiling(attacker{alloc: number(atkABI)}).ends(OK)
	all["alloc: on the stack"] = compiling(attacker{alloc: number(16)}).ends(OK)
	all["alloc: without end"] = compiling(attacker{alloc: join(checkedLoop(nil), number(0))}).ends(CPULimit)
	all["alloc: host calls"] = compiling(attacker{alloc: join(callHost(opBytecode, 0, 10), callHost(opClock, 0, 0), number(atkAlloc))}).ends(OK)
	return all
}

// Records of where things lie that are wrong. The host reads them once, when the
// base image is made.
func recordAttacks() map[string]attack {
	clock := attacker{run: join(callHost(opClock, 0, 0), number(0))}
	with := func(response, capacity uint32) attack {
		a := clock
		a.record = []uint32{abiVersion, response, capacity, 0}
		return attack{attacker: a, broken: true}
	}
	return map[string]attack{
		"response buffer at the end":         with(atkMemory, 100),
		"response buffer across the end":     with(atkMemory-8, 100),
		"response buffer at the last byte":   with(math.MaxUint32, math.MaxUint32),
		"response buffer of 4 GiB":           with(0, math.MaxUint32).ends(OK),
		"response buffer of nothing":         with(0, 0).ends(OK),
		"response buffer that just fits not": with(atkMemory-16, 16).ends(OK),
		"response buffer in the record":      with(atkABI, atkCapacity).ends(OK),
	}
}

// A module that cannot be started is an error of New, and nothing else.
func TestAttackersAtTheStart(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]attacker{
		"record outside memory":        {abi: number(atkMemory - 8)},
		"record at the last address":   {abi: number(-1)},
		"record across zero":           {abi: number(-4)},
		"another version":              {record: []uint32{2, atkResponse, atkCapacity, 0}},
		"stack pointer beyond memory":  {init: setGlobal(globalStackPointer, atkMemory+1)},
		"stack pointer below zero":     {init: setGlobal(globalStackPointer, -16)},
		"a host call":                  {init: callHost(opClock, 0, 0)},
		"a host call outside memory":   {init: callHost(opClock, math.MaxUint32, math.MaxUint32)},
		"a trap":                       {init: wasmCode{opUnreachable}},
		"recursion":                    {init: wasmCode{opCall, fnRecurse}},
		"a module with a wrong export": {init: wasmCode{0xff}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := newEngine(context.Background(), Config{}, a.module())
			if err == nil {
				_ = e.Close(context.Background())
				t.Fatal("the engine started")
			}
			if !strings.HasPrefix(err.Error(), "host: ") {
				t.Errorf("got %v", err)
			}
		})
	}
	// It may grow its memory, as far as the engine's limit.
	e, err := newEngine(context.Background(), Config{}, attacker{init: grow(1000)}.module())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(context.Background())
	if e.base.size != atkMemory+1000<<16 {
		t.Errorf("the base image has %d bytes", e.base.size)
	}
}

// A recursion without end leaves a native stack of 80 MB, which a slot must not keep,
// not even when the guest leaves no trace of it on its own stack.
//
// It is not parallel: it measures memory.
func TestNativeStackIsNotKept(t *testing.T) {
	ctx := context.Background()
	e, err := newEngine(ctx, Config{MaxMemory: 4 << 20}, recursion().module())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	held := func() uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := held()
	if _, err := runOn(ctx, e, harmlessSource, true); !errors.Is(err, StackOverflow) {
		t.Fatal(err)
	}
	if after := held(); after > before+8<<20 {
		t.Errorf("%d MiB are held after the run", (after-before)>>20)
	}
}

// Host calls are charged at once: between two ticks there may be thousands.
func TestCostlyHostCallsEndInTime(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	flood := running(checkedLoop(send(opInput, inputActivity)))
	e, err := newEngine(ctx, Config{MaxMemory: 4 << 20}, flood.module())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	s, err := e.Compile(ctx, "s.js", []byte(harmlessSource))
	if err != nil {
		t.Fatal(err)
	}
	limits := attackLimits()
	result, err := s.Run(ctx, Run{
		Activity:  []byte(`"` + strings.Repeat("x", 1<<20) + `"`),
		Functions: map[string]Func{"f": func(context.Context, *Call) (Value, error) { return Value{}, nil }},
		Limits:    limits,
	})
	if !errors.Is(err, CPULimit) {
		t.Errorf("got %v, want cpu_limit", err)
	}
	if over := result.Receipt.CPU - limits.CPU; over > attackOverrun {
		t.Errorf("the run outlived its CPU limit by %v", over)
	}
}
