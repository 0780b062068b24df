package host_test

import (
	"context"
	"math"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"cloche/host"
)

// BenchmarkPause collects garbage beside a script that spins, and reports how long
// the collections stopped the world for, from asking for it on, and how long
// runtime.GC took. "idle" says what the machine does when nothing runs, "Go" when a
// goroutine spins that the scheduler can preempt anywhere: on a machine that others
// use too, most of a long pause is waiting for the kernel to run the thread at all.
func BenchmarkPause(b *testing.B) {
	for _, c := range []struct{ name, source string }{
		{"idle", ""},
		{"Go", goSpins},
		{"loop", "for (let i = 0, s = 0; ; i++) s += i & 7;"},
		{"regexp", `for (;;) /^(x+)+y$/.test("x".repeat(20));`},
		{"sort", `const a = Array.from({ length: 3e4 }, (_, i) => (i * 7919) % 30011); for (;;) a.slice().sort();`},
	} {
		b.Run(c.name, func(b *testing.B) {
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				switch c.source {
				case "":
				case goSpins:
					for ctx.Err() == nil {
					}
				default:
					spin(ctx, b, c.source)
				}
			}()
			time.Sleep(600 * time.Millisecond) // until the engine is up
			stopped, took := collect(b)
			cancel()
			<-ended
			b.ReportMetric(quantile(stopped, 0.5), "stop-p50-µs")
			b.ReportMetric(quantile(stopped, 0.99), "stop-p99-µs")
			b.ReportMetric(quantile(took, 0.5), "GC-p50-µs")
			b.ReportMetric(quantile(took, 0.99), "GC-p99-µs")
		})
	}
}

const goSpins = "a goroutine"

// spin runs a script that does not end by itself until ctx is done.
func spin(ctx context.Context, b *testing.B, source string) {
	e := benchEngine(b)
	s, err := e.Compile(context.Background(), "spin.js", []byte(source))
	if err != nil {
		b.Error(err)
		return
	}
	_, _ = s.Run(ctx, host.Run{Limits: host.Limits{CPU: time.Hour, Wall: time.Hour}})
}

// collect collects garbage again and again; it returns the pauses and the times
// of whole collections, in microseconds.
func collect(b *testing.B) (stopped, took []float64) {
	before := pauses()
	for b.Loop() {
		began := time.Now()
		runtime.GC()
		took = append(took, float64(time.Since(began).Nanoseconds())/1e3)
		time.Sleep(time.Millisecond)
	}
	for n, count := range pauses().Counts {
		for range count - before.Counts[n] {
			stopped = append(stopped, upperEnd(before, n)*1e6)
		}
	}
	return stopped, took
}

func pauses() *metrics.Float64Histogram {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(sample)
	return sample[0].Value.Float64Histogram()
}

func upperEnd(h *metrics.Float64Histogram, bucket int) float64 {
	if end := h.Buckets[bucket+1]; !math.IsInf(end, 1) {
		return end
	}
	return h.Buckets[bucket]
}

func quantile(values []float64, q float64) float64 {
	slices.Sort(values)
	if len(values) == 0 {
		return 0
	}
	return values[min(int(float64(len(values))*q), len(values)-1)]
}
