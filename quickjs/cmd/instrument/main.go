// Command instrument inserts fuel checks into a WebAssembly module.
//
// It writes the instrumented module, reads it back, and fails if any loop
// beyond the exempted ones is without a check. The exit code is 0 on success, 1
// on failure and 2 on wrong usage; on failure it writes no file.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"cloche/quickjs/instrument"
)

func main() { os.Exit(run(os.Args[1:], os.Stderr)) }

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// run is main with its arguments and its standard error.
func run(args []string, stderr io.Writer) int {
	cmd, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		return exitUsage // parse has said why
	}
	report, err := cmd.instrument()
	if err != nil {
		fmt.Fprintf(stderr, "instrument: %v\n", err)
		return exitFailure
	}
	fmt.Fprintln(stderr, summary(cmd, report))
	return exitOK
}

// command is what the command line asks for.
type command struct {
	in     string
	out    string
	report string // empty for none
	opts   instrument.Options
}

// parse reads the command line and prints what is wrong with it.
func parse(args []string, stderr io.Writer) (command, error) {
	var cmd command
	flags := flag.NewFlagSet("instrument", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&cmd.in, "in", "", "read the module from `FILE` (required)")
	flags.StringVar(&cmd.out, "out", "", "write the instrumented module to `FILE` (required)")
	flags.StringVar(&cmd.report, "report", "", "write a JSON report to `FILE`")
	flags.Func("loop-weight", "fuel a loop head takes, from 1 (default 1)", weight(&cmd.opts.LoopWeight))
	flags.Func("marker-weight", "fuel a marker takes, from 1 (default 1)", weight(&cmd.opts.MarkerWeight))
	flags.Func("exempt", "leave a dispatch loop unchecked: `FUNCTION:TARGETS:REASON`; may be repeated",
		func(s string) error { return addExemption(&cmd.opts, s) })
	err := flags.Parse(args)
	if err == nil && (cmd.in == "" || cmd.out == "" || flags.NArg() > 0) {
		err = errors.New("instrument: -in and -out are required, and nothing else but flags")
		fmt.Fprintln(stderr, err)
		flags.Usage()
	}
	return cmd, err
}

// weight returns a parser of a weight.
func weight(to *int32) func(string) error {
	return func(s string) error {
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil || n < 1 || n > instrument.MaxWeight {
			return fmt.Errorf("want a number from 1 to %d", instrument.MaxWeight)
		}
		*to = int32(n)
		return nil
	}
}

// addExemption parses an exemption. Only the reason may contain colons.
func addExemption(opts *instrument.Options, s string) error {
	parts := strings.SplitN(s, ":", 3)
	if len(parts) != 3 || parts[0] == "" || parts[2] == "" {
		return errors.New("want FUNCTION:TARGETS:REASON")
	}
	targets, err := strconv.Atoi(parts[1])
	if err != nil || targets < 1 {
		return errors.New("want a positive number of targets")
	}
	opts.Exempt = append(opts.Exempt, instrument.Exemption{
		Function: parts[0], MinTargets: targets, Reason: parts[2],
	})
	return nil
}

// instrument does the work.
func (c command) instrument() (instrument.Report, error) {
	raw, err := os.ReadFile(c.in)
	if err != nil {
		return instrument.Report{}, err
	}
	module, report, err := instrument.Instrument(raw, c.opts)
	if err != nil {
		return instrument.Report{}, err
	}
	if err := verify(module, report); err != nil {
		return instrument.Report{}, err
	}
	if err := os.WriteFile(c.out, module, 0o644); err != nil {
		return instrument.Report{}, err
	}
	if c.report == "" {
		return report, nil
	}
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return instrument.Report{}, err
	}
	return report, os.WriteFile(c.report, append(text, '\n'), 0o644)
}

// verify makes sure that only exempted loops are without a check.
func verify(module []byte, report instrument.Report) error {
	verified, err := instrument.Verify(module, instrument.VerifyOptions{})
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	for _, loop := range verified.Unchecked {
		exempt := slices.ContainsFunc(report.Exempted, func(e instrument.ExemptedLoop) bool {
			return e.FuncIndex == loop.FuncIndex && e.LoopIndex == loop.LoopIndex
		})
		if !exempt {
			return fmt.Errorf("verify: function %d (%s): loop %d has no check",
				loop.FuncIndex, loop.Function, loop.LoopIndex)
		}
	}
	return nil
}

// summary says in a paragraph what has been done.
func summary(c command, r instrument.Report) string {
	text := fmt.Sprintf("%s: %d functions, %d loops, %d loop checks, %d marker checks, %d exempt",
		c.out, r.Functions, r.Loops, r.LoopChecks, r.MarkerChecks, len(r.Exempted))
	for _, e := range r.Exempted {
		text += fmt.Sprintf("; %s (function %d, loop %d): %s", e.Function, e.FuncIndex, e.LoopIndex, e.Reason)
	}
	return text + "; verified"
}
