package measure

import (
	"context"
	"fmt"
	"runtime"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/memory"
)

func (b *bench) runsPart() part {
	return part{
		Section: Section{
			ID: "run", Title: "Fresh sandboxes",
			About: "What every run pays: a sandbox that nothing has touched, the run, and wiping it. The handler is a script of 5 KB that reads its activity, reads storage once and logs one line.",
		},
		steps: []step{
			{"empty script", 230, b.measureEmpty},
			{"handler", 230, b.measureHandler},
			{"script of 1 KB", 110, func(ctx context.Context) ([]Metric, error) {
				return b.measureSize(ctx, "run.script.1k", "installed script of 1 KB", 1_000)
			}},
			{"script of 500 KB", 140, func(ctx context.Context) ([]Metric, error) {
				return b.measureSize(ctx, "run.script.500k", "installed script of 500 KB", 500_000)
			}},
		},
	}
}

func (b *bench) measureEmpty(ctx context.Context) ([]Metric, error) {
	s, err := b.compile(ctx, "")
	if err != nil {
		return nil, err
	}
	return b.measureRuns(ctx, "run.empty", "empty script", timed(s, func() host.Run { return host.Run{} }))
}

func (b *bench) measureHandler(ctx context.Context) ([]Metric, error) {
	s, err := b.compile(ctx, handlerScript)
	if err != nil {
		return nil, err
	}
	store := memory.New()
	defer store.Close()
	const scope = "bench"
	if err := store.Set(ctx, scope, "channel", storage.String("#deployments"), storage.Limits{}); err != nil {
		return nil, err
	}
	space := storage.Open(store, scope, storage.Limits{})
	run := host.Run{
		Activity:  []byte(handlerActivity),
		Functions: hostfuncs.Grants{Storage: &space}.Functions(),
	}
	return b.measureRuns(ctx, "run.handler", "handler of 5 KB", timed(s, func() host.Run { return run }))
}

// measureRuns measures runs one at a time, and on all cores.
func (b *bench) measureRuns(ctx context.Context, id, name string, once func(context.Context) (float64, error)) ([]Metric, error) {
	single, singleRate, err := b.runOn(ctx, alone, once)
	if err != nil {
		return nil, err
	}
	many, manyRate, err := b.runOn(ctx, everywhere(), once)
	if err != nil {
		return nil, err
	}
	cores := fmt.Sprintf("%d at a time", everywhere())
	return []Metric{
		distributed(id, name+", one at a time", Nanoseconds, single),
		distributed(id+".all", name+", "+cores, Nanoseconds, many),
		{ID: id + ".rate", Name: name + ", one at a time", Unit: PerSecond, Value: singleRate},
		{ID: id + ".rate.all", Name: name + ", " + cores, Unit: PerSecond, Value: manyRate},
	}, nil
}

// measureSize measures what an installed script's size costs every run.
func (b *bench) measureSize(ctx context.Context, id, name string, size int) ([]Metric, error) {
	s, err := b.compile(ctx, bundle(size))
	if err != nil {
		return nil, err
	}
	runtime.GC() // of the compilation
	samples, _, err := b.runOn(ctx, alone, timed(s, func() host.Run { return host.Run{} }))
	if err != nil {
		return nil, err
	}
	return []Metric{distributed(id, name, Nanoseconds, samples)}, nil
}
