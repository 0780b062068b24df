package host_test

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"testing"
	"time"

	"cloche/host"
)

//go:embed testdata/stringify.js
var stringifyScript string

// JSON.stringify, which is ours in part (quickjs/patches/0025), writes what the
// algorithm of the standard writes.
func FuzzStringify(f *testing.F) {
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
		source := fmt.Sprintf("const FIRST = %d, COUNT = 400;\n%s", seed, stringifyScript)
		s, err := e.Compile(t.Context(), "stringify.js", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		result, err := s.Run(t.Context(), host.Run{Limits: host.Limits{CPU: 30 * time.Second}})
		if err != nil {
			t.Fatal(err)
		}
		if written, err := strconv.Atoi(result.Log[0].Text); err != nil || written < 10_000 {
			t.Errorf("%q were written: that compares little", result.Log[0].Text)
		}
	})
}
