// Package scriptapi tests what scripts may rely on, in the real sandbox with the
// real host functions.
package scriptapi

import (
	"context"
	"strings"
	"sync"
	"testing"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/memory"
)

var sharedEngine = sync.OnceValues(func() (*host.Engine, error) {
	return host.New(context.Background(), host.Config{})
})

func compile(t testing.TB, source string) *host.Script {
	t.Helper()
	engine, err := sharedEngine()
	if err != nil {
		t.Fatal(err)
	}
	script, err := engine.Compile(context.Background(), "script.js", []byte(source))
	if err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	return script
}

// newSpace returns storage of a script's own.
func newSpace() *storage.Space {
	space := storage.Open(memory.New(), "test", storage.Limits{})
	return &space
}

// run runs a script with storage, crypto and URL, and the fetch it is given.
func run(t testing.TB, source string, fetch host.Func) (string, error) {
	t.Helper()
	grants := hostfuncs.Grants{Storage: newSpace(), Fetch: fetch}
	return runWith(t, source, host.Run{Functions: grants.Functions()})
}

// runWith returns what the script logged.
func runWith(t testing.TB, source string, options host.Run) (string, error) {
	t.Helper()
	result, err := compile(t, source).Run(context.Background(), options)
	var lines []string
	for _, line := range result.Log {
		if line.Level != "cloche" {
			lines = append(lines, line.Text)
		}
	}
	return strings.Join(lines, "\n"), err
}

// expect runs a script and compares its log.
func expect(t *testing.T, source, want string) {
	t.Helper()
	got, err := run(t, source, nil)
	if err != nil {
		t.Errorf("%v in\n%s", err, source)
	}
	if got != want {
		t.Errorf("log is\n%s\nwant\n%s\nin\n%s", got, want, source)
	}
}
