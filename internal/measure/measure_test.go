package measure

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"cloche/host"
)

// smallest is a scale for tests: everything once or twice.
func smallest() scale {
	return scale{
		colds: 1, warms: 1, sample: 2 * time.Millisecond, kills: 1, killCPU: time.Millisecond, pauses: 1, crowds: []int{1, 3},
	}
}

func newTestBench(t *testing.T) *bench {
	t.Helper()
	b, err := newBench(smallest())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	return b
}

func TestEverythingIsMeasured(t *testing.T) {
	t.Parallel()
	last := Step{Done: -1}
	sections, err := newTestBench(t).measure(context.Background(), func(s Step) {
		if s.Done < last.Done || s.Done > s.Total {
			t.Errorf("%+v comes after %+v", s, last)
		}
		last = s
	})
	if err != nil {
		t.Fatal(err)
	}
	if last.Done != last.Total || last.Section != "" {
		t.Errorf("the last step is %+v", last)
	}
	report := Report{Sections: sections}
	for _, s := range sections {
		for _, problem := range s.Problems {
			t.Errorf("%s: %s", s.ID, problem)
		}
		if len(s.Metrics) == 0 && s.Note == "" {
			t.Errorf("%s has no metrics, and no reason for it", s.ID)
		}
		for _, m := range s.Metrics {
			if !strings.HasPrefix(m.ID, s.ID+".") {
				t.Errorf("%s is in the section %s", m.ID, s.ID)
			}
		}
	}
	if report.Problems() != 0 {
		t.Errorf("%d problems", report.Problems())
	}
	for id, least := range map[string]float64{"limit.recursion": 100, "limit.memory.buffers": 32 << 20} {
		if m, ok := report.Find(id); !ok || m.Value < least {
			t.Errorf("%s is %+v, want %v at least", id, m, least)
		}
	}
}

func TestRunIsInterrupted(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles the engine again: slow under the race detector")
	}
	for _, at := range []string{"Engine start", "Memory", "Limits"} {
		ctx, cancel := context.WithCancel(context.Background())
		_, err := newTestBench(t).measure(ctx, func(s Step) {
			if s.Section == at {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted at %s: error is %v", at, err)
		}
		cancel()
	}
}

func TestCloseRemovesTheCache(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles the engine again: slow under the race detector")
	}
	b := newTestBench(t)
	if _, err := b.shared(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.close()
	if _, err := os.Stat(b.cacheDir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory is still there: %v", err)
	}
}

func TestUnknownEffort(t *testing.T) {
	t.Parallel()
	if _, err := Run(context.Background(), Options{Effort: "heroic"}); err == nil {
		t.Error("there is no error")
	}
}

// The handler must take all its branches: one that fails early would be measured
// as a fast one.
func TestHandlerDoesItsWork(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles the engine again: slow under the race detector")
	}
	b := newTestBench(t)
	metrics, err := b.measureHandler(context.Background())
	if err != nil || len(metrics) != 4 {
		t.Fatalf("%d metrics, error %v", len(metrics), err)
	}
	if size := len(handlerScript); size < 4_800 || size > 5_200 {
		t.Errorf("the handler of 5 KB has %d bytes", size)
	}
	for _, size := range []int{1_000, 500_000} {
		source := bundle(size)
		if len(source) < size || len(source) > size+1_000 {
			t.Errorf("the bundle of %d bytes has %d", size, len(source))
		}
		s, err := b.compile(context.Background(), source)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Run(context.Background(), host.Run{}); err != nil {
			t.Error(err)
		}
	}
}
