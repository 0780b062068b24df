package measure

import (
	"context"
	"time"

	"cloche/host"
)

func (b *bench) startPart() part {
	return part{
		Section: Section{
			ID: "engine", Title: "Engine start",
			About: "What a process pays once: compiling the guest, or taking its machine code from the cache, and building the base image.",
		},
		steps: []step{
			{"without a cache", 150, b.measureColdStart},
			{"with a cache", 100, b.measureWarmStart},
		},
	}
}

func (b *bench) measureColdStart(ctx context.Context) ([]Metric, error) {
	samples, err := repeat(ctx, 0, b.scale.colds, func(ctx context.Context) (float64, error) {
		return b.timeStart(ctx, host.Config{})
	})
	if err != nil {
		return nil, err
	}
	return []Metric{distributed("engine.cold", "start without a cache", Nanoseconds, samples)}, nil
}

func (b *bench) measureWarmStart(ctx context.Context) ([]Metric, error) {
	if _, err := b.shared(ctx); err != nil { // fills the cache
		return nil, err
	}
	samples, err := repeat(ctx, 0, b.scale.warms, func(ctx context.Context) (float64, error) {
		return b.timeStart(ctx, host.Config{CacheDir: b.cacheDir})
	})
	if err != nil {
		return nil, err
	}
	return []Metric{distributed("engine.warm", "start with a warm cache", Nanoseconds, samples)}, nil
}

func (b *bench) timeStart(ctx context.Context, config host.Config) (float64, error) {
	start := time.Now()
	engine, err := b.open(ctx, config)
	took := time.Since(start)
	if err != nil {
		return 0, err
	}
	return float64(took), engine.Close(ctx)
}
