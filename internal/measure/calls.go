package measure

import (
	"context"
	"fmt"

	"cloche/host"
)

func (b *bench) callsPart() part {
	return part{
		Section: Section{
			ID: "call", Title: "Host calls",
			About: "A call of a Go function that returns the string it got: the script, the boundary, the function, and back.",
		},
		steps: []step{
			{"16 bytes", 110, func(ctx context.Context) ([]Metric, error) {
				return b.measureCall(ctx, "call.16", "16 bytes, there and back", 16, 2000)
			}},
			{"64 KiB", 110, func(ctx context.Context) ([]Metric, error) {
				return b.measureCall(ctx, "call.64k", "64 KiB, there and back", 64<<10, 50)
			}},
		},
	}
}

// measureCall times runs of so many calls; a sample is the mean of one run.
func (b *bench) measureCall(ctx context.Context, id, name string, size, calls int) ([]Metric, error) {
	s, err := b.compile(ctx, fmt.Sprintf(
		"const text = 'x'.repeat(%d); for (let i = 0; i < %d; i++) echo(text)", size, calls))
	if err != nil {
		return nil, err
	}
	echo := func(_ context.Context, c *host.Call) (host.Value, error) { return c.Arg(0), nil }
	run := host.Run{Functions: map[string]host.Func{"echo": echo}, Limits: measurable()}
	samples, _, err := b.runOn(ctx, alone, func(ctx context.Context) (float64, error) {
		result, err := s.Run(ctx, run)
		return float64(result.Receipt.Wall) / float64(calls), err
	})
	if err != nil {
		return nil, err
	}
	metric := distributed(id, name, Nanoseconds, samples)
	metric.Note = fmt.Sprintf("means of %d calls in a row", calls)
	return []Metric{metric}, nil
}
