package hostile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"cloche/host"
)

// busy is what an honest script does that has much to compute.
const busy = `
	const words = [];
	for (let i = 0; i < 20000; i++) words.push("word" + (i * 7919) % 1000);
	const counts = _.countBy(words, (w) => w);
	console.log(JSON.stringify(_.sortBy(_.pairs(counts), 1)).length);
`

// KeepBusy runs honest scripts in n goroutines until ctx ends, and returns when
// they have.
func (s *Suite) KeepBusy(ctx context.Context, n int) error {
	script, err := s.engine.Compile(ctx, "busy.js", []byte(busy))
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	failures := make([]error, n)
	for k := range n {
		group.Go(func() {
			for ctx.Err() == nil {
				if _, err := script.Run(ctx, host.Run{}); err != nil && ctx.Err() == nil {
					failures[k] = err
					return
				}
			}
		})
	}
	group.Wait()
	return errors.Join(failures...)
}

// KillLatency runs a case that spins until its wall time is over, and returns how
// much later the run ended.
func (s *Suite) KillLatency(ctx context.Context, c Case, wall time.Duration) (time.Duration, error) {
	script, err := s.engine.Compile(ctx, c.Name+".js", []byte(c.Source))
	if err != nil {
		return 0, err
	}
	run := s.options(c)
	run.Limits.CPU = time.Hour
	run.Limits.Wall = wall
	result, err := script.Run(ctx, run)
	if !errors.Is(err, host.WallLimit) {
		return 0, fmt.Errorf("%s: error is %w, want wall_limit", c.Name, err)
	}
	return result.Receipt.Wall - wall, nil
}

// KillLatencies kills every case that spins, rounds times each, beside busy other
// runs, and returns how late each kill was, in order.
func (s *Suite) KillLatencies(ctx context.Context, cases []Case, busy, rounds int, progress func(done, of int)) ([]time.Duration, error) {
	spinning := slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return !c.spins() })
	besides, stop := context.WithCancel(ctx)
	others := make(chan error, 1)
	go func() { others <- s.KeepBusy(besides, busy) }()
	var late []time.Duration
	var failure error
	for n := 0; n < rounds*len(spinning) && failure == nil; n++ {
		var l time.Duration
		if l, failure = s.KillLatency(ctx, spinning[n%len(spinning)], 100*time.Millisecond); failure == nil {
			late = append(late, l)
		}
		if progress != nil {
			progress(n+1, rounds*len(spinning))
		}
	}
	stop()
	slices.Sort(late)
	return late, errors.Join(failure, <-others)
}
