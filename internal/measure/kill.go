package measure

import (
	"context"
	"fmt"
	"sync"
	"time"

	"cloche/host"
)

// runaway is a script that does not end.
type runaway struct{ id, name, source string }

func runaways() []runaway {
	return []runaway{
		{"loop", "empty loop", "for (;;);"},
		{"regexp", "regexp", `/^(a+)+$/.test("a".repeat(40) + "b")`},
		{"join", "join of 1e9", `Array(1e9).join("")`},
		{"promises", "promise jobs", "(async () => { for (;;) await 0 })()"},
	}
}

// surrounding is what else the process does while something is measured.
type surrounding struct {
	id, name string
	spinning int // scripts that keep cores busy
}

// surroundings are a quiet process and one that is busy on all cores but the one
// that is measured; on a machine with one core there is no such thing.
func surroundings() []surrounding {
	list := []surrounding{{"", "", 0}}
	if others := everywhere() - 1; others > 0 {
		list = append(list, surrounding{".busy", ", other cores busy", others})
	}
	return list
}

func (b *bench) killSteps() []step {
	var steps []step
	for _, around := range surroundings() {
		for _, r := range runaways() {
			steps = append(steps, step{r.name + around.name, 100, func(ctx context.Context) ([]Metric, error) {
				return b.among(ctx, around, func() ([]Metric, error) { return b.measureKill(ctx, r, around) })
			}})
		}
		steps = append(steps, step{"wall limit and cancelling" + around.name, 100, func(ctx context.Context) ([]Metric, error) {
			return b.among(ctx, around, func() ([]Metric, error) { return b.measureClock(ctx, around) })
		}})
	}
	return steps
}

// among measures while other scripts keep cores busy.
func (b *bench) among(ctx context.Context, around surrounding, measure func() ([]Metric, error)) ([]Metric, error) {
	stop, err := b.spin(ctx, around.spinning)
	if err != nil {
		return nil, err
	}
	defer stop()
	return measure()
}

// spin starts scripts that compute until they are stopped.
func (b *bench) spin(ctx context.Context, scripts int) (stop func(), err error) {
	s, err := b.compile(ctx, "console.log('going'); for (;;);")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	going := make(chan struct{}, scripts)
	var group sync.WaitGroup
	for range scripts {
		group.Go(func() {
			_, _ = s.Run(ctx, host.Run{Limits: measurable(), OnLog: onFirst(func() { going <- struct{}{} })})
		})
	}
	stop = func() { cancel(); group.Wait() }
	if !meet(ctx, going, scripts) {
		stop()
		return nil, ctx.Err()
	}
	return stop, nil
}

// onFirst returns an OnLog that calls do at the first line: the log of a run that
// is cancelled has another one at its end.
func onFirst(do func()) func(host.LogLine) {
	var once sync.Once
	return func(host.LogLine) { once.Do(do) }
}

// measureKill measures how much CPU time a runaway gets beyond its limit.
func (b *bench) measureKill(ctx context.Context, r runaway, around surrounding) ([]Metric, error) {
	s, err := b.compile(ctx, r.source)
	if err != nil {
		return nil, err
	}
	limits := host.Limits{CPU: b.scale.killCPU, Wall: time.Hour}
	early := 0
	samples, err := repeat(ctx, 0, b.scale.kills, func(ctx context.Context) (float64, error) {
		result, err := s.Run(ctx, host.Run{Limits: limits})
		over := result.Receipt.CPU - limits.CPU
		if over < 0 {
			early++
		}
		return float64(max(over, 0)), wants(host.CPULimit, err)
	})
	if err != nil {
		return nil, err
	}
	metric := distributed("limit.kill."+r.id+around.id, r.name+around.name, Nanoseconds, samples)
	metric.Note = "past the CPU limit"
	if early > 0 {
		metric.Note += fmt.Sprintf("; %d of %d ended before, by their steps", early, len(samples))
	}
	return []Metric{metric}, nil
}

// measureClock measures by the clock how long a spinning script outlives its wall
// limit, and being cancelled.
func (b *bench) measureClock(ctx context.Context, around surrounding) ([]Metric, error) {
	s, err := b.compile(ctx, "console.log('going'); for (;;);")
	if err != nil {
		return nil, err
	}
	limits := host.Limits{CPU: time.Hour, Wall: b.scale.killCPU}
	walls, err := repeat(ctx, 0, b.scale.kills, func(ctx context.Context) (float64, error) {
		start := time.Now()
		_, err := s.Run(ctx, host.Run{Limits: limits})
		return float64(max(time.Since(start)-limits.Wall, 0)), wants(host.WallLimit, err)
	})
	if err != nil {
		return nil, err
	}
	cancels, err := repeat(ctx, 0, b.scale.kills, func(ctx context.Context) (float64, error) { return timeCancel(ctx, s) })
	if err != nil {
		return nil, err
	}
	metrics := []Metric{
		distributed("limit.wall"+around.id, "wall limit"+around.name, Nanoseconds, walls),
		distributed("limit.cancel"+around.id, "cancelling"+around.name, Nanoseconds, cancels),
	}
	metrics[0].Note = "empty loop, by the clock until Run returns"
	metrics[1].Note = metrics[0].Note
	return metrics, nil
}

// timeCancel returns the time from cancelling a run until it has ended.
func timeCancel(ctx context.Context, s *host.Script) (float64, error) {
	runCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	going, cancelled := make(chan struct{}), make(chan time.Time, 1)
	go func() {
		select {
		case <-going:
			time.Sleep(time.Millisecond) // well into the loop
		case <-runCtx.Done():
		}
		cancelled <- time.Now()
		cancel()
	}()
	_, err := s.Run(runCtx, host.Run{Limits: measurable(), OnLog: onFirst(func() { close(going) })})
	ended := time.Now()
	cancel() // for a run that never began
	return float64(ended.Sub(<-cancelled)), wants(host.Cancelled, err)
}
