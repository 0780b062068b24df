package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"cloche/internal/measure"
)

// benchOptions are the flags of bench.
type benchOptions struct {
	quick, full bool
	format      string
	html        string
	cpuProfile  string
}

func newBenchCommand(s Streams) *cobra.Command {
	var o benchOptions
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure the sandbox on this machine",
		Long: `bench measures the sandbox on this machine: what it costs to start one, to call
the host, to compute and to hold memory, how fast a runaway is killed, and where
recursion, memory and the log end. It takes half a minute.

The table goes to standard output, progress to standard error. What other
programs do at the same time shows: repeat it, and trust medians.`,
		Example: `  runner bench
  runner bench --quick
  runner bench --html bench.html
  runner bench --full --format json > bench.json
  runner bench --cpuprofile cpu.pprof && go tool pprof -top cpu.pprof`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return bench(c.Context(), s, o)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.quick, "quick", false, "take 5 seconds; percentiles of so few runs say little")
	f.BoolVar(&o.full, "full", false, "take two minutes, and hold 1000 sandboxes at a time")
	f.StringVar(&o.format, "format", "table", "`table` or json")
	f.StringVar(&o.html, "html", "", "write a page with charts to `file` too")
	f.StringVar(&o.cpuProfile, "cpuprofile", "", "write a CPU profile of the measuring to `file`, for go tool pprof")
	return c
}

// bench does what bench does. Everything that can be wrong with the flags and
// files is found before it measures for half a minute.
func bench(ctx context.Context, s Streams, o benchOptions) (err error) {
	effort, err := o.effort()
	if err != nil {
		return err
	}
	page, err := createReplacement(o.html)
	if err != nil {
		return invalid("--html %s: %s", o.html, plainReason(err))
	}
	defer page.discard()
	stopProfile, err := startProfile(o.cpuProfile)
	if err != nil {
		return invalid("--cpuprofile %s: %s", o.cpuProfile, plainReason(err))
	}
	progress, clearProgress := newBenchProgress(s.Err)
	report, err := measure.Run(ctx, measure.Options{Effort: effort, OnStep: progress})
	clearProgress()
	err = errors.Join(err, stopProfile())
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted: nothing was written")
	case err != nil:
		return err
	}
	return o.write(s, report, page)
}

func (o benchOptions) effort() (measure.Effort, error) {
	switch {
	case o.format != "table" && o.format != "json":
		return "", usage("--format %s: it must be table or json", o.format)
	case o.quick && o.full:
		return "", usage("--quick and --full exclude each other")
	case o.quick:
		return measure.Quick, nil
	case o.full:
		return measure.Full, nil
	}
	return measure.Standard, nil
}

// write shows the report. What could not be measured is in it, and makes the
// command fail when all else is written.
func (o benchOptions) write(s Streams, report measure.Report, page *replacement) error {
	if page != nil {
		if err := writeBenchPage(page.file, report); err != nil {
			return err
		}
		if err := page.commit(); err != nil {
			return err
		}
	}
	if o.format == "json" {
		encoder := json.NewEncoder(s.Out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(report); err != nil {
			return err
		}
	} else {
		writeBenchTable(s.Out, report)
	}
	if page != nil {
		fmt.Fprintf(s.Err, "The page is in %s\n", page.path)
	}
	if n := report.Problems(); n > 0 {
		return fmt.Errorf("%d of the measurements failed", n)
	}
	return nil
}

// startProfile profiles the process into a file, if there is a path.
func startProfile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(expandHome(path))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}

// newBenchProgress returns what shows how far the measuring is: a bar on a
// terminal, which clear removes, a line for every section elsewhere.
func newBenchProgress(w io.Writer) (show func(measure.Step), clear func()) {
	if !isTerminal(w) || os.Getenv("TERM") == "dumb" {
		return newBenchLines(w), func() {}
	}
	return newBenchProgressBar(w), func() { fmt.Fprint(w, "\r\x1b[K") }
}

func newBenchProgressBar(w io.Writer) func(measure.Step) {
	saucer := "█"
	if newPalette(w).on {
		saucer = "[cyan]█[reset]"
	}
	var bar *progressbar.ProgressBar
	return func(step measure.Step) {
		if bar == nil {
			bar = progressbar.NewOptions(step.Total,
				progressbar.OptionSetWriter(w),
				progressbar.OptionSetWidth(24),
				progressbar.OptionEnableColorCodes(newPalette(w).on),
				progressbar.OptionSetPredictTime(false),
				progressbar.OptionSetTheme(progressbar.Theme{Saucer: saucer, SaucerPadding: "░", BarStart: "", BarEnd: ""}),
			)
		}
		bar.Describe("Measuring")
		_ = bar.Set(step.Done)
		fmt.Fprintf(w, " %s\x1b[K", step.Section) // last, as its length varies
	}
}

func newBenchLines(w io.Writer) func(measure.Step) {
	section := ""
	return func(step measure.Step) {
		if step.Section != section && step.Section != "" {
			fmt.Fprintf(w, "measuring: %s\n", step.Section)
		}
		section = step.Section
	}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
