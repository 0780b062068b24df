package host_test

import (
	"context"
	_ "embed"
	"fmt"
	"testing"
	"time"

	"cloche/host"
)

//go:embed testdata/random.js
var randomScript string

// knownSeeds are those with which the scripts run in every test; with all of them they must
// end. Between them 4 and 5 make patterns that go back for a second or three.
var knownSeeds = []uint32{0, 1, 2, 3, 6, 7, 8}

// fuzzScript runs a script that tries count things at random and throws when one is not
// as it must be. look gets the seed and how the run ended.
func fuzzScript(f *testing.F, script string, count int, look func(t *testing.T, seed uint32, log []host.LogLine, err error)) {
	for _, seed := range knownSeeds {
		f.Add(seed)
	}
	e, err := host.New(context.Background(), host.Config{CacheDir: f.TempDir()})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = e.Close(context.Background()) })
	f.Fuzz(func(t *testing.T, seed uint32) {
		t.Parallel()
		source := fmt.Sprintf("const FIRST = %d, COUNT = %d;\n%s%s", seed, count, randomScript, script)
		s, err := e.Compile(t.Context(), "random.js", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		// The fuzzer takes what needs 10 s for a process that hangs.
		result, err := s.Run(t.Context(), host.Run{Limits: host.Limits{CPU: 3 * time.Second}})
		look(t, seed, result.Log, err)
	})
}
