package host

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// What a stretch in the guest counts for, when the goroutine stayed on its thread
// and when it did not.
func TestComputed(t *testing.T) {
	t.Parallel()
	m := newMeter(context.Background(), Limits{}.WithDefaults())
	m.sinceThread = threadTime{thread: 7, cpu: time.Second}
	m.used = 40_000 // at most 2 ms
	for _, test := range []struct {
		name    string
		elapsed time.Duration
		thread  threadTime
		known   bool
		want    time.Duration
	}{
		{"alone", time.Millisecond, threadTime{7, time.Second + time.Millisecond}, true, time.Millisecond},
		{"another process had the core", time.Second, threadTime{7, time.Second + time.Millisecond}, true, time.Millisecond},
		{"the clocks differ", time.Millisecond, threadTime{7, time.Second + 2*time.Millisecond}, true, time.Millisecond},
		{"it waited for another thread", time.Second, threadTime{8, time.Hour}, true, slice + 2*time.Millisecond},
		{"another thread that computed less", time.Second, threadTime{8, 0}, true, slice + 2*time.Millisecond},
		{"another thread, at once", time.Millisecond, threadTime{8, time.Hour}, true, time.Millisecond},
		{"nobody knows", time.Second, threadTime{}, false, time.Second},
	} {
		if got := m.computed(test.elapsed, test.thread, test.known); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// Of a run's beginning the thread's clock is not known: until the first tick has read
// it, what counts is bounded by the steps.
func TestBeginningOfARun(t *testing.T) {
	t.Parallel()
	if _, known := readThreadClock(); !known {
		t.Skip("the system does not tell the time of threads")
	}
	m := newMeter(context.Background(), Limits{}.WithDefaults())
	m.start = m.start.Add(-2 * time.Second)
	fuel := m.begin()
	m.since -= time.Second // another process had the core
	if _, code := m.tick(fuel - 2_000); code != OK {
		t.Fatal(code)
	}
	if want := slice + 2_000*time.Millisecond/slowestSteps; m.spent != want {
		t.Errorf("%v were computed, want %v", m.spent, want)
	}
	if m.sinceThread == unread {
		t.Error("the first tick did not read the thread's clock")
	}
	m.end()
}

// Scripts give way only while they have taken all processors; whatever ends a run, and
// whatever its functions do, it is counted no more afterwards. The test is not parallel,
// so that no other test has scripts that run.
func TestRunsAreCountedWhileTheyCompute(t *testing.T) {
	ctx := context.Background()
	e, err := New(ctx, Config{IdleSlots: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(ctx) })
	s, err := e.Compile(ctx, "s.js", []byte(`look(); for (;;) ;`))
	if err != nil {
		t.Fatal(err)
	}
	before := computing.Load()
	for name, look := range map[string]Func{
		"within":  func(context.Context, *Call) (Value, error) { return Value{}, nil },
		"panics":  func(context.Context, *Call) (Value, error) { panic("as it must") },
		"fails":   func(context.Context, *Call) (Value, error) { return Value{}, context.Canceled },
		"refuses": func(context.Context, *Call) (Value, error) { return Value{}, &Exception{Name: "Error"} },
	} {
		inside := int32(-1)
		counted := func(ctx context.Context, c *Call) (Value, error) {
			inside = computing.Load()
			return look(ctx, c)
		}
		_, err := s.Run(ctx, Run{Functions: map[string]Func{"look": counted}, Limits: Limits{CPU: time.Millisecond}})
		if err == nil {
			t.Errorf("%s: the run ended well", name)
		}
		if inside != before || computing.Load() != before {
			t.Errorf("%s: %d were counted in the function, %d afterwards, want %d", name, inside, computing.Load(), before)
		}
	}
	defer computing.Store(before)
	for count, want := range map[int]bool{runtime.GOMAXPROCS(0) - 1: false, runtime.GOMAXPROCS(0): true} {
		computing.Store(int32(count))
		if got := giveWay(); got != want {
			t.Errorf("with %d scripts on %d processors giveWay is %v", count, runtime.GOMAXPROCS(0), got)
		}
	}
}
