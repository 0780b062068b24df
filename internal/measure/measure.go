// Package measure measures the sandbox on the machine it runs on: what it costs to
// start one, to call the host, to compute and to hold memory, and where the limits
// really end a run. It uses what any embedder has, package host and its
// neighbours, and prints nothing.
//
// A Report is a list of sections of metrics. Durations are in nanoseconds and
// sizes in bytes, whatever their magnitude: making them readable is up to whoever
// shows them.
package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"cloche/host"
)

// Options say how much is measured. The zero Options are ready for use.
type Options struct {
	// Effort says how long it takes. Default Standard.
	Effort Effort
	// OnStep is called before every step, and once when all is done. Optional. It
	// must not block for long.
	OnStep func(Step)
}

// Effort says how many repetitions the numbers are taken from.
type Effort string

// The efforts, with the time they take on two cores.
const (
	// Quick takes 5 s: enough to see that all is well.
	Quick Effort = "quick"
	// Standard takes 30 s: p99 is worth reading.
	Standard Effort = "standard"
	// Full takes two minutes, and holds 1000 sandboxes at a time.
	Full Effort = "full"
)

// Step is a moment of the measuring.
type Step struct {
	// Section and Name are the titles of what is measured next, empty at the end.
	Section, Name string
	// Done of Total is how far it is, in parts of the time it will take.
	Done, Total int
}

// Run measures. It ends within a fraction of a second when ctx is cancelled, with
// the error of ctx. Measurements that fail do not end it: their section's Problems
// say why.
func Run(ctx context.Context, options Options) (Report, error) {
	if options.Effort == "" {
		options.Effort = Standard
	}
	scale, ok := scales()[options.Effort]
	if !ok {
		return Report{}, fmt.Errorf("measure: there is no effort %q", options.Effort)
	}
	b, err := newBench(scale)
	if err != nil {
		return Report{}, err
	}
	defer b.close()
	report := Report{
		Format: ReportFormat, Effort: options.Effort, Machine: thisMachine(), Started: time.Now().UTC(),
	}
	if report.Sections, err = b.measure(ctx, options.OnStep); err != nil {
		return Report{}, err
	}
	report.Seconds = time.Since(report.Started).Seconds()
	return report, nil
}

// scale is what an effort means.
type scale struct {
	colds, warms int           // starts of an engine
	sample       time.Duration // for a distribution of short runs
	kills        int           // of every runaway
	killCPU      time.Duration // their limit
	pauses       int           // garbage collections
	crowds       []int         // sandboxes at a time
}

func scales() map[Effort]scale {
	return map[Effort]scale{
		Quick: {colds: 1, warms: 4, sample: 50 * time.Millisecond, kills: 5,
			killCPU: 10 * time.Millisecond, pauses: 10, crowds: []int{1, 10, 100}},
		Standard: {colds: 3, warms: 20, sample: 700 * time.Millisecond, kills: 40,
			killCPU: 20 * time.Millisecond, pauses: 60, crowds: []int{1, 10, 100}},
		Full: {colds: 5, warms: 50, sample: 4 * time.Second, kills: 150,
			killCPU: 20 * time.Millisecond, pauses: 200, crowds: []int{1, 10, 100, 1000}},
	}
}

// bench is the state of the measuring. The steps run one after another.
type bench struct {
	scale    scale
	cacheDir string
	engine   *host.Engine // by way of shared
}

// part is a section and the steps that measure it.
type part struct {
	Section
	steps []step
}

// step measures what belongs together.
type step struct {
	name    string
	cost    int // about how long it takes, in hundredths of scale.sample
	measure func(context.Context) ([]Metric, error)
}

func newBench(s scale) (*bench, error) {
	dir, err := os.MkdirTemp("", "cloche-bench-")
	if err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	return &bench{scale: s, cacheDir: dir}, nil
}

func (b *bench) close() {
	b.closeShared()
	_ = os.RemoveAll(b.cacheDir)
}

func (b *bench) parts() []part {
	return []part{b.startPart(), b.runsPart(), b.callsPart(), b.computePart(), b.memoryPart(), b.limitsPart(), b.pausesPart()}
}

func (b *bench) measure(ctx context.Context, onStep func(Step)) ([]Section, error) {
	if onStep == nil {
		onStep = func(Step) {}
	}
	parts := b.parts()
	done, total := 0, 0
	for _, p := range parts {
		for _, s := range p.steps {
			total += s.cost
		}
	}
	sections := make([]Section, 0, len(parts))
	for _, p := range parts {
		for _, s := range p.steps {
			onStep(Step{Section: p.Title, Name: s.name, Done: done, Total: total})
			metrics, err := s.measure(ctx)
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if err != nil {
				p.Problems = append(p.Problems, fmt.Sprintf("%s: %v", s.name, err))
			}
			p.Metrics = append(p.Metrics, metrics...)
			done += s.cost
		}
		sections = append(sections, p.Section)
	}
	onStep(Step{Done: total, Total: total})
	return sections, nil
}

// shared returns the engine that the steps share, made at its first use.
func (b *bench) shared(ctx context.Context) (*host.Engine, error) {
	if b.engine != nil {
		return b.engine, nil
	}
	engine, err := b.open(ctx, host.Config{CacheDir: b.cacheDir, MemoryBudget: budget(2 * runtime.GOMAXPROCS(0))})
	b.engine = engine
	return engine, err
}

func (b *bench) closeShared() {
	if b.engine != nil {
		_ = b.engine.Close(context.Background())
		b.engine = nil
	}
}

// runMemory is what a run counts towards host.Config.MemoryBudget with the
// default limits.
const runMemory = (64 + 16) << 20

// budget returns a memory budget in which no run waits for another.
func budget(runs int) int64 { return max(8<<30, int64(runs)*runMemory) }

// open makes an engine. When ctx is done first it does not wait: compiling cannot
// be interrupted, and an interrupt should be heard within a second.
func (b *bench) open(ctx context.Context, config host.Config) (*host.Engine, error) {
	type made struct {
		engine *host.Engine
		err    error
	}
	ready := make(chan made, 1)
	go func() {
		engine, err := host.New(ctx, config)
		ready <- made{engine, err}
	}()
	select {
	case m := <-ready:
		return m.engine, m.err
	case <-ctx.Done():
		go func() {
			if m := <-ready; m.err == nil {
				_ = m.engine.Close(context.Background())
			}
			_ = os.RemoveAll(b.cacheDir) // it may have been made again
		}()
		return nil, context.Cause(ctx)
	}
}

// compile compiles a script on the shared engine.
func (b *bench) compile(ctx context.Context, source string) (*host.Script, error) {
	engine, err := b.shared(ctx)
	if err != nil {
		return nil, err
	}
	return engine.Compile(ctx, "bench.js", []byte(source))
}

// wants returns nil when err is what the script was to end with.
func wants(code host.Code, err error) error {
	switch {
	case errors.Is(err, code):
		return nil
	case err == nil:
		return fmt.Errorf("the run ended well, and should have ended with %s", code)
	}
	return fmt.Errorf("the run should have ended with %s: %w", code, err)
}
