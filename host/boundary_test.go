package host

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
// request, any number of times, also between runs.
func FuzzHostCall(f *testing.F) {
	f.Add(uint64(1), uint32(3), []byte{2, 's', 3, 0, 0, 0, 'l', 'o', 'g', 's', 1, 0, 0, 0, 'x'})
	f.Add(uint64(2), uint32(16), []byte{0})
	f.Add(uint64(3), uint32(2), []byte{0})
	f.Add(uint64(4), uint32(4), []byte{5, 's', 0, 0, 0, 0, 't', 's', 0, 0, 0, 0, 's', 0, 0, 0, 0, 's', 0, 0, 0, 0})
	f.Add(uint64(5), uint32(0), []byte("abc"))
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
		abuse(i, seed, op, request)
	})
}

// abuse makes host calls with the given request and with random ones.
func abuse(i *instance, seed uint64, op uint32, request []byte) {
	random := rand.New(rand.NewPCG(seed, 0))
	limits := Limits{CPU: 20 * time.Millisecond, HostCalls: 10, Log: 1024}.WithDefaults()
	r, done := newRun(context.Background(), &Script{name: "s.js"}, Run{
		Functions: map[string]Func{
			FetchFunction: func(_ context.Context, c *Call) (Value, error) { return c.Arg(int(random.Int32())), nil },
			"fails":       func(context.Context, *Call) (Value, error) { return Value{}, errors.New("x") },
			"throws":      func(context.Context, *Call) (Value, error) { return Value{}, &Exception{Message: "x"} },
			"panics":      func(context.Context, *Call) (Value, error) { panic("x") },
			"huge":        func(context.Context, *Call) (Value, error) { return StringValue(strings.Repeat("x", 1<<20)), nil },
			"deep": func(context.Context, *Call) (Value, error) {
				return ListValue(ListValue(ListValue(ListValue(ListValue())))), nil
			},
		},
	}, limits)
	defer done()
	rc := &runContext{Context: r.meter.ctx, instance: i}
	memory, _ := i.bytes()
	for n := range 20 {
		i.current = r
		at := random.Uint32N(uint32(len(memory)))
		size := copy(memory[at:], request)
		stack := []uint64{uint64(op), uint64(at), uint64(size)}
		switch random.IntN(5) {
		case 0:
			stack = []uint64{random.Uint64(), random.Uint64(), random.Uint64()}
		case 1:
			stack[0] = uint64(random.Uint32N(40))
		case 2:
			binary.LittleEndian.PutUint32(memory[max(int(at)-4, 0):], random.Uint32())
		case 3:
			i.current = nil // after the run has ended
		}
		stopped := func() (stopped any) {
			defer func() { stopped = recover() }()
			if n%4 == 3 {
				tick(rc, i.module, stack)
			} else {
				hostCall(rc, i.module, stack)
			}
			return nil
		}()
		if _, ok := stopped.(stop); stopped != nil && !ok {
			panic(fmt.Sprintf("host call %v panicked: %v", stack, stopped))
		}
	}
	i.current = nil
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
