package main

import (
	_ "embed"
	"fmt"
	"math"
	"strings"
	"time"

	"cloche/bench/worker"
)

// measureStart measures a fresh sandbox for every run: with a handler, with an
// empty script, and with scripts of other sizes.
func (b *bench) measureStart() error {
	b.measureHandler()
	b.measureEmpty()
	b.measureSizes()
	return nil
}

//go:embed scripts/handler.js
var handlerSource string

//go:embed scripts/small.js
var smallSource string

// turn is how long an engine has its turn in one round.
func (b *bench) turn() int64 {
	return int64(pick(b, 400*time.Millisecond, 200*time.Millisecond))
}

func (b *bench) measureHandler() {
	b.progress("start: a handler")
	request := worker.Request{Op: worker.OpRun, Count: pick(b, 4000, 1000), Budget: b.turn()}
	lanes := b.alternate(b.options.rounds, b.lanes("handler", handlerSource, nil, request, loaded))
	request.Workers = 2
	threaded := func(p peer) bool { return !p.bare && p.name != native }
	b.progress("start: a handler, two goroutines")
	pairs := b.alternate(b.options.rounds, b.lanes("handler", handlerSource, nil, request, threaded))
	b.checkLogs(append(lanes, pairs...))

	table := Table{
		Name:  "handler",
		Title: "A fresh sandbox for a handler of 5 KB: activity, one read from storage, one line of log",
		Columns: []Column{
			{"p50", nanoseconds},
			{"p99", nanoseconds},
			{"runs", perSecond},
			{"runs a core, two at a time", perSecond},
			{"p50 in terms of cloche's", times},
		},
		Note: "The API and Underscore are loaded, the script is parsed beforehand where an engine can. Native: one thread, and no limits.",
	}
	chart := Chart{File: "start.svg", Title: "A fresh sandbox for a handler, p50", Unit: nanoseconds, Log: true}
	ours := find(lanes, cloche)
	for _, l := range lanes {
		pair := none
		if other := find(pairs, l.peer.name); other != nil {
			pair = median(other.perRound(throughput)) / 2
		}
		p50 := median(l.totals())
		table.Rows = append(table.Rows, row(l.peer.label, p50, quantile(l.totals(), 0.99),
			median(l.perRound(throughput)), pair, ratio(l, ours, medianTotal)))
		chart.Bars = append(chart.Bars, Bar{l.peer.label, Figure(p50), l.peer.name == cloche})
	}
	b.report.Tables = append(b.report.Tables, table)
	b.report.Charts = append(b.report.Charts, chart)
	if ours != nil {
		b.figures[figureHandlerP50] = median(ours.totals())
		b.figures[figureHandlerP99] = quantile(ours.totals(), 0.99)
		b.figures[figureHandlerRate] = median(ours.perRound(throughput))
		b.setRatio(figureVsGoja, find(lanes, goja), ours, medianTotal)
		b.setRatio(figureVsQJS, find(lanes, qjsOff), ours, medianTotal)
	}
}

// setRatio notes a ratio for the goals, if there is one.
func (b *bench) setRatio(figure string, l, ours *lane, of func(worker.Response) float64) {
	if r := ratio(l, ours, of); !math.IsNaN(r) {
		b.figures[figure] = r
	}
}

// checkLogs makes sure that every run did what it was meant to do.
func (b *bench) checkLogs(lanes []*lane) {
	for _, l := range lanes {
		for _, r := range l.responses {
			if r.Logged != int64(len(r.Total)) {
				b.fail("%s: %s: %d runs wrote %d lines", l.peer.label, l.request.Name, len(r.Total), r.Logged)
				break
			}
		}
	}
}

func (b *bench) measureEmpty() {
	b.progress("start: an empty script")
	request := worker.Request{Op: worker.OpRun, Count: pick(b, 4000, 1000), Budget: b.turn()}
	everyone := func(peer) bool { return true }
	lanes := b.alternate(b.options.rounds, b.lanes("empty", "0", nil, request, everyone))
	table := Table{
		Name:    "empty",
		Title:   "A fresh sandbox for an empty script",
		Columns: []Column{{"p50", nanoseconds}, {"p99", nanoseconds}, {"p50 in terms of cloche's", times}},
		Note:    "goja, bare: a runtime with neither Underscore nor the API.",
	}
	ours := find(lanes, cloche)
	for _, l := range lanes {
		table.Rows = append(table.Rows, row(l.peer.label, median(l.totals()), quantile(l.totals(), 0.99), ratio(l, ours, medianTotal)))
	}
	b.report.Tables = append(b.report.Tables, table)
	if ours != nil {
		b.figures[figureEmpty] = median(ours.totals())
	}
}

// measureSizes compares installed scripts of ours that do the same work.
func (b *bench) measureSizes() {
	b.progress("start: sizes of scripts")
	request := worker.Request{Op: worker.OpRun, Count: pick(b, 2000, 500), Budget: b.turn()}
	const large = 500 << 10
	var lanes []*lane
	for _, s := range []struct{ label, source string }{
		{"1 KB", smallSource},
		{"500 KB, a bundle of modules", bundle(large) + smallSource},
		{"500 KB, functions of the top level", topLevel(large) + smallSource},
	} {
		for _, l := range b.lanes(s.label, s.source, nil, request, func(p peer) bool { return p.name == cloche }) {
			l.peer.label = s.label
			lanes = append(lanes, l)
		}
	}
	lanes = b.alternate(b.options.rounds, lanes)
	b.checkLogs(lanes)
	table := Table{
		Name:    "sizes",
		Title:   "cloche: a fresh sandbox for an installed script, by its size",
		Columns: []Column{{"p50", nanoseconds}, {"p99", nanoseconds}, {"p50 in terms of 1 KB", times}},
		Note:    "All do the work of the one of 1 KB. Functions of the top level are 2,900 global functions; like the modules they are made once, when the script is installed.",
	}
	for n, l := range lanes {
		r := ratio(l, lanes[0], medianTotal)
		table.Rows = append(table.Rows, row(l.peer.label, median(l.totals()), quantile(l.totals(), 0.99), r))
		if n == 1 {
			b.figures[figureLargeScript] = r
		}
	}
	b.report.Tables = append(b.report.Tables, table)
}

// bundle returns a script of about size bytes as bundlers write them: a table of
// modules, each a function around its own, of which none is needed.
func bundle(size int) string {
	var out strings.Builder
	out.WriteString("var modules = {\n")
	for n := 0; out.Len() < size; n++ {
		fmt.Fprintf(&out, "  %q: function (module, exports, require) {\n", fmt.Sprintf("./lib/module%d.js", n))
		for k := range 10 {
			out.WriteString(filler(fmt.Sprintf("helper%d", k), n+k))
		}
		out.WriteString("    exports.helper = helper0;\n  },\n")
	}
	out.WriteString("};\n")
	return out.String()
}

// topLevel returns a script of about size bytes of global functions.
func topLevel(size int) string {
	var out strings.Builder
	for n := 0; out.Len() < size; n++ {
		out.WriteString(filler(fmt.Sprintf("helper%d", n), n))
	}
	return out.String()
}

func filler(name string, n int) string {
	return fmt.Sprintf(`    function %s(list, options) {
      var total = %d;
      for (var i = 0; i < list.length; i++) {
        if (list[i] && options["key%d"]) total += list[i].size * %d;
      }
      return { total: total, name: "result %d" };
    }
`, name, n, n%40, n%7+1, n)
}
