package measure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloche/host"
)

func (b *bench) limitsPart() part {
	p := part{
		Section: Section{
			ID: "limit", Title: "Limits",
			About: "Where the limits really end: how long a runaway outlives them, and how far recursion, memory and the log go with the default limits.",
		},
		steps: b.killSteps(),
	}
	if len(surroundings()) == 1 {
		p.Note = "Left out: killing while other cores are busy. There is one core."
	}
	for _, r := range recursions() {
		p.steps = append(p.steps, step{r.name, 10, func(ctx context.Context) ([]Metric, error) { return b.measureEnd(ctx, r) }})
	}
	for _, h := range hoards() {
		p.steps = append(p.steps, step{h.name, 40, func(ctx context.Context) ([]Metric, error) { return b.measureEnd(ctx, h) }})
	}
	p.steps = append(p.steps, step{"log flood", 40, b.measureFlood})
	return p
}

// end is a script that goes as far as it can, reports how far that was, and fails
// of it.
type end struct {
	id, name, source string
	unit             Unit
	code             host.Code
}

func recursions() []end {
	return []end{
		{"limit.recursion", "calls of a plain function", `let depth = 0;
			function f() { depth++; f(); }
			try { f(); } catch (e) { report(depth); throw e; }`, Count, host.StackOverflow},
		{"limit.recursion.native", "calls through Array.map", `let depth = 0;
			function f() { depth++; [0].map(f); }
			try { f(); } catch (e) { report(depth); throw e; }`, Count, host.StackOverflow},
	}
}

// hoards allocate 64 KiB at a time; what they report is what they asked for, not
// what it took.
func hoards() []end {
	hoard := func(id, name, one string) end {
		return end{"limit.memory." + id, "memory in " + name, fmt.Sprintf(`let kept = [], size = 0;
			try { for (;;) { kept.push(%s); size += 65536; } } catch (e) { kept = null; report(size); throw e; }`, one), Bytes, host.MemoryLimit}
	}
	return []end{
		hoard("arrays", "arrays of numbers", "new Array(8192).fill(1.5)"),
		hoard("strings", "strings", "String(size).padEnd(65536, 'x')"),
		hoard("buffers", "buffers", "new ArrayBuffer(65536)"),
	}
}

func (b *bench) measureEnd(ctx context.Context, e end) ([]Metric, error) {
	s, err := b.compile(ctx, e.source)
	if err != nil {
		return nil, err
	}
	reached := -1.0
	report := func(_ context.Context, c *host.Call) (host.Value, error) {
		reached = c.Arg(0).Number()
		return host.Value{}, nil
	}
	result, err := s.Run(ctx, host.Run{Functions: map[string]host.Func{"report": report}, Limits: measurable()})
	if err := wants(e.code, err); err != nil {
		return nil, err
	}
	if reached < 0 {
		return nil, errors.New("the script could not report how far it came")
	}
	note := fmt.Sprintf("ends with %s", result.Receipt.Code)
	if e.unit == Bytes {
		note += "; the limit is 64 MiB"
	}
	return []Metric{{ID: e.id, Name: e.name, Unit: e.unit, Value: reached, Note: note}}, nil
}

// measureFlood lets a script write its log as fast as it can.
func (b *bench) measureFlood(ctx context.Context) ([]Metric, error) {
	s, err := b.compile(ctx, `const line = "x".repeat(1000); for (;;) console.log(line)`)
	if err != nil {
		return nil, err
	}
	limits := host.Limits{CPU: b.scale.sample / 2, Wall: time.Hour}
	result, err := s.Run(ctx, host.Run{Limits: limits})
	if err := wants(host.CPULimit, err); err != nil {
		return nil, err
	}
	kept := 0
	for _, line := range result.Log {
		kept += len(line.Text)
	}
	lines := float64(result.Receipt.LogLines)
	return []Metric{
		{ID: "limit.log.rate", Name: "log flood, lines of 1000 bytes", Unit: PerSecond, Value: lines / result.Receipt.Wall.Seconds()},
		{ID: "limit.log.kept", Name: "log flood, text kept", Unit: Bytes, Value: float64(kept),
			Note: fmt.Sprintf("of %.0f lines; the limit is 256 KiB", lines)},
	}, nil
}
