package measure

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"cloche/host"
)

func (b *bench) memoryPart() part {
	p := part{Section: Section{
		ID: "memory", Title: "Memory",
		About: "What the process occupies (resident set): for the engine, for a sandbox that waits in a host function, and for one that is kept for reuse.",
	}}
	if residentSize() == 0 {
		p.Note = "Left out: this system does not tell what a process occupies."
		return p
	}
	p.steps = []step{{"idle engine", 100, b.measureEngineMemory}}
	for n, crowd := range b.scale.crowds {
		keepIdle := n == len(b.scale.crowds)-1
		p.steps = append(p.steps, step{fmt.Sprintf("%d sandboxes", crowd), 30 + crowd/2, func(ctx context.Context) ([]Metric, error) {
			return b.measureCrowd(ctx, crowd, keepIdle)
		}})
	}
	return p
}

// settled returns the resident size when all garbage is given back.
func settled() int64 {
	debug.FreeOSMemory()
	return residentSize()
}

func (b *bench) measureEngineMemory(ctx context.Context) ([]Metric, error) {
	b.closeShared() // and with it all scripts
	samples, err := repeat(ctx, 0, 3, func(ctx context.Context) (float64, error) {
		before := settled()
		engine, err := b.open(ctx, host.Config{CacheDir: b.cacheDir})
		if err != nil {
			return 0, err
		}
		grown := settled() - before
		return float64(max(grown, 0)), engine.Close(ctx)
	})
	if err != nil {
		return nil, err
	}
	if _, err := b.shared(ctx); err != nil {
		return nil, err
	}
	return []Metric{
		{ID: "memory.engine", Name: "idle engine", Unit: Bytes, Value: Distribute(samples).P50, Note: "code, base image, one idle sandbox"},
		{ID: "memory.process", Name: "whole process, idle engine", Unit: Bytes, Value: float64(settled())},
	}, nil
}

// roomFor is what a sandbox of a crowd is expected to take at most, in bytes: a
// machine that has less left is not asked for it.
const roomFor = 6 << 20

// measureCrowd measures many sandboxes at a time, and when they are idle.
func (b *bench) measureCrowd(ctx context.Context, crowd int, keepIdle bool) (metrics []Metric, err error) {
	if free := availableMemory(); free != 0 && free < int64(crowd)*roomFor {
		return nil, fmt.Errorf("the machine has %d MiB left, which may be too little", free>>20)
	}
	b.closeShared()
	engine, err := b.open(ctx, host.Config{CacheDir: b.cacheDir, IdleSlots: crowd + 1, MemoryBudget: budget(crowd + 1)})
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := engine.Close(context.WithoutCancel(ctx)); err == nil {
			err = closing
		}
	}()
	s, err := engine.Compile(ctx, "wait.js", []byte("wait(activity.type)"))
	if err != nil {
		return nil, err
	}
	before := settled()
	running := int64(0)
	// An engine begins with one sandbox, which was there before: one run more takes it.
	if err := gather(ctx, s, crowd+1, func() { running = settled() }); err != nil {
		return nil, err
	}
	idle := settled()
	each := func(size int64) float64 { return float64(max(size-before, 0)) / float64(crowd) }
	metrics = append(metrics, Metric{
		ID: fmt.Sprintf("memory.running.%d", crowd), Name: fmt.Sprintf("each of %d running", crowd), Unit: Bytes, Value: each(running),
	})
	if keepIdle {
		metrics = append(metrics, Metric{
			ID: "memory.idle", Name: "each idle sandbox", Unit: Bytes, Value: each(idle), Note: fmt.Sprintf("of %d", crowd),
		})
	}
	return metrics, nil
}

// gather has crowd runs wait in a host function, calls then, and lets them end.
func gather(ctx context.Context, s *host.Script, crowd int, then func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	arrived, leave := make(chan struct{}), make(chan struct{})
	wait := func(ctx context.Context, _ *host.Call) (host.Value, error) {
		for _, step := range []chan struct{}{arrived, leave} {
			select {
			case step <- struct{}{}:
			case <-ctx.Done():
				return host.Value{}, ctx.Err()
			}
		}
		return host.Value{}, nil
	}
	run := host.Run{
		Activity: []byte(handlerActivity), Functions: map[string]host.Func{"wait": wait}, Limits: measurable(),
	}
	var group sync.WaitGroup
	for range crowd {
		group.Go(func() {
			if _, err := s.Run(ctx, run); err != nil {
				cancel(err)
			}
		})
	}
	if meet(ctx, arrived, crowd) {
		then()
		meet(ctx, leave, crowd)
	}
	group.Wait()
	return context.Cause(ctx)
}

// meet takes one value of everybody; false when ctx is done before.
func meet(ctx context.Context, c <-chan struct{}, crowd int) bool {
	for range crowd {
		select {
		case <-c:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
