// Package conformance tests how much of ECMAScript scripts may rely on, feature by
// feature, in the real sandbox. The results are a table in README.md and the list in
// RESULTS.md: both are written by
//
//	go test ./tests/conformance -update
//
// and without the flag the test fails when they tell anything else than what was
// found.
package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"cloche/host"
)

var update = flag.Bool("update", false, "write README.md and RESULTS.md")

var sharedEngine = sync.OnceValues(func() (*host.Engine, error) {
	return host.New(context.Background(), host.Config{})
})

func TestFeatures(t *testing.T) {
	all := features(t)
	counts := make([]int, len(all))
	t.Run("feature", func(t *testing.T) {
		for n, f := range all {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				counts[n] = f.check(t)
			})
		}
	})
	if t.Failed() || len(counts) < 250 {
		t.Fatalf("%d features; the tables are of no use now", len(counts))
	}
	compare(t, "RESULTS.md", func(string) string { return list(all, counts) })
	compare(t, "../../README.md", func(text string) string { return inReadme(t, text, table(all)) })
}

// compare holds a file against what it should be, or makes it so.
func compare(t *testing.T, path string, want func(text string) string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !(*update && errors.Is(err, os.ErrNotExist)) {
		t.Fatal(err)
	}
	wanted := want(string(text))
	if wanted == string(text) {
		return
	}
	if !*update {
		t.Errorf("%s tells something else than was found: run go test ./tests/conformance -update", path)
		return
	}
	if err := os.WriteFile(path, []byte(wanted), 0o644); err != nil {
		t.Fatal(err)
	}
}

// check holds a feature against its head and returns how many assertions hold: of what
// is not supported, those of what happens instead.
func (f *feature) check(t *testing.T) int {
	t.Helper()
	count, err := hold(f.file, f.script)
	switch {
	case f.missing == "" && err != nil:
		t.Errorf("features/%s, from line %d: %v", f.file, f.line, err)
	case f.missing != "" && err == nil:
		t.Errorf("features/%s:%d: it is supported; it should not be, because: %s", f.file, f.line, f.missing)
	case f.missing != "" && !byScript(err):
		t.Errorf("features/%s:%d: it is not supported, but must end by itself: %v", f.file, f.line, err)
	case f.missing != "":
		t.Logf("not supported: %s: %v", f.missing, err)
	}
	switch {
	case f.missing == "":
		return count
	case f.instead == "":
		return 0
	}
	if count, err = hold(f.file, f.instead); err != nil {
		t.Errorf("features/%s, from line %d: instead: %v", f.file, f.line, err)
	}
	return count
}

var errUnfinished = errors.New("what was left for later did not come to its end")

// hold runs a script and returns how many assertions held.
func hold(name, source string) (int, error) {
	engine, err := sharedEngine()
	if err != nil {
		return 0, err
	}
	ctx := context.Background()
	script, err := engine.Compile(ctx, name, []byte(source+asserts))
	if err != nil {
		return 0, detailed(err)
	}
	count, pending := 0, 0
	var failures []error
	asserted := func(_ context.Context, call *host.Call) (host.Value, error) {
		switch call.Arg(0).Text() {
		case "begun":
			pending++
		case "ended":
			pending--
		case "failed":
			failures = append(failures, &assertion{call.Arg(1).Text()})
		default:
			count++
		}
		return host.Value{}, nil
	}
	_, err = script.Run(ctx, host.Run{
		Functions: map[string]host.Func{"asserted": asserted},
		Limits:    host.Limits{CPU: time.Minute}, // a busy machine is no failure
	})
	if err != nil {
		failures = append(failures, detailed(err))
	}
	switch {
	case len(failures) > 0:
		return count, errors.Join(failures...)
	case pending != 0:
		return count, errUnfinished
	case count == 0:
		return 0, errors.New("nothing was asserted")
	}
	return count, nil
}

// assertion is one that did not hold.
type assertion struct{ text string }

func (a *assertion) Error() string { return a.text }

// byScript reports whether it was the script that failed, and not the sandbox.
func byScript(err error) bool {
	var failed *assertion
	return err == errUnfinished || errors.As(err, &failed) || errors.Is(err, host.ScriptError) ||
		errors.Is(err, host.SyntaxError) || errors.Is(err, host.StackOverflow)
}

// detailed adds the line and the stack to what a script failed with.
func detailed(err error) error {
	var failure *host.Error
	if errors.As(err, &failure) {
		return fmt.Errorf("%w\n%s", err, failure.Detail())
	}
	return err
}
