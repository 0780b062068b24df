package host

import (
	"context"
	"sync"
	"testing"
	"time"
)

// Runs that wait take turns with sandboxes: those of a crowd are kept for the next one,
// for a while.
func TestIdleSlots(t *testing.T) {
	t.Parallel()
	const crowd, kept = 12, 2
	e, err := New(t.Context(), Config{IdleSlots: kept})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(context.Background()) })
	s, err := e.Compile(t.Context(), "wait.js", []byte("wait()"))
	if err != nil {
		t.Fatal(err)
	}
	gather := func() {
		var inside, runs sync.WaitGroup
		inside.Add(crowd)
		for range crowd {
			runs.Go(func() {
				_, err := s.Run(context.Background(), Run{Functions: map[string]Func{
					"wait": func(context.Context, *Call) (Value, error) {
						inside.Done()
						inside.Wait() // for all
						return Value{}, nil
					},
				}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		runs.Wait()
	}
	slots := func() map[*instance]bool {
		e.mutex.Lock()
		defer e.mutex.Unlock()
		all := make(map[*instance]bool)
		for _, i := range e.idle {
			all[i] = true
		}
		return all
	}
	gather()
	first := slots()
	gather()
	second := slots()
	if len(first) != crowd {
		t.Errorf("%d slots are kept after %d runs at a time", len(first), crowd)
	}
	for i := range second {
		if !first[i] {
			t.Error("a slot was made anew")
		}
	}
	e.closeIdle(time.Now().Add(-idleTime))
	if n := len(slots()); n != crowd {
		t.Errorf("%d slots are left at once of %d", n, crowd)
	}
	e.closeIdle(time.Now())
	if n := len(slots()); n != kept {
		t.Errorf("%d slots are kept for good, want %d", n, kept)
	}
	gather()
	if n := len(slots()); n != crowd {
		t.Errorf("%d slots are kept after %d runs at a time", n, crowd)
	}
}
