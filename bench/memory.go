package main

import (
	"strconv"

	"cloche/bench/worker"
)

// blockSource is a handler that waits in a host function when it has done its work.
const blockSource = "\nblock();\n"

// measureMemory measures what sandboxes and scripts add to the resident memory.
// Each figure comes from a process of its own.
func (b *bench) measureMemory() error {
	counts := pick(b, []int{1, 10, 100, 1000}, []int{1, 100})
	table := Table{
		Name:  "memory",
		Title: "Resident memory, for each",
		Note: "Running: the handler of 5 KB has done its work and waits in a host function. Idle: ready for a run. " +
			"Installed: one of 500 scripts of 5 KB, none of which runs. The heap of Go was collected and given back before.",
	}
	states := []string{worker.Running, worker.Idle}
	for _, state := range states {
		for _, count := range counts {
			table.Columns = append(table.Columns, Column{state + ", " + thousands(strconv.Itoa(count)), bytesUnit})
		}
	}
	table.Columns = append(table.Columns, Column{"installed", bytesUnit})
	chart := Chart{File: "memory.svg", Title: "Memory of a running sandbox, of 100", Unit: bytesUnit, Log: true}
	for _, p := range b.peers {
		// The kill switch changes nothing here.
		if p.name == qjsOn || p.bare || b.workers[p.name] == nil {
			continue
		}
		b.progress("memory: %s", p.label)
		r := row(p.label)
		for _, state := range states {
			for _, count := range counts {
				v := b.memoryOf(p, state, count)
				r.Values = append(r.Values, Figure(v))
				b.noteMemory(&chart, p, state, count, v)
			}
		}
		installed := b.memoryOf(p, worker.Installed, 500)
		if p.name == cloche {
			b.figures[figureInstalled] = installed
		}
		r.Values = append(r.Values, Figure(installed))
		table.Rows = append(table.Rows, r)
	}
	b.report.Tables = append(b.report.Tables, table)
	b.report.Charts = append(b.report.Charts, chart)
	return nil
}

func (b *bench) noteMemory(chart *Chart, p peer, state string, count int, v float64) {
	if state != worker.Running || count != 100 || p.name == native {
		return
	}
	chart.Bars = append(chart.Bars, Bar{p.label, Figure(v), p.name == cloche})
	if p.name == cloche {
		b.figures[figureRunning] = v
	}
}

// memoryOf returns what one of count adds; NaN when it failed.
func (b *bench) memoryOf(p peer, state string, count int) float64 {
	if p.name == native && state != worker.Idle {
		return none // one thread: nothing can wait; and bytecode is its own affair
	}
	bytes, err := b.memoryIn(p, state, count)
	if err != nil {
		b.fail("memory of %d %s: %v", count, state, err)
		return none
	}
	return float64(bytes) / float64(count)
}

func (b *bench) memoryIn(p peer, state string, count int) (int64, error) {
	sandbox := b.sandbox
	if state == worker.Idle {
		sandbox.Slots = count + 1
	}
	w, err := b.startWorker(p, sandbox)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	// A first run of everything, so that what is made once is not counted.
	steps := []worker.Request{
		{Op: worker.OpInstall, Name: "first", Source: handlerSource},
		{Op: worker.OpRun, Name: "first", Count: 3},
		{Op: worker.OpInstall, Name: "block", Source: handlerSource + blockSource, Functions: []string{"block"}},
		{Op: worker.OpMemory, Name: "block", Source: handlerSource, State: state, Count: count},
	}
	var response worker.Response
	for _, step := range steps {
		if response, err = w.Do(step); err != nil {
			return 0, err
		}
	}
	return response.Bytes, nil
}
