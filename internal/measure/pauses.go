package measure

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"slices"
	"time"
)

func (b *bench) pausesPart() part {
	return part{
		Section: Section{
			ID: "gc", Title: "Garbage collection pauses",
			About: "How long the whole process stands still for a garbage collection of the host, and how much of that is waiting for goroutines to stop, while scripts spin on all cores.",
		},
		steps: []step{
			{"no script", 20, func(ctx context.Context) ([]Metric, error) { return b.measurePauses(ctx, "", "no script", 0) }},
			{"scripts spin", 60, func(ctx context.Context) ([]Metric, error) {
				return b.measurePauses(ctx, ".spinning", "scripts spin", everywhere())
			}},
		},
	}
}

// The histograms of package runtime/metrics, in seconds.
const (
	pauseTotal    = "/sched/pauses/total/gc:seconds"
	pauseStopping = "/sched/pauses/stopping/gc:seconds"
)

func (b *bench) measurePauses(ctx context.Context, id, name string, scripts int) ([]Metric, error) {
	stop, err := b.spin(ctx, scripts)
	if err != nil {
		return nil, err
	}
	defer stop()
	before, err := readPauses()
	if err != nil {
		return nil, err
	}
	for n := 0; n < b.scale.pauses && ctx.Err() == nil; n++ {
		runtime.GC()
	}
	after, err := readPauses()
	if err != nil {
		return nil, err
	}
	total := between(before[pauseTotal], after[pauseTotal])
	stopping := between(before[pauseStopping], after[pauseStopping])
	note := fmt.Sprintf("%d collections", b.scale.pauses)
	return []Metric{
		{ID: "gc.pause" + id, Name: "pause, " + name, Unit: Nanoseconds, Value: total.P50, Distribution: &total, Note: note},
		{ID: "gc.stop" + id, Name: "of it waiting, " + name, Unit: Nanoseconds, Value: stopping.P50, Distribution: &stopping},
	}, nil
}

// readPauses returns the histograms by name. The runtime may reuse their memory,
// hence the copies.
func readPauses() (map[string]metrics.Float64Histogram, error) {
	samples := []metrics.Sample{{Name: pauseTotal}, {Name: pauseStopping}}
	metrics.Read(samples)
	read := map[string]metrics.Float64Histogram{}
	for _, s := range samples {
		if s.Value.Kind() != metrics.KindFloat64Histogram {
			return nil, errors.New("this Go does not tell its pauses")
		}
		h := s.Value.Float64Histogram()
		read[s.Name] = metrics.Float64Histogram{Counts: slices.Clone(h.Counts), Buckets: slices.Clone(h.Buckets)}
	}
	return read, nil
}

// between returns the distribution, in nanoseconds, of what was counted since
// before.
func between(before, after metrics.Float64Histogram) Distribution {
	counts := make([]uint64, len(after.Counts))
	for i := range counts {
		counts[i] = after.Counts[i] - before.Counts[i]
	}
	bounds := make([]float64, len(after.Buckets))
	for i, seconds := range after.Buckets {
		bounds[i] = seconds * float64(time.Second)
	}
	return fromHistogram(bounds, counts)
}
