package hostile

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"

	"cloche/host"
)

func newSuite(t testing.TB, config host.Config) *Suite {
	t.Helper()
	s, err := NewSuite(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func allCases(t testing.TB) []Case {
	t.Helper()
	cases, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// mostLeft is by how much more memory may be resident after a case than before all
// of them: idle slots, images and what the Go runtime keeps. A case that kept its 32
// MiB would be past it.
const mostLeft = 24 << 20

// The cases run one after the other: what one leaves behind would be seen.
func TestCases(t *testing.T) {
	s := newSuite(t, host.Config{})
	if err := s.RunCanary(context.Background()); err != nil {
		t.Fatal(err)
	}
	debug.FreeOSMemory()
	resident, told := Resident()
	for _, c := range allCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			o := s.Run(context.Background(), c)
			for _, problem := range o.Problems {
				t.Error(problem)
			}
			if left := Settle(before); left > 0 && !c.grants("server") && !c.grants("fetch") {
				t.Errorf("%d goroutines are left over", left)
			}
			debug.FreeOSMemory()
			if now, _ := Resident(); told && !raceDetector && now-resident > mostLeft {
				t.Errorf("%d MiB are resident, before the first case %d", now>>20, resident>>20)
			}
		})
	}
}

func TestBadHeads(t *testing.T) {
	for _, source := range []string{
		"for (;;) {}",
		"// A title.\nfor (;;) {}",
		"// A title.\n// expect: ok\n// colour: red\n1;",
		"// A title.\n// expect: ok\n// cpu: long\n1;",
		"// A title.\n// nonsense\n1;",
	} {
		if c, err := parseCase("x", source); err == nil {
			t.Errorf("%q is taken as %+v", source, c)
		}
	}
}
