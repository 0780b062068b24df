package main

import (
	"bytes"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// measureCheck takes the cost of the kill check from the benchmark of package host,
// which alone can take the checks out of the guest. Where a process happens to lay
// its code changes single programs by more than the checks do, so there are
// several processes.
func (b *bench) measureCheck() error {
	values := map[string][]float64{}
	processes := pick(b, 3, 1)
	for n := range processes {
		b.progress("check: process %d of %d", n+1, processes)
		metrics, err := checkCost(b.options.root)
		if err != nil {
			return err
		}
		for name, value := range metrics {
			values[name] = append(values[name], value)
		}
	}
	table := Table{
		Name:    "check",
		Title:   "cloche: what the check that stops runaways adds to a program's time",
		Columns: []Column{{"added, median", percent}, {"least", percent}, {"most", percent}},
		Note: fmt.Sprintf("The same guest with and without its checks, in turn, in %d processes: go test ./host -bench CheckCost. ", processes) +
			"The compiler lays out the two guests differently, and that alone moves a program by tens of percent either way: a figure " +
			"below zero says that the guest without checks was laid out worse, not that checks make anything faster.",
	}
	const mean = "geomean"
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name != mean {
			table.Rows = append(table.Rows, spread(name, values[name]))
		}
	}
	table.Rows = append(table.Rows, spread("geometric mean", values[mean]))
	b.figures[figureCheck] = median(values[mean])
	b.report.Tables = append(b.report.Tables, table)
	return nil
}

func spread(label string, values []float64) Row {
	return row(label, median(values), quantile(values, 0), quantile(values, 1))
}

// checkCost runs the benchmark once and returns percent by program.
func checkCost(root string) (map[string]float64, error) {
	command := exec.Command("go", "test", "./host", "-run", "^$", "-bench", "^BenchmarkCheckCost$", "-benchtime", "1x")
	command.Dir = root
	var failure bytes.Buffer
	command.Stderr = &failure
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%v: %w\n%s%s", command.Args, err, out, failure.Bytes())
	}
	metrics := benchmarkMetrics(string(out))
	if len(metrics) == 0 {
		return nil, fmt.Errorf("the benchmark reported no figures:\n%s", out)
	}
	return metrics, nil
}

// benchmarkMetrics reads the metrics in percent of what go test -bench printed.
func benchmarkMetrics(out string) map[string]float64 {
	metrics := map[string]float64{}
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		for n := 2; n+1 < len(fields); n += 2 {
			name, isPercent := strings.CutSuffix(fields[n+1], "-%")
			value, err := strconv.ParseFloat(fields[n], 64)
			if isPercent && err == nil {
				metrics[name] = value
			}
		}
	}
	return metrics
}
