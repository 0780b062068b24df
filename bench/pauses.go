package main

import (
	"slices"

	"cloche/bench/worker"
)

// measurePauses measures how a garbage collection of the Go process fares while a
// script computes in it.
func (b *bench) measurePauses() error {
	table := Table{
		Name:  "pauses",
		Title: "Garbage collection of the host while a script spins",
		Columns: []Column{
			{"stopped, p50", nanoseconds},
			{"stopped, p99", nanoseconds},
			{"stopped, longest", nanoseconds},
			{"runtime.GC, p50", nanoseconds},
			{"runtime.GC, longest", nanoseconds},
			{"collections", plain},
		},
		Note: "Stopped: from the wish to stop the world to its going on, /sched/pauses/total/gc:seconds, upper end of the bucket. " +
			"goja matches regular expressions like this one in linear time, so there is next to nothing to measure.",
	}
	scripts := []struct{ name, source string }{
		{"loop", "for (let i = 0, s = 0; i < 5e6; i++) s += i & 7;"},
		{"regular expression", `for (let i = 0; i < 4; i++) /^(x+)+y$/.test("x".repeat(20));`},
	}
	chart := Chart{File: "pauses.svg", Title: "Longest garbage collection while a script loops", Unit: nanoseconds, Log: true}
	for _, s := range scripts {
		b.progress("pauses: %s", s.name)
		goOnes := func(p peer) bool { return !p.bare && p.name != native }
		lanes := b.lanes(s.name, s.source, nil, worker.Request{Op: worker.OpPause}, goOnes)
		for _, l := range b.alternate(pick(b, 6, 2), lanes) {
			r := row(l.peer.label+", "+s.name, b.pauseFigures(l)...)
			table.Rows = append(table.Rows, r)
			if s.name == "loop" {
				chart.Bars = append(chart.Bars, Bar{l.peer.label, r.Values[4], l.peer.name == cloche})
			}
		}
	}
	b.report.Tables = append(b.report.Tables, table)
	b.report.Charts = append(b.report.Charts, chart)
	return nil
}

func (b *bench) pauseFigures(l *lane) []float64 {
	var stopped, collections []float64
	for _, r := range l.responses {
		stopped = append(stopped, floats(r.Pauses)...)
		collections = append(collections, floats(r.Collections)...)
	}
	if len(stopped) == 0 || len(collections) == 0 {
		return []float64{none, none, none, none, none, float64(len(collections))}
	}
	late := quantile(stopped, 0.99)
	if l.peer.name == cloche {
		b.figures[figurePause] = max(b.figures[figurePause], late)
	}
	return []float64{median(stopped), late, slices.Max(stopped), median(collections), slices.Max(collections), float64(len(collections))}
}
