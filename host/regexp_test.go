package host_test

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"testing"
	"time"

	"cloche/host"
)

//go:embed testdata/regexps.js
var regexpScript string

// Runs of single characters, and the search for the first one, are taken by loops of
// our own (quickjs/patches/0024). They find what the engine finds without them.
func FuzzRegexps(f *testing.F) {
	for seed := range uint32(6) {
		f.Add(seed)
	}
	e, err := host.New(context.Background(), host.Config{CacheDir: f.TempDir()})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = e.Close(context.Background()) })
	f.Fuzz(func(t *testing.T, seed uint32) {
		t.Parallel()
		source := fmt.Sprintf("const FIRST = %d, COUNT = 200;\n%s", seed, regexpScript)
		s, err := e.Compile(t.Context(), "regexps.js", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		result, err := s.Run(t.Context(), host.Run{Limits: host.Limits{CPU: 3 * time.Second}})
		if limit := (*host.Error)(nil); errors.As(err, &limit) && limit.Code == host.CPULimit {
			t.Skip("a pattern takes time without end, as some do")
		}
		if err != nil {
			t.Fatal(err)
		}
		var matched, refused int
		if _, err := fmt.Sscan(result.Log[0].Text, &matched, &refused); err != nil {
			t.Fatal(err)
		}
		if matched < 300 || refused > 100 {
			t.Errorf("of 1,200 searches %d matched, of 200 patterns %d were refused: that compares little", matched, refused)
		}
	})
}
