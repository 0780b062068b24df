package main

import (
	"fmt"
	"time"

	"cloche/bench/worker"
)

// measureCalls measures one call of a host function that returns its argument.
func (b *bench) measureCalls() error {
	table := Table{
		Name:  "calls",
		Title: "A host function called with a string that it returns, there and back",
		Note:  "goja passes a reference to a Go string; the others copy it out and in. Loop and call in JavaScript are in the figures.",
	}
	sizes := []struct {
		name         string
		bytes, calls int
	}{{"16 B", 16, 20_000}, {"64 KiB", 64 << 10, 300}}
	columns := make([][]*lane, len(sizes))
	for n, size := range sizes {
		b.progress("calls: %s", size.name)
		source := fmt.Sprintf("const text = 'x'.repeat(%d);\nfor (let i = 0; i < %d; i++) echo(text);\n", size.bytes, size.calls)
		request := worker.Request{Op: worker.OpRun, Count: 10, Budget: int64(150 * time.Millisecond)}
		lanes := b.lanes("echo "+size.name, source, []string{"echo"}, request, loaded)
		columns[n] = b.alternate(b.options.rounds, lanes)
		table.Columns = append(table.Columns, Column{size.name, nanoseconds}, Column{"in terms of cloche's", times})
	}
	chart := Chart{File: "calls.svg", Title: "A host call with 16 bytes, there and back", Unit: nanoseconds, Log: true}
	for _, p := range b.peers {
		if p.bare || b.workers[p.name] == nil {
			continue
		}
		r := row(p.label)
		for n, size := range sizes {
			each, against := none, none
			if l := find(columns[n], p.name); l != nil {
				each = median(l.perRound(medianEval)) / float64(size.calls)
				against = ratio(l, find(columns[n], cloche), medianEval)
			}
			r.Values = append(r.Values, Figure(each), Figure(against))
		}
		table.Rows = append(table.Rows, r)
		chart.Bars = append(chart.Bars, Bar{p.label, r.Values[0], p.name == cloche})
		if p.name == cloche {
			b.figures[figureCall] = float64(r.Values[0])
		}
	}
	b.report.Tables = append(b.report.Tables, table)
	b.report.Charts = append(b.report.Charts, chart)
	return nil
}
