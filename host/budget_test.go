package host_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"cloche/host"
)

// Runs that do not fit into the memory budget wait, and are let in in order.
func TestMemoryBudget(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const memory = 4 << 20
	e, err := host.New(ctx, host.Config{MaxMemory: memory, MemoryBudget: 2*(memory+(16<<20)) + 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	s, err := e.Compile(ctx, "s.js", []byte("hold(activity.n)"))
	if err != nil {
		t.Fatal(err)
	}
	var mutex sync.Mutex
	var order []float64
	entered, release := make(chan struct{}, 10), make(chan struct{})
	hold := func(_ context.Context, c *host.Call) (host.Value, error) {
		mutex.Lock()
		order = append(order, c.Arg(0).Number())
		mutex.Unlock()
		entered <- struct{}{}
		<-release
		return host.Value{}, nil
	}
	run := func(ctx context.Context, n string) error {
		_, err := s.Run(ctx, host.Run{
			Activity: []byte(`{"n":` + n + `}`), Limits: host.Limits{Memory: memory},
			Functions: map[string]host.Func{"hold": hold},
		})
		return err
	}
	var done sync.WaitGroup
	for _, n := range []string{"1", "2"} {
		done.Go(func() {
			if err := run(ctx, n); err != nil {
				t.Error(err)
			}
		})
		<-entered
	}
	// The third does not fit, and gives up with its context.
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if err := run(short, "3"); !errors.Is(err, host.Cancelled) {
		t.Errorf("a run that waited for memory ended with %v, want cancelled", err)
	}
	done.Go(func() {
		if err := run(ctx, "4"); err != nil {
			t.Error(err)
		}
	})
	close(release)
	done.Wait()
	if len(order) != 3 || order[2] != 4 || slices.Contains(order, 3) {
		t.Errorf("runs were let in as %v", order)
	}
	if _, err := host.New(ctx, host.Config{MemoryBudget: 1 << 20}); err == nil {
		t.Error("a budget for less than one run was taken")
	}
}

// Parsing takes memory as well: compilations wait like runs.
func TestCompilationsCountAgainstTheMemoryBudget(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const memory = 4 << 20
	e, err := host.New(ctx, host.Config{MaxMemory: memory, MemoryBudget: memory + 16<<20, ImageCache: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	holding, err := e.Compile(ctx, "s.js", []byte("hold()"))
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		_, err := holding.Run(ctx, host.Run{Functions: map[string]host.Func{
			"hold": func(context.Context, *host.Call) (host.Value, error) {
				close(entered)
				<-release
				return host.Value{}, nil
			},
		}})
		if err != nil {
			t.Error(err)
		}
	})
	<-entered
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := e.Compile(short, "s.js", []byte("1")); !errors.Is(err, host.Cancelled) {
		t.Errorf("a compilation that waited for memory ended with %v, want cancelled", err)
	}
	close(release)
	done.Wait()
	if _, err := e.Compile(ctx, "s.js", []byte("1")); err != nil {
		t.Error(err)
	}
}

// A script whose image was dropped from the cache is made again.
func TestImageCacheIsBounded(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, err := host.New(ctx, host.Config{ImageCache: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	var scripts []*host.Script
	for _, source := range []string{"console.log('a')", "console.log('b')", "console.log('c')"} {
		s, err := e.Compile(ctx, "s.js", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, s)
	}
	var done sync.WaitGroup
	for n := range 30 {
		done.Go(func() {
			result, err := scripts[n%3].Run(ctx, host.Run{})
			if want := string(rune('a' + n%3)); err != nil || logText(result) != want {
				t.Errorf("log is %q, error %v; want %q", logText(result), err, want)
			}
		})
	}
	done.Wait()
}

// What a script says of itself is not lost on the way through bytecode.
func TestBytecodeKeepsSourceAndPositions(t *testing.T) {
	t.Parallel()
	result, err := run(t, "function f(a, b) { return a /* kept */ + b; }\nconsole.log(f.toString(), f.name, f.length);\n\n  null.x", host.Run{})
	var failure *host.Error
	if !errors.As(err, &failure) || failure.Line != 4 || failure.Column != 3 {
		t.Errorf("error is %+v", failure)
	}
	if want := "function f(a, b) { return a /* kept */ + b; } f 2"; logText(result) != want {
		t.Errorf("log is %q, want %q", logText(result), want)
	}
}
