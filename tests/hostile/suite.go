// Package hostile runs scripts that want to do harm, and checks what becomes of
// them: that each ends with the right code, in time, and that nothing is left of it.
//
// The scripts are in cases, one a file, so that others can add theirs, and other
// engines can be tried on them. See Case for what the head of a file says.
package hostile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/memory"
)

// Overrun is how much longer than its limit a run may last.
const Overrun = 50 * time.Millisecond

// Suite is an engine and the servers that the cases talk to. Its methods are safe
// for concurrent use.
type Suite struct {
	engine  *host.Engine
	servers *servers
	canary  *host.Script
	public  *hostfuncs.Fetcher
	private *hostfuncs.Fetcher
}

// NewSuite makes an engine with config and starts the servers, on loopback.
func NewSuite(ctx context.Context, config host.Config) (*Suite, error) {
	engine, err := host.New(ctx, config)
	if err != nil {
		return nil, err
	}
	s := &Suite{engine: engine}
	if s.canary, err = engine.Compile(ctx, "canary.js", []byte(canary)); err != nil {
		return nil, err
	}
	if s.public, err = hostfuncs.NewFetcher(hostfuncs.FetchConfig{}); err != nil {
		return nil, err
	}
	if s.private, err = hostfuncs.NewFetcher(hostfuncs.FetchConfig{
		AllowPrivate:     true,
		MaxResponseBytes: 1 << 20,
		Timeout:          2 * time.Second,
	}); err != nil {
		return nil, err
	}
	s.servers, err = startServers()
	return s, err
}

// Close ends the servers and the engine.
func (s *Suite) Close() error {
	s.servers.close()
	s.public.Close()
	s.private.Close()
	return s.engine.Close(context.Background())
}

// Outcome is what became of a case.
type Outcome struct {
	Case    Case
	Receipt host.Receipt
	Log     string
	// Past is how long the run went on past the limit that ended it; zero when none
	// did.
	Past time.Duration
	// Problems is what should not be; empty when all is well.
	Problems []string
}

// Run runs a case, and after it a script of another tenant, which must find nothing
// of it.
func (s *Suite) Run(ctx context.Context, c Case) Outcome {
	o := s.outcome(ctx, c)
	if err := s.RunCanary(ctx); err != nil {
		o.problem("the next run: %v", err)
	}
	return o
}

func (s *Suite) outcome(ctx context.Context, c Case) Outcome {
	o := Outcome{Case: c}
	script, err := s.engine.Compile(ctx, c.Name+".js", []byte(c.Source))
	if err != nil {
		o.judge(err)
		return o
	}
	result, err := script.Run(ctx, s.options(c))
	o.Receipt = result.Receipt
	o.Log = logText(result)
	o.judge(err)
	return o
}

// options are what a case is granted.
func (s *Suite) options(c Case) host.Run {
	var grants hostfuncs.Grants
	run := host.Run{Limits: c.Limits}
	if c.grants("storage") {
		space := storage.Open(memory.New(), storage.Scope(c.Name), storage.Limits{Keys: 100, TotalBytes: 10 << 10})
		grants.Storage = &space
	}
	switch {
	case c.grants("server"):
		grants.Fetch = s.private.Run()
		run.Variables, _ = json.Marshal(s.servers.addresses())
	case c.grants("fetch"):
		grants.Fetch = s.public.Run()
	}
	run.Functions = grants.Functions()
	return run
}

func (o *Outcome) problem(format string, args ...any) {
	o.Problems = append(o.Problems, fmt.Sprintf(format, args...))
}

// judge holds the outcome against what was expected.
func (o *Outcome) judge(err error) {
	code := host.OK
	var failure *host.Error
	switch {
	case errors.As(err, &failure):
		code = failure.Code
		if code == host.InternalError {
			o.problem("the engine failed: %v", errors.Unwrap(failure))
		}
	case err != nil:
		o.problem("the run could not begin: %v", err)
		return
	}
	if !slices.Contains(o.Case.Expect, code) {
		o.problem("it ended with %s, want one of %v (%v)", code, o.Case.Expect, err)
	}
	if o.Receipt.Code == "" {
		o.Receipt.Code = code // it did not compile
	}
	if o.Receipt.Code != code {
		o.problem("the receipt says %s, the error %s", o.Receipt.Code, code)
	}
	limits := o.Case.Limits.WithDefaults()
	switch code {
	case host.CPULimit:
		o.Past = max(0, o.Receipt.CPU-limits.CPU)
	case host.WallLimit:
		o.Past = max(0, o.Receipt.Wall-limits.Wall)
	}
	if o.Past > Overrun {
		o.problem("it went on for %v past its limit", o.Past)
	}
	// What tells of an error may take a little more than the limit.
	if peak := o.Receipt.PeakHeap; peak > limits.Memory+1<<20 {
		o.problem("its heap had %d bytes, past the limit of %d", peak, limits.Memory)
	}
	// The line that says how much was dropped, and the host's own, come on top.
	if len(o.Log) > limits.Log+1<<10 {
		o.problem("its log has %d bytes, past the limit of %d", len(o.Log), limits.Log)
	}
	if o.Case.Prints != nil && !o.Case.Prints.MatchString(o.Log) {
		o.problem("its log is %q, which does not match %v", clip(o.Log), o.Case.Prints)
	}
}

func clip(text string) string {
	const most = 400
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

func logText(result host.Result) string {
	var lines []string
	for _, line := range result.Log {
		if line.Level != "cloche" && line.Level != "http" {
			lines = append(lines, line.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// canary looks for what others may have left, and uses what they may have broken.
const canary = `
	const found = Object.getOwnPropertyNames(globalThis).filter((name) => /secret|stolen|leak/i.test(name));
	const added = [Object, Array, Function, String, Promise, Map].flatMap((c) =>
		Object.keys(c.prototype).concat(Object.keys(c)));
	const sum = [1, 2, 3].map((x) => x * 2).reduce((a, b) => a + b);
	const text = JSON.stringify({ found, added, sum, date: typeof Date.now(), re: "aab".replace(/a+/, "c") });
	console.log(text, _.uniq([1, 1, 2]).length);
`

const canarySays = `{"found":[],"added":[],"sum":12,"date":"number","re":"cb"} 2`

// RunCanary runs a script of an honest tenant.
func (s *Suite) RunCanary(ctx context.Context) error {
	result, err := s.canary.Run(ctx, host.Run{})
	if err != nil {
		return err
	}
	if got := logText(result); got != canarySays {
		return fmt.Errorf("it logged %q", got)
	}
	return nil
}

// Settle waits until no more goroutines run than before, and returns how many are
// left over.
func Settle(before int) int {
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return 0
		}
		time.Sleep(10 * time.Millisecond)
	}
	return runtime.NumGoroutine() - before
}
