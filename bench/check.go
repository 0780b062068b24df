package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// measureCheck takes the cost of the kill check from the benchmark of package host,
// which alone can take the checks out of the guest.
func (b *bench) measureCheck() error {
	command := exec.Command("go", "test", "./host", "-run", "^$", "-bench", "^BenchmarkCheckCost$", "-benchtime", "1x")
	command.Dir = b.options.root
	var failure bytes.Buffer
	command.Stderr = &failure
	out, err := command.Output()
	if err != nil {
		return fmt.Errorf("%v: %w\n%s%s", command.Args, err, out, failure.Bytes())
	}
	table := Table{
		Name:    "check",
		Title:   "cloche: what the check that stops runaways adds to a program's time",
		Columns: []Column{{"added", percent}},
		Note:    "The same guest with and without its checks, in turn: go test ./host -bench CheckCost.",
	}
	mean := none
	for name, value := range benchmarkMetrics(string(out)) {
		name, ok := strings.CutSuffix(name, "-%")
		switch {
		case ok && name == "geomean":
			mean = value
			b.figures[figureCheck] = value
		case ok:
			table.Rows = append(table.Rows, row(name, value))
		}
	}
	if len(table.Rows) == 0 {
		return fmt.Errorf("the benchmark reported no figures:\n%s", out)
	}
	table.Rows = append(table.Rows, row("geometric mean", mean))
	b.report.Tables = append(b.report.Tables, table)
	return nil
}

// benchmarkMetrics yields the metrics of the lines of go test -bench.
func benchmarkMetrics(out string) func(func(string, float64) bool) {
	return func(yield func(string, float64) bool) {
		for line := range strings.Lines(out) {
			fields := strings.Fields(line)
			if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
				continue
			}
			for n := 2; n+1 < len(fields); n += 2 {
				value, err := strconv.ParseFloat(fields[n], 64)
				if err == nil && !yield(fields[n+1], value) {
					return
				}
			}
		}
	}
}
