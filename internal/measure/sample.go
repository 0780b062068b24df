package measure

import (
	"context"
	"runtime"
	"sync"
	"time"

	"cloche/host"
)

// measurable are the limits of runs that are to compute for as long as they like.
func measurable() host.Limits { return host.Limits{CPU: time.Hour, Wall: time.Hour} }

// repeat calls once until the time is used up, but least times at the least, and
// returns what the calls did.
func repeat(ctx context.Context, d time.Duration, least int, once func(context.Context) (float64, error)) ([]float64, error) {
	var samples []float64
	for end := time.Now().Add(d); len(samples) < least || time.Now().Before(end); {
		sample, err := once(ctx)
		if err != nil {
			return nil, err
		}
		samples = append(samples, sample)
	}
	return samples, nil
}

// timed returns a function that runs the script once and returns how long it
// took, in nanoseconds.
func timed(s *host.Script, options func() host.Run) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		run := options()
		start := time.Now()
		_, err := s.Run(ctx, run)
		return float64(time.Since(start)), err
	}
}

// warmUp is how often a script runs before it is measured: the first runs make
// sandboxes, the next ones reuse them.
const warmUp = 10

// runOn runs a script over and over on a number of goroutines. It returns how long
// every run took and how many there were in a second.
func (b *bench) runOn(ctx context.Context, workers int, once func(context.Context) (float64, error)) ([]float64, float64, error) {
	var mutex sync.Mutex
	var group sync.WaitGroup
	var all []float64
	var failure error
	for range warmUp {
		if _, err := once(ctx); err != nil {
			return nil, 0, err
		}
	}
	start := time.Now()
	for range workers {
		group.Go(func() {
			samples, err := repeat(ctx, b.scale.sample, 1, once)
			mutex.Lock()
			defer mutex.Unlock()
			all = append(all, samples...)
			if err != nil {
				failure = err
			}
		})
	}
	group.Wait()
	return all, float64(len(all)) / time.Since(start).Seconds(), failure
}

// alone and everywhere are how many goroutines run scripts.
const alone = 1

func everywhere() int { return runtime.GOMAXPROCS(0) }
