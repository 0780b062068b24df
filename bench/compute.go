package main

import (
	"embed"
	"fmt"
	"math"
	"path"
	"strings"
	"time"

	"cloche/bench/worker"
)

//go:embed programs/*.js
var programFiles embed.FS

// program is one of bench/programs: it computes, and reports a checksum.
type program struct{ name, source string }

func programs() ([]program, error) {
	entries, err := programFiles.ReadDir("programs")
	if err != nil {
		return nil, err
	}
	var list []program
	for _, entry := range entries {
		text, err := programFiles.ReadFile(path.Join("programs", entry.Name()))
		if err != nil {
			return nil, err
		}
		list = append(list, program{strings.TrimSuffix(entry.Name(), ".js"), string(text)})
	}
	return list, nil
}

// measureCompute runs every program on every engine, in turn.
func (b *bench) measureCompute() error {
	list, err := programs()
	if err != nil {
		return err
	}
	var lines []computed
	for n, p := range list {
		b.progress("compute: %s (%d of %d)", p.name, n+1, len(list))
		request := worker.Request{Op: worker.OpRun, Count: 3, Budget: int64(100 * time.Millisecond)}
		lanes := b.lanes(p.name, p.source, []string{"report"}, request, loaded)
		lanes = b.alternate(pick(b, b.options.rounds, 1), lanes)
		b.checkReports(p.name, lanes)
		lines = append(lines, computed{p.name, lanes})
	}
	b.tabulate(lines)
	return nil
}

// computed is what one program took.
type computed struct {
	program string
	lanes   []*lane
}

// checkReports makes sure that all engines computed the same.
func (b *bench) checkReports(name string, lanes []*lane) {
	if len(lanes) == 0 {
		return
	}
	wanted := lanes[0].responses[0].Report
	for _, l := range lanes {
		for _, r := range l.responses {
			if r.Report != wanted || wanted == "" {
				b.fail("%s: %s computed %q, %s %q", name, l.peer.label, r.Report, lanes[0].peer.label, wanted)
				break
			}
		}
	}
}

// tabulate compares the engines with ours, program by program and in the mean.
func (b *bench) tabulate(lines []computed) {
	table := Table{
		Name:    "compute",
		Title:   "Compute: what others take in terms of cloche's time",
		Columns: []Column{{"cloche", nanoseconds}},
		Note:    "The shortest of all evaluations of all rounds. More than 1: cloche is faster.",
	}
	var others []peer
	for _, p := range b.peers {
		if p.name != cloche && !p.bare && b.workers[p.name] != nil {
			others = append(others, p)
			table.Columns = append(table.Columns, Column{p.label, times})
		}
	}
	ratios := make([][]float64, len(others))
	for _, line := range lines {
		ours := find(line.lanes, cloche)
		if ours == nil {
			continue
		}
		r := row(line.program, ours.leastEval())
		for n, p := range others {
			against := find(line.lanes, p.name).leastEval() / ours.leastEval()
			r.Values = append(r.Values, Figure(against))
			if !math.IsNaN(against) {
				ratios[n] = append(ratios[n], against)
			}
		}
		table.Rows = append(table.Rows, r)
	}
	b.summarise(&table, others, ratios)
	b.report.Tables = append(b.report.Tables, table)
}

// summarise adds the geometric means, and says where ours is worst.
func (b *bench) summarise(table *Table, others []peer, ratios [][]float64) {
	mean := row("geometric mean", none)
	chart := Chart{File: "compute.svg", Title: fmt.Sprintf("Time for %d programs, geometric mean, cloche is 1", len(table.Rows)), Unit: times, Log: true}
	chart.Bars = append(chart.Bars, Bar{"cloche", 1, true})
	figures := map[string]string{goja: figureComputeGoja, modernc: figureComputeModer}
	for n, p := range others {
		g := geomean(ratios[n])
		mean.Values = append(mean.Values, Figure(g))
		chart.Bars = append(chart.Bars, Bar{p.label, Figure(g), false})
		if figure, ok := figures[p.name]; ok && !math.IsNaN(g) {
			b.figures[figure] = g
		}
		if p.name == native && !math.IsNaN(g) {
			b.figures[figureComputeNat] = 1 / g
			table.Note += fmt.Sprintf(" Against native code cloche takes %.2f × the time.", 1/g)
		}
		if label, worst := worst(*table, n+1); label != "" && (p.name == native || p.name == goja || p.name == modernc) {
			table.Note += fmt.Sprintf(" Worst against %s: %s, %.2f × the time.", p.label, label, 1/worst)
		}
	}
	table.Rows = append(table.Rows, mean)
	b.report.Charts = append(b.report.Charts, chart)
}

// worst returns the program at which a column is least.
func worst(table Table, column int) (string, float64) {
	label, least := "", math.Inf(1)
	for _, r := range table.Rows {
		if v := float64(r.Values[column]); v < least {
			label, least = r.Label, v
		}
	}
	return label, least
}
