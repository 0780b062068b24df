// Command report runs the hostile suite and prints a table of what became of each
// case, or with soak, runs a mixed load for long.
//
//	report [--busy 8] [--rounds 10]
//	report soak [--runs 100000] [--workers 8] [--seed 1]
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"cloche/host"
	"cloche/tests/hostile"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	work, args := table, os.Args[1:]
	if len(args) > 0 && args[0] == "soak" {
		work, args = soak, args[1:]
	}
	if err := work(ctx, args); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// table runs every case once and prints a line for each, and a summary.
func table(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("report", flag.ExitOnError)
	busy := flags.Int("busy", 8, "how many honest runs compute while runs are killed")
	rounds := flags.Int("rounds", 10, "how often each case that spins is killed")
	_ = flags.Parse(args)
	suite, cases, err := start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = suite.Close() }()
	before, _ := hostile.Resident()
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "case\toutcome\tpast its limit\tpeak memory\t")
	bad := 0
	for n, c := range cases {
		progress("case", n, len(cases))
		o := suite.Run(ctx, c)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", c.Name, o.Receipt.Code, past(o), mebibytes(o.Receipt.PeakHeap), verdict(o))
		if len(o.Problems) > 0 {
			bad++
		}
	}
	late, err := suite.KillLatencies(ctx, cases, *busy, *rounds, func(done, of int) { progress("kill", done, of) })
	progress("", 0, 0)
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	after, _ := hostile.Resident()
	fmt.Printf("\n%d cases, %d bad. %d kills beside %d busy runs, past the limit: p50 %s, p99 %s, max %s. Resident memory %s before, %s after.\n",
		len(cases), bad, len(late), *busy, quantile(late, 0.5), quantile(late, 0.99), quantile(late, 1), mebibytes(before), mebibytes(after))
	if bad > 0 {
		return fmt.Errorf("%d cases did not end as they should", bad)
	}
	return nil
}

func soak(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("report soak", flag.ExitOnError)
	runs := flags.Int("runs", 100_000, "how many runs")
	workers := flags.Int("workers", 8, "how many at a time")
	seed := flags.Uint64("seed", 1, "of the choice of scripts")
	_ = flags.Parse(args)
	suite, cases, err := start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = suite.Close() }()
	began := time.Now()
	found, err := suite.Soak(ctx, cases, *runs, *workers, *seed, func(done, of int) { progress("run", done, of) })
	progress("", 0, 0)
	if err != nil {
		return err
	}
	fmt.Printf("%d runs in %s, %d at a time\n", found.Runs, time.Since(began).Round(time.Second), *workers)
	for _, code := range slices.Sorted(maps.Keys(found.Codes)) {
		fmt.Printf("  %-16s %d\n", code, found.Codes[code])
	}
	if n := len(found.Resident); n > 0 {
		fmt.Printf("resident memory: %s after a quarter, %s half-way, %s at the end; over the last half it grew by %.1f %%\n",
			mebibytes(found.Resident[n/4]), mebibytes(found.Resident[n/2]), mebibytes(found.Resident[n-1]), 100*found.Growth())
	}
	if found.Growth() > hostile.MaxGrowth {
		found.Problems = append(found.Problems, "resident memory grows")
	}
	for _, problem := range found.Problems {
		fmt.Println("PROBLEM:", problem)
	}
	if n := len(found.Problems); n > 0 {
		return fmt.Errorf("%d problems", n)
	}
	return nil
}

func start(ctx context.Context) (*hostile.Suite, []hostile.Case, error) {
	cases, err := hostile.Cases()
	if err != nil {
		return nil, nil, err
	}
	suite, err := hostile.NewSuite(ctx, host.Config{})
	return suite, cases, err
}

// progress rewrites one line on a terminal, and is silent elsewhere. An empty what
// clears the line.
func progress(what string, done, of int) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return
	}
	text := ""
	if what != "" {
		text = fmt.Sprintf("%s %d of %d", what, done, of)
	}
	_, _ = io.WriteString(os.Stderr, "\r\033[K"+text)
}

func past(o hostile.Outcome) string {
	if o.Receipt.Code != host.CPULimit && o.Receipt.Code != host.WallLimit {
		return "–"
	}
	return milliseconds(o.Past)
}

func verdict(o hostile.Outcome) string {
	if len(o.Problems) == 0 {
		return "ok"
	}
	return "BAD: " + strings.Join(o.Problems, "; ")
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

// quantile returns the value that a share q of the sorted values does not exceed.
func quantile(sorted []time.Duration, q float64) string {
	if len(sorted) == 0 {
		return "–"
	}
	return milliseconds(sorted[min(int(q*float64(len(sorted))), len(sorted)-1)])
}
