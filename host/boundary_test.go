package host

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tetratelabs/wazero/api"
)

// FuzzDecodeRequest feeds the decoder what a taken-over guest could send.
func FuzzDecodeRequest(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0})
	f.Add([]byte{2, 's', 3, 0, 0, 0, 'a', 'b', 'c', 'd', 0, 0, 0, 0, 0, 0, 0xF0, 0x3F})
	f.Add([]byte{1, 's', 0xFF, 0xFF, 0xFF, 0xFF})
	f.Add([]byte{255, 'u'})
	f.Add([]byte{1, 'j', 2, 0, 0, 0, '{', '}'})
	f.Fuzz(func(t *testing.T, request []byte) {
		var a arena
		values, err := decodeRequest(nil, request, &a)
		if err != nil {
			return
		}
		if len(values) != int(request[0]) {
			t.Errorf("%d values, the request has %d", len(values), request[0])
		}
		again := []byte{request[0]}
		for _, v := range values {
			size, ok := encodedSize(v, maxListDepth)
			before := len(again)
			again = appendValue(again, v)
			if !ok || len(again)-before != size {
				t.Errorf("size of %+v is %d, encoded %d", v, size, len(again)-before)
			}
		}
		if diff := cmp.Diff(request, again); diff != "" {
			t.Errorf("encoding what was decoded differs: %s", diff)
		}
	})
}

// FuzzHostCall calls the host as a taken-over guest could: any operation, any
// request, in any order, with anything in memory, also between runs.
func FuzzHostCall(f *testing.F) {
	f.Add(uint64(1), uint32(3), []byte{2, 's', 3, 0, 0, 0, 'l', 'o', 'g', 's', 1, 0, 0, 0, 'x'})
	f.Add(uint64(2), uint32(16), []byte{0})
	f.Add(uint64(3), uint32(2), []byte{0})
	f.Add(uint64(4), uint32(4), []byte{5, 's', 0, 0, 0, 0, 't', 's', 0, 0, 0, 0, 's', 0, 0, 0, 0, 's', 0, 0, 0, 0})
	f.Add(uint64(5), uint32(0), []byte("abc"))
	f.Add(uint64(6), uint32(5), []byte{1, 'd', 0, 0, 0, 0, 0, 0, 0xf0, 0x40})
	f.Add(uint64(7), uint32(6), []byte{1, 'b', 0xff, 0xff, 0xff, 0xff})
	for n := range uint32(20) {
		f.Add(uint64(100+n), uint32(opFunction)+n, []byte{1, 's', 0xff, 0xff, 0, 0})
	}
	ctx := context.Background()
	e, err := New(ctx, Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, seed uint64, op uint32, request []byte) {
		i, err := e.acquire(ctx, e.base)
		if err != nil {
			t.Fatal(err)
		}
		defer e.release(i)
		a := newAbuse(t, i, seed)
		defer a.done()
		for range 20 {
			a.step(op, request)
		}
		i.current = nil
	})
}

// abuse is a run whose guest was taken over.
type abuse struct {
	t        *testing.T
	random   *rand.Rand
	instance *instance
	run      *run
	ctx      *runContext
	done     context.CancelFunc
	calls    int  // of the functions that were granted
	between  bool // runs: none may be called
}

const abusedCalls = 10

func newAbuse(t *testing.T, i *instance, seed uint64) *abuse {
	a := &abuse{t: t, instance: i, random: rand.New(rand.NewPCG(seed, 0))}
	functions := map[string]Func{
		FetchFunction: func(_ context.Context, c *Call) (Value, error) { return c.Arg(int(a.random.Int32())), nil },
		"fails":       func(context.Context, *Call) (Value, error) { return Value{}, errors.New("x") },
		"throws":      func(context.Context, *Call) (Value, error) { return Value{}, &Exception{Message: "x"} },
		"panics":      func(context.Context, *Call) (Value, error) { panic("x") },
		"huge":        func(context.Context, *Call) (Value, error) { return StringValue(strings.Repeat("x", 1<<20)), nil },
		"deep": func(context.Context, *Call) (Value, error) {
			return ListValue(ListValue(ListValue(ListValue(ListValue())))), nil
		},
	}
	granted := []string{"clock", "input", "log", "random"}
	for name, f := range functions {
		granted = append(granted, name)
		functions[name] = func(ctx context.Context, c *Call) (Value, error) {
			if a.calls++; a.between || a.calls > abusedCalls {
				t.Errorf("call %d of %s, between runs: %v", a.calls, name, a.between)
			}
			return f(ctx, c)
		}
	}
	options := Run{Functions: functions, Activity: json.RawMessage(`{"a":1}`)}
	if seed%2 == 0 {
		options.OnHostCall = func(c HostCall) {
			if !slices.Contains(granted, c.Function) {
				t.Errorf("%s was called", c.Function)
			}
		}
	}
	limits := Limits{CPU: 20 * time.Millisecond, HostCalls: abusedCalls, Log: 1024}.WithDefaults()
	a.run, a.done = newRun(context.Background(), &Script{name: "s.js", source: "x\ny"}, options, limits)
	a.run.keepBytecode = seed%3 == 0
	a.ctx = &runContext{Context: a.run.meter.ctx, instance: i}
	return a
}

// step spoils the memory and makes a call, with the given request or with anything.
func (a *abuse) step(op uint32, request []byte) {
	memory, err := a.instance.bytes()
	if err != nil {
		a.t.Fatal(err)
	}
	a.spoil(memory)
	at := a.random.Uint32N(uint32(len(memory)))
	size := copy(memory[at:], request)
	stack := []uint64{uint64(op), uint64(at), uint64(size)}
	a.instance.current, a.between = a.run, false
	switch a.random.IntN(8) {
	case 0:
		stack = []uint64{a.random.Uint64(), a.random.Uint64(), a.random.Uint64()}
	case 1:
		stack[0] = uint64(a.random.Uint32N(40))
	case 2:
		binary.LittleEndian.PutUint32(memory[max(int(at)-4, 0):], a.random.Uint32())
	case 3:
		a.instance.current, a.between = nil, true // after the run has ended
	case 4: // the request is whatever lies there
		stack[0], stack[2] = uint64(a.random.Uint32N(40)), uint64(a.random.Uint32N(uint32(len(memory))-at))
	case 5: // in the response buffer
		stack[1] = uint64(a.instance.abi.response)
	}
	if a.random.IntN(4) == 0 {
		a.call("tick", tick, stack)
		return
	}
	a.call("host_call", hostCall, stack)
}

// spoil writes a stretch of the memory, as often as not.
func (a *abuse) spoil(memory []byte) {
	from := a.random.IntN(len(memory))
	stretch := memory[from : from+a.random.IntN(min(4096, len(memory)-from))]
	switch a.random.IntN(4) {
	case 0:
		for n := range stretch {
			stretch[n] = byte(a.random.Uint32())
		}
	case 1: // what a request may begin with
		for n := range stretch {
			stretch[n] = "\x01\x02sbjdntful\x00\xff"[a.random.IntN(13)]
		}
	}
}

// call calls an import and checks that it ends as it may, and allocates no more than
// its request has, and what the functions here answer with.
func (a *abuse) call(name string, f func(context.Context, api.Module, []uint64), stack []uint64) {
	args := slices.Clone(stack)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	stopped := func() (stopped any) {
		defer func() { stopped = recover() }()
		f(a.ctx, a.instance.module, stack)
		return nil
	}()
	runtime.ReadMemStats(&after)
	if _, ok := stopped.(stop); stopped != nil && !ok {
		a.t.Fatalf("%s%v panicked: %v", name, args, stopped)
	}
	const answers = 4 << 20
	length := uint64(uint32(args[2]))
	if size := uint64(a.instance.memory.Size()); length > size {
		length = 0 // refused
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 3*length+answers {
		a.t.Errorf("%s%v allocated %d bytes", name, args, grown)
	}
}

func TestArenaNeverReusesMemory(t *testing.T) {
	t.Parallel()
	var a arena
	var kept []string
	var want []string
	for n := range 5000 {
		text := fmt.Sprintf("value %d %s", n, strings.Repeat("x", n%1500))
		kept = append(kept, a.copy([]byte(text)))
		want = append(want, text)
	}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Error(diff)
	}
}

func TestHostFunctionOutcomes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, err := New(ctx, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	cause := errors.New("the disk is full")
	functions := map[string]Func{
		"fails":  func(context.Context, *Call) (Value, error) { return Value{}, cause },
		"panics": func(context.Context, *Call) (Value, error) { panic("oh no") },
		"throws": func(context.Context, *Call) (Value, error) {
			return Value{}, fmt.Errorf("wrapped: %w", &Exception{Name: "QuotaExceededError", Message: "full", Code: "EFULL"})
		},
		"huge": func(context.Context, *Call) (Value, error) {
			return BytesValue(make([]byte, 80<<20)), nil
		},
		"large": func(context.Context, *Call) (Value, error) { return StringValue(strings.Repeat("é", 1<<20)), nil },
		"wordy": func(context.Context, *Call) (Value, error) {
			return Value{}, &Exception{Message: strings.Repeat("é", 40<<20)}
		},
	}
	for _, test := range []struct {
		source, log string
		code        Code
	}{
		{"try { fails() } catch { console.log('caught') }", "", InternalError},
		{"try { panics() } catch { console.log('caught') }", "", InternalError},
		{"try { throws() } catch (e) { console.log(e.name, e.message, e.cause.code, e instanceof Error) }", "QuotaExceededError full EFULL true", OK},
		{"try { huge() } catch (e) { console.log(e.name) }", "RangeError", OK},
		{"console.log(large().length)", "1048576", OK},
		{"try { wordy() } catch (e) { console.log(e.message.length < 40000, e.message.slice(-23)) }", "true … (83820544 bytes more)", OK},
	} {
		s, err := e.Compile(ctx, "s.js", []byte(test.source))
		if err != nil {
			t.Fatal(err)
		}
		result, err := s.Run(ctx, Run{Functions: functions})
		if result.Receipt.Code != test.code {
			t.Errorf("%s: code %s, want %s (%v)", test.source, result.Receipt.Code, test.code, err)
		}
		if test.code == OK && result.Log[0].Text != test.log {
			t.Errorf("%s: log is %q, want %q", test.source, result.Log[0].Text, test.log)
		}
		if test.code == InternalError {
			for _, line := range result.Log {
				if strings.Contains(line.Text, "disk") || strings.Contains(line.Text, "oh no") {
					t.Errorf("%s: the script's log tells the operator's cause: %s", test.source, line.Text)
				}
			}
			if errors.Unwrap(err) == nil {
				t.Errorf("%s: the operator learns nothing: %v", test.source, err)
			}
		}
	}
}
