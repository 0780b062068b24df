// Command bench measures Cloche side by side with other ways of running JavaScript
// from Go. See README.md for how to run it and how to read what it prints.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cloche/bench/engines"
	"cloche/bench/worker"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		exit(serve(os.Args[2]))
	}
	o, err := parseOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(0)
	}
	if err == nil {
		err = run(o)
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve is the worker of the engines that are linked into this binary.
func serve(name string) error {
	all := map[string]worker.Engine{
		"cloche":  &engines.Ours{},
		"goja":    &engines.Goja{},
		"modernc": &engines.Modernc{},
	}
	if all[name] == nil {
		return fmt.Errorf("there is no engine %q", name)
	}
	return worker.Serve(all[name], os.Stdin, os.Stdout)
}

// options are the flags.
type options struct {
	quick      bool
	rounds     int
	only       []string
	json, svg  string
	markdown   string
	readme     string
	bin        string
	root       string
	underscore string
}

func parseOptions(args []string) (options, error) {
	var o options
	var only string
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&o.quick, "quick", false, "fewer rounds and smaller counts")
	flags.IntVar(&o.rounds, "rounds", 0, "how often each engine has its turn; 0: 7, with --quick 3")
	flags.StringVar(&only, "only", "", "sections, with commas: "+strings.Join(sectionNames(), ","))
	flags.StringVar(&o.json, "json", "", "write the report as JSON to this `FILE`")
	flags.StringVar(&o.svg, "svg", "", "write charts as SVG to this `DIR`")
	flags.StringVar(&o.markdown, "markdown", "", "write the report to this `FILE` too")
	flags.StringVar(&o.readme, "readme", "", "put the goals and the charts of --svg into this `FILE`, between its lines bench: begin and bench: end")
	flags.StringVar(&o.bin, "bin", "bin", "where run.sh put the workers, runner and Underscore")
	flags.StringVar(&o.root, "root", "..", "the repository")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if o.rounds == 0 {
		o.rounds = 7
		if o.quick {
			o.rounds = 3
		}
	}
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	for _, name := range o.only {
		if !slices.Contains(sectionNames(), name) {
			return o, fmt.Errorf("--only: there is no section %q", name)
		}
	}
	o.underscore = filepath.Join(o.bin, "underscore.js")
	return o, nil
}

// run measures and writes. What failed is in the report, and makes it an error.
func run(o options) error {
	b, err := newBench(o)
	if err != nil {
		return err
	}
	defer b.close()
	for _, s := range sections() {
		if len(o.only) > 0 && !slices.Contains(o.only, s.name) {
			continue
		}
		b.progress("%s", s.name)
		if err := s.measure(b); err != nil {
			b.fail("%s: %v", s.name, err)
		}
	}
	b.report.Goals = b.goals()
	if err := write(o, b.report); err != nil {
		return err
	}
	if n := len(b.report.Errors); n > 0 {
		return fmt.Errorf("%d things could not be measured; see above", n)
	}
	return nil
}

func write(o options, r Report) error {
	out := io.Writer(os.Stdout)
	if o.markdown != "" {
		file, err := os.Create(o.markdown)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		out = io.MultiWriter(out, file)
	}
	if err := printReport(out, r); err != nil {
		return err
	}
	if o.json != "" {
		if err := writeJSON(o.json, r); err != nil {
			return err
		}
	}
	if o.svg != "" {
		if err := writeCharts(o.svg, r.Charts); err != nil {
			return err
		}
	}
	if o.readme == "" {
		return nil
	}
	charts := ""
	if o.svg != "" {
		readme, err := filepath.Abs(o.readme)
		if err != nil {
			return err
		}
		svg, err := filepath.Abs(o.svg)
		if err != nil {
			return err
		}
		if charts, err = filepath.Rel(filepath.Dir(readme), svg); err != nil {
			return err
		}
	}
	return updateReadme(o.readme, filepath.ToSlash(charts), r)
}
