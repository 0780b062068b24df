package hostile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/memory"
)

// The interpreter and the compiler of the WebAssembly engine must give a script the
// same outcome: where they differ, one of them has a bug that a script may use.

// bothEngines are one of each.
var bothEngines = sync.OnceValues(func() ([]*host.Engine, error) {
	var engines []*host.Engine
	for _, interpreter := range []bool{false, true} {
		engine, err := host.New(context.Background(), host.Config{Interpreter: interpreter})
		if err != nil {
			return nil, err
		}
		engines = append(engines, engine)
	}
	return engines, nil
})

// Limits of the comparison. The interpreter takes 20 to 50 times as long: what ends
// the compiler's run by a limit ends the interpreter's by the same limit, sooner.
const (
	// spinning is the CPU limit of a case that never ends by itself.
	spinning = 50 * time.Millisecond
	// patience is what the interpreter may take at most over a case that does; it is
	// about 2 s.
	patience = 10 * time.Second
	// quick is what such a case may take the compiler to be tried at all.
	quick = 40 * time.Millisecond
)

// comparison is a script that both engines run with the same inputs.
type comparison struct {
	name, source string
	limits       host.Limits
	grants       func() hostfuncs.Grants
	// expect are the codes that will do. Nil: any, but the same in both.
	expect []host.Code
	// deep says that it recurses until the stack ends, which is smaller in the
	// interpreter: it takes another number of steps to get there.
	deep bool
}

// run compares. It returns false when it would take the interpreter too long.
func (c comparison) run(t *testing.T) bool {
	t.Helper()
	engines, err := bothEngines()
	if err != nil {
		t.Fatal(err)
	}
	outcomes := make([]outcome, 0, 2)
	for n, engine := range engines {
		if n == 1 && outcomes[0].tooLong(c.limits) {
			return false
		}
		o := c.runOn(engine)
		if o.other != nil {
			t.Fatalf("the run could not begin: %v", o.other)
		}
		if c.expect != nil && !slices.Contains(c.expect, o.code) {
			t.Errorf("engine %d ended with %s, want one of %v", n, o.code, c.expect)
		}
		outcomes = append(outcomes, o)
	}
	compiled, interpreted := outcomes[0], outcomes[1]
	if c.expect == nil && compiled.code != interpreted.code {
		t.Errorf("the compiler ended with %s, the interpreter with %s", compiled.code, interpreted.code)
	}
	if compiled.code != host.OK || interpreted.code != host.OK {
		return true
	}
	if compiled.log != interpreted.log {
		t.Errorf("the compiler logged %q, the interpreter %q", clip(compiled.log), clip(interpreted.log))
	}
	if compiled.steps != interpreted.steps && !c.deep {
		t.Errorf("the compiler took %d steps, the interpreter %d", compiled.steps, interpreted.steps)
	}
	return true
}

type outcome struct {
	code  host.Code
	log   string
	steps int64
	cpu   time.Duration
	other error // not of the run
}

func (o outcome) tooLong(limits host.Limits) bool {
	return o.cpu > quick && limits.CPU > spinning
}

// runOn runs the script with a seed and a clock that are always the same.
func (c comparison) runOn(engine *host.Engine) outcome {
	ctx := context.Background()
	// Compiling is bound by its own limits: the interpreter takes long over some.
	script, err := engine.CompileWithLimits(ctx, c.name+".js", []byte(c.source), host.Limits{Memory: c.limits.Memory})
	var result host.Result
	if err == nil {
		result, err = script.Run(ctx, host.Run{
			Functions: c.grants().Functions(),
			Activity:  json.RawMessage(`{"type":"differential"}`),
			Limits:    c.limits,
			Seed:      [32]byte{1, 2, 3},
			Now:       time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		})
	}
	o := outcome{code: host.OK, log: logText(result), steps: result.Receipt.Steps, cpu: result.Receipt.CPU}
	if err != nil {
		o.code, o.other = codeOf(err)
	}
	return o
}

func codeOf(err error) (host.Code, error) {
	var failure *host.Error
	if errors.As(err, &failure) {
		return failure.Code, nil
	}
	return "", err
}

// Every case that needs no server.
func TestCasesInBothEngines(t *testing.T) {
	if testing.Short() {
		t.Skip("the interpreter takes its time")
	}
	t.Parallel()
	fetcher, err := hostfuncs.NewFetcher(hostfuncs.FetchConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fetcher.Close)
	var mutex sync.Mutex
	var skipped []string
	t.Run("cases", func(t *testing.T) {
		for _, c := range allCases(t) {
			if c.grants("server") {
				continue
			}
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				if !compareCase(t, c, fetcher) {
					mutex.Lock()
					skipped = append(skipped, c.Name)
					mutex.Unlock()
				}
			})
		}
	})
	t.Logf("the interpreter would take too long over %v", skipped)
}

func compareCase(t *testing.T, c Case, fetcher *hostfuncs.Fetcher) bool {
	limits := c.Limits
	limits.CPU = patience
	if slices.Contains(c.Expect, host.CPULimit) {
		limits.CPU = spinning
	}
	// Where the memory ends is of no matter, but how long that takes is.
	if c.Prints == nil && slices.Contains(c.Expect, host.MemoryLimit) {
		limits.Memory = 4 << 20
	}
	grants := func() (grants hostfuncs.Grants) {
		if c.grants("storage") {
			space := storage.Open(memory.New(), storage.Scope(c.Name), storage.Limits{Keys: 100, TotalBytes: 10 << 10})
			grants.Storage = &space
		}
		if c.grants("fetch") {
			grants.Fetch = fetcher.Run()
		}
		return grants
	}
	return comparison{
		name: c.Name, source: c.Source, limits: limits, grants: grants,
		expect: c.Expect, deep: strings.HasPrefix(c.Name, "s"),
	}.run(t)
}

// The scripts of the tests of the script API: what the language and the API are.
func TestScriptAPIInBothEngines(t *testing.T) {
	if testing.Short() {
		t.Skip("the interpreter takes its time")
	}
	t.Parallel()
	sources := scriptAPISources(t)
	if len(sources) < 15 {
		t.Fatalf("only %d scripts were found", len(sources))
	}
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			grants := func() hostfuncs.Grants {
				space := storage.Open(memory.New(), "differential", storage.Limits{})
				return hostfuncs.Grants{Storage: &space}
			}
			limits := host.Limits{CPU: patience, Memory: 32 << 20}
			comparison{name: "script", source: source, limits: limits, grants: grants}.run(t)
		})
	}
}

// scriptAPISources returns the scripts that the tests of the script API pass to
// expect, by where they stand.
func scriptAPISources(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("../scriptapi/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	sources := make(map[string]string)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files := token.NewFileSet()
		tree, err := parser.ParseFile(files, path, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			source, err := strconv.Unquote(literal.Value)
			if err != nil || !strings.Contains(source, "console.log(") {
				return true
			}
			at := files.Position(literal.Pos())
			sources[fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Line)] = source
			return true
		})
	}
	return sources
}
