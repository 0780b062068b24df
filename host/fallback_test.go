package host

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/semaphore"

	"cloche/wasm"
)

// startedEngine makes an engine the way New does, but for what change does to it
// before the guest starts, and changeBase to the base image before the first run.
func startedEngine(t *testing.T, cache string, change func(*Engine), changeBase func(*image)) *Engine {
	t.Helper()
	ctx := context.Background()
	e := &Engine{
		config: Config{CacheDir: cache, MaxMemory: 32 << 20, IdleSlots: 2}, module: wasm.Module(),
		reservation: 32<<20 + memorySlack,
		images:      newImageCache(defaultImageCache),
		budget:      semaphore.NewWeighted(defaultMemoryBudget),
	}
	change(e)
	if err := e.compile(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(ctx) })
	i, err := e.newInstance(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.initialise(withRun(ctx, startupRun(ctx))); err != nil {
		t.Fatal(err)
	}
	if e.base, err = newBaseImage(i); err != nil {
		t.Fatal(err)
	}
	changeBase(e.base)
	i.home = i.memory.Size()
	e.release(i)
	return e
}

func nothing(*Engine) {}
func asItIs(*image)   {}

// Systems differ in what they let an engine do with memory: reserve it, map an image
// over it, tell which pages were written, give pages back. A run is the same on all.
func TestRunsAreTheSameOnEverySystem(t *testing.T) {
	t.Parallel()
	cache := filepath.Join(t.TempDir(), "cache")
	systems := map[string]*Engine{
		"this one": startedEngine(t, cache, nothing, asItIs),
		"nothing can be reserved": startedEngine(t, cache, func(e *Engine) {
			e.reservation = 1 << 62
		}, asItIs),
		"nothing can be mapped": startedEngine(t, cache, nothing, func(base *image) {
			base.frozen, base.pages = nil, nil
		}),
	}
	if e := systems["nothing can be reserved"]; !e.idle[0].linear.moves {
		t.Fatal("2^62 bytes were reserved")
	}
	compareSystems(t, systems)
}

// compareSystems runs scripts that use memory in different ways, several times on each
// system, and compares what they wrote and the steps they took.
func compareSystems(t *testing.T, systems map[string]*Engine) {
	t.Helper()
	scripts := map[string]string{
		"small":   `globalThis.seen = typeof seen; console.log(seen, Object.keys(globalThis).length)`,
		"large":   `const table = {` + strings.Repeat(`"k": [1, 2, "`+strings.Repeat("x", 400)+`"], `, 6000) + `}; console.log(table.k[2].length)`,
		"growing": `const all = []; for (let i = 0; i < 60; i++) all.push("x".repeat(1e5) + i); console.log(all.join("").length)`,
		"full":    `const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1))`,
		"deep":    `function f(n) { return n && f(n - 1) + 1; } console.log(f(2000))`,
	}
	for name, source := range scripts {
		var want string
		var steps int64
		for system, e := range systems {
			s, err := e.CompileWithLimits(context.Background(), "s.js", []byte(source), Limits{Source: 8 << 20})
			if err != nil {
				t.Fatalf("%s: %s: %v", name, system, err)
			}
			for round := range 3 {
				result, err := s.Run(context.Background(), Run{Seed: [32]byte{1}, Limits: Limits{Memory: 16 << 20}})
				got := ""
				if err != nil {
					got = err.Error() + "\n"
				}
				for _, line := range result.Log {
					got += line.Text + "\n"
				}
				if want == "" {
					want, steps = got, result.Receipt.Steps
				}
				if got != want || result.Receipt.Steps != steps {
					t.Errorf("%s: %s: in round %d it wrote %q in %d steps, elsewhere %q in %d",
						name, system, round, got, result.Receipt.Steps, want, steps)
				}
			}
		}
	}
}

// An instance whose image cannot be restored is given up, and the next run gets
// another.
func TestImagesThatCannotBeRestored(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e := startedEngine(t, "", nothing, asItIs)
	tooLarge := *e.base
	tooLarge.size = uint32(e.reservation) + wasmPage
	if _, err := e.acquire(ctx, &tooLarge); err == nil || !strings.Contains(err.Error(), "cannot grow") {
		t.Errorf("an image larger than the reservation: %v", err)
	}
	i, err := e.acquire(ctx, e.base)
	if err != nil {
		t.Fatal(err)
	}
	i.stackPointer.Set(e.base.sp - 16)
	if _, err := newScriptImage(e.base, i); err == nil {
		t.Error("an image was made of an instance that is not at rest")
	}
	i.stackPointer.Set(1 << 31)
	if _, err := newBaseImage(i); err == nil {
		t.Error("an image was made of an instance whose stack is outside memory")
	}
	i.close(ctx)
	if err := e.runtime.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := e.acquire(ctx, e.base); err == nil {
		t.Error("an instance was made in a closed runtime")
	}
}
