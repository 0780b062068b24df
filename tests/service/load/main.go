// Load measures a server of its own: how many activities it takes and runs a second,
// with durable settings, and how long they wait. It prints a table, and with -json the
// figures.
//
//	load -runner bin/runner
//
// With -postgres the server works on a PostgreSQL that is started for it, and so do two
// of them. What follows the flags is given to runner serve.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"cloche/secret"
	"cloche/storage/postgres/postgrestest"
	"cloche/tests/service/process"
)

func main() {
	options := loadOptions{}
	flag.StringVar(&options.runner, "runner", "bin/runner", "the `program` to measure")
	flag.IntVar(&options.activities, "activities", 5000, "how many activities each measurement sends")
	flag.StringVar(&options.other, "other", "", "the `program` of the second server, such as the next version; default -runner")
	flag.IntVar(&options.projects, "projects", 8, "how many projects they go to")
	flag.BoolVar(&options.postgres, "postgres", false, "measure on a PostgreSQL, started for this, in place of SQLite")
	flag.IntVar(&options.senders, "senders", 32, "how many connections send at a time")
	flag.DurationVar(&options.soak, "soak", 0, "put mixed load on a server for this long as well, and see whether it leaks")
	flag.StringVar(&options.only, "only", "", "make the `measurement` of this name alone")
	asJSON := flag.Bool("json", false, "print the figures as JSON")
	flag.Parse()
	options.flags = flag.Args()
	options.other = cmp.Or(options.other, options.runner)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	report, err := measure(ctx, options)
	if err == nil {
		err = report.print(*asJSON)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

type loadOptions struct {
	runner     string
	other      string
	activities int
	projects   int
	senders    int
	postgres   bool
	only       string
	flags      []string
	soak       time.Duration
}

// measure makes all measurements, each on a server and a database of its own.
func measure(ctx context.Context, o loadOptions) (*report, error) {
	r := &report{Date: time.Now().UTC().Format(time.DateOnly), Go: runtime.Version(), Processors: runtime.NumCPU()}
	base, end, err := o.databases()
	if err != nil {
		return nil, err
	}
	defer end()
	given := o.flags
	for _, step := range []struct {
		name  string
		do    func(context.Context, *process.Server, loadOptions, *report) error
		flags []string
		skip  bool
	}{
		{name: "idle", do: measureIdle},
		{name: "intake", do: measureIntake},
		{name: "end to end", do: measureRuns},
		{name: "storage and log", do: measureStorage},
		{name: "fairness", do: measureFairness},
		{name: "latency", do: measureLatency},
		{name: "two servers", do: measureTwo, flags: waitingFlags, skip: !o.postgres},
		{name: "soak", do: measureSoak, skip: o.soak == 0},
	} {
		if o.only != "" && o.only != step.name || step.skip {
			continue
		}
		fmt.Fprintf(os.Stderr, "load: %s\n", step.name)
		flags, err := base(ctx)
		if err != nil {
			return nil, err
		}
		o.flags = slices.Concat(flags, given)
		s, err := process.Start(ctx, o.runner, slices.Concat(o.flags, step.flags))
		if err != nil {
			return nil, err
		}
		if err := step.do(ctx, s, o, r); err != nil {
			return nil, fmt.Errorf("%s: %w (%v)", step.name, err, s.Stop())
		}
		if err := s.Stop(); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// databases starts the PostgreSQL that is asked for. The returned functions make the flags
// that have servers use a new database of it, and end it.
func (o loadOptions) databases() (flags func(context.Context) ([]string, error), end func(), err error) {
	if !o.postgres {
		return func(context.Context) ([]string, error) { return nil, nil }, func() {}, nil
	}
	cluster, err := postgrestest.StartDurable()
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			cluster.Stop()
		}
	}()
	dir, err := os.MkdirTemp("", "cloche-load-*")
	if err != nil {
		return nil, nil, err
	}
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte(secret.NewKey(nil).Text()), 0o600); err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	flags = func(ctx context.Context) ([]string, error) {
		dsn, err := cluster.Create(ctx)
		return []string{"--database", dsn, "--key-file", key}, err
	}
	return flags, func() {
		cluster.Stop()
		_ = os.RemoveAll(dir)
	}, nil
}

// report holds the figures. Durations are in milliseconds.
type report struct {
	Date       string   `json:"date"`
	Go         string   `json:"go"`
	Processors int      `json:"processors"`
	Figures    []figure `json:"figures"`
}

type figure struct {
	Name  string  `json:"name"`
	Goal  string  `json:"goal,omitempty"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Met   bool    `json:"met"`
}

// add adds a figure; less says whether goal is the most it may be, or the least. A goal
// of 0 is none.
func (r *report) add(name, unit string, value, goal float64, less bool) {
	f := figure{Name: name, Value: value, Unit: unit, Met: true}
	switch {
	case goal == 0:
	case less:
		f.Goal, f.Met = fmt.Sprintf("≤ %g %s", goal, unit), value <= goal
	default:
		f.Goal, f.Met = fmt.Sprintf("≥ %g %s", goal, unit), value >= goal
	}
	r.Figures = append(r.Figures, f)
}

func (r *report) print(asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	t := table.NewWriter()
	t.AppendHeader(table.Row{"", "goal", "measured", ""})
	for _, f := range r.Figures {
		state := ""
		switch {
		case f.Goal != "" && f.Met:
			state = "met"
		case f.Goal != "":
			state = "MISSED"
		}
		t.AppendRow(table.Row{f.Name, f.Goal, fmt.Sprintf("%.4g %s", f.Value, f.Unit), state})
	}
	fmt.Printf("%d processors, %s, %s\n\n%s\n", r.Processors, r.Go, r.Date, t.RenderMarkdown())
	return nil
}
