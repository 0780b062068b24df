package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"cloche/bench/worker"
)

// section is one part of the benchmark.
type section struct {
	name    string
	measure func(*bench) error
}

func sections() []section {
	return []section{
		{"start", (*bench).measureStart},
		{"compute", (*bench).measureCompute},
		{"calls", (*bench).measureCalls},
		{"memory", (*bench).measureMemory},
		{"check", (*bench).measureCheck},
		{"pauses", (*bench).measurePauses},
		{"process", (*bench).measureProcess},
	}
}

func sectionNames() []string {
	var names []string
	for _, s := range sections() {
		names = append(names, s.name)
	}
	return names
}

// peer is an engine in a certain set-up.
type peer struct {
	name  string // short, for JSON
	label string // for people
	path  string
	args  []string
	bare  bool // nothing is loaded into its sandboxes
}

// Names of peers.
const (
	cloche   = "cloche"
	goja     = "goja"
	gojaBare = "goja-bare"
	modernc  = "modernc"
	native   = "native"
	qjsOff   = "fastschema"
	qjsOn    = "fastschema-kill"
)

func peers(self, bin string) []peer {
	return []peer{
		{name: cloche, label: "cloche", path: self, args: []string{"serve", "cloche"}},
		{name: goja, label: "goja", path: self, args: []string{"serve", "goja"}},
		{name: gojaBare, label: "goja, bare", path: self, args: []string{"serve", "goja"}, bare: true},
		{name: modernc, label: "modernc.org/quickjs", path: self, args: []string{"serve", "modernc"}},
		{name: native, label: "QuickJS-NG, native", path: filepath.Join(bin, "native")},
		{name: qjsOff, label: "fastschema/qjs", path: filepath.Join(bin, "fastschema")},
		{name: qjsOn, label: "fastschema/qjs, kill switch", path: filepath.Join(bin, "fastschema"), args: []string{"-kill"}},
	}
}

// bench is one run of the benchmark.
type bench struct {
	options options
	peers   []peer
	workers map[string]*worker.Process // by peer; a peer that failed has none
	sandbox worker.Sandbox
	report  Report
	figures map[string]float64 // for the goals
	start   time.Time
}

//go:embed scripts/api.js
var apiSource string

func newBench(o options) (*bench, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	underscore, err := os.ReadFile(o.underscore)
	if err != nil {
		return nil, fmt.Errorf("%w: run.sh gets it", err)
	}
	activity, err := os.ReadFile(filepath.Join(o.root, "examples", "activity.json"))
	if err != nil {
		return nil, err
	}
	b := &bench{
		options: o,
		peers:   peers(self, o.bin),
		workers: map[string]*worker.Process{},
		figures: map[string]float64{},
		start:   time.Now(),
		sandbox: worker.Sandbox{
			Underscore: string(underscore),
			API:        apiSource,
			Activity:   string(activity),
			Project:    "{}",
		},
	}
	b.report = newReport(o)
	for _, p := range b.peers {
		w, err := b.startWorker(p, b.sandbox)
		if err != nil {
			b.fail("%s is missing: %v", p.label, err)
			continue
		}
		b.workers[p.name] = w
	}
	return b, nil
}

// startWorker starts a worker whose sandboxes are prepared.
func (b *bench) startWorker(p peer, sandbox worker.Sandbox) (*worker.Process, error) {
	w, err := worker.Start(p.name, p.path, p.args...)
	if err != nil {
		return nil, err
	}
	if p.bare {
		sandbox.Underscore, sandbox.API = "", ""
	}
	if _, err := w.Do(worker.Request{Op: worker.OpPrepare, Sandbox: &sandbox}); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

func (b *bench) close() {
	for _, w := range b.workers {
		w.Close()
	}
}

// fail notes what could not be measured. The rest goes on.
func (b *bench) fail(format string, args ...any) {
	problem := fmt.Sprintf(format, args...)
	b.report.Errors = append(b.report.Errors, problem)
	b.progress("ERROR %s", problem)
}

func (b *bench) progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%5.0fs  %s\n", time.Since(b.start).Seconds(), fmt.Sprintf(format, args...))
}

// pick returns full, or quick under --quick.
func pick[T any](b *bench, full, quick T) T {
	if b.options.quick {
		return quick
	}
	return full
}

// lane is one engine's part of a measurement.
type lane struct {
	peer      peer
	worker    *worker.Process
	request   worker.Request
	responses []worker.Response // one a round
}

// lanes installs a script at the peers that are wanted and returns a lane for each
// that took it. request says what to do in a round; its Name becomes the script's.
func (b *bench) lanes(name, source string, functions []string, request worker.Request, wanted func(peer) bool) []*lane {
	var lanes []*lane
	for _, p := range b.peers {
		w := b.workers[p.name]
		if w == nil || !wanted(p) {
			continue
		}
		install := worker.Request{Op: worker.OpInstall, Name: name, Source: source, Functions: functions}
		if _, err := w.Do(install); err != nil {
			b.fail("%v", err)
			continue
		}
		request.Name = name
		lanes = append(lanes, &lane{peer: p, worker: w, request: request})
	}
	return lanes
}

func loaded(p peer) bool { return !p.bare }

// alternate gives every lane its turn in every round, A B C A B C. It returns the
// lanes that came through.
func (b *bench) alternate(rounds int, lanes []*lane) []*lane {
	failed := map[*lane]bool{}
	for range rounds {
		for _, l := range lanes {
			if failed[l] {
				continue
			}
			response, err := l.worker.Do(l.request)
			if err != nil {
				b.fail("%v", err)
				failed[l] = true
				continue
			}
			l.responses = append(l.responses, response)
		}
	}
	var through []*lane
	for _, l := range lanes {
		if !failed[l] {
			through = append(through, l)
		}
	}
	return through
}

// find returns the lane of a peer, nil when it failed.
func find(lanes []*lane, name string) *lane {
	for _, l := range lanes {
		if l.peer.name == name {
			return l
		}
	}
	return nil
}
