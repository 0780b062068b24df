package host

import (
	"context"
	"testing"
)

// WithoutClock leaves the CPU limit of a run to its step budget alone, so that a
// test does not depend on how fast the machine is.
func WithoutClock(r Run) Run {
	r.withoutClock = true
	return r
}

// AssertNothingIsLeft compares the slot that the next run would get with one that
// was never used: linear memory, globals, size.
func AssertNothingIsLeft(t *testing.T, e *Engine, after string) {
	t.Helper()
	i, err := e.acquire(context.Background(), e.base)
	if err != nil {
		t.Fatal(err)
	}
	defer e.release(i)
	assertFresh(t, after, e.base, e, i)
}

// Plain returns the script as runs with functions of the embedder's start it: with
// nothing evaluated ahead.
func Plain(s *Script) *Script { return s.plain }
