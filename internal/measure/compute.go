package measure

import (
	"context"
	"fmt"
	"time"

	"cloche/host"
)

// program does one operation over and over.
type program struct {
	id, name string
	prepare  string // JavaScript, once
	once     string // an expression: the operation
	times    int    // in a run, some ten milliseconds together
}

func programs() []program {
	return []program{
		{"compute.fib", "fib(16), 3193 calls", "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }", "fib(16)", 60},
		{"compute.sort", "sort of 1000 numbers", "const list = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1009)",
			"list.slice().sort((a, b) => a - b)", 40},
		{"compute.json", "JSON of 10 KB, read and written",
			"const text = JSON.stringify(Array.from({ length: 180 }, (_, id) => ({ id, name: 'item ' + id, tags: ['a', 'b'], ok: true })))",
			"JSON.stringify(JSON.parse(text))", 40},
		{"compute.regexp", "regexp over 10 KB, replacing", "const text = 'abc123 def456 '.repeat(730)",
			"text.replace(/([a-z]+)(\\d+)/g, '$2$1')", 20},
		{"compute.text", "text of 10 KB, split and joined", "const text = 'the quick brown fox '.repeat(512)",
			"text.split(' ').map((w) => w.toUpperCase()).join('-')", 40},
	}
}

func (b *bench) computePart() part {
	p := part{Section: Section{
		ID: "compute", Title: "Computing",
		About: "Small programs, as often as they fit into a second of CPU time. QuickJS interprets: this is for scripts that glue.",
	}}
	for _, program := range programs() {
		p.steps = append(p.steps, step{program.name, 110, func(ctx context.Context) ([]Metric, error) {
			return b.measureProgram(ctx, program)
		}})
	}
	return p
}

func (b *bench) measureProgram(ctx context.Context, p program) ([]Metric, error) {
	s, err := b.compile(ctx, fmt.Sprintf("%s;\nfor (let i = 0; i < %d; i++) %s;", p.prepare, p.times, p.once))
	if err != nil {
		return nil, err
	}
	samples, err := repeat(ctx, b.scale.sample, 3, func(ctx context.Context) (float64, error) {
		result, err := s.Run(ctx, host.Run{Limits: measurable()})
		return float64(p.times) * float64(time.Second) / float64(max(result.Receipt.CPU, 1)), err
	})
	if err != nil {
		return nil, err
	}
	// Percentiles of a rate read the wrong way round: its p99 would be the best.
	return []Metric{{ID: p.id, Name: p.name, Unit: PerSecond, Value: Distribute(samples).P50}}, nil
}
