// Package worker is how the benchmark talks to the engines that it measures. Each
// engine is a process of its own, so none pays for the garbage of another, and
// does one thing at a time when it is told to: that is what lets them alternate.
//
// A Request is a line of JSON on the worker's standard input, and its Response a
// line on its standard output. The package has no dependencies, because one of the
// engines needs another version of wazero than the rest.
package worker

// The operations of a Request.
const (
	// OpPrepare sets what every sandbox holds: Request.Sandbox. It comes first.
	OpPrepare = "prepare"
	// OpInstall installs Request.Source under Request.Name.
	OpInstall = "install"
	// OpRun runs an installed script, each time in a fresh sandbox.
	OpRun = "run"
	// OpMemory measures the resident memory of Request.Count of Request.State.
	OpMemory = "memory"
	// OpPause collects the garbage of the worker's Go heap, over and over, while
	// the script runs once.
	OpPause = "pause"
)

// The states whose memory OpMemory measures.
const (
	// Running: sandboxes whose script waits in a host function.
	Running = "running"
	// Idle: sandboxes that are ready and do nothing.
	Idle = "idle"
	// Installed: scripts, none of which runs. Each is made a little different.
	Installed = "installed"
)

// Request is one line to a worker.
type Request struct {
	Op      string   `json:"op"`
	Name    string   `json:"name,omitempty"`
	Source  string   `json:"source,omitempty"`
	Sandbox *Sandbox `json:"sandbox,omitempty"`
	// Functions are the names of host functions that the script gets beside the
	// API: report, echo, block. Each takes a string; echo returns it.
	Functions []string `json:"functions,omitempty"`
	// Count is how many runs at most, or how many of State.
	Count int `json:"count,omitempty"`
	// Budget ends an OpRun early, in nanoseconds; there is one run at least. 0: none.
	Budget int64 `json:"budget,omitempty"`
	// Workers is how many goroutines share the runs of OpRun. Default 1.
	Workers int    `json:"workers,omitempty"`
	State   string `json:"state,omitempty"`
}

// Sandbox is what every sandbox holds before its script runs.
type Sandbox struct {
	// Underscore and API are the sources of scripts; an engine that brings its own
	// ignores them. API builds the script API on the functions host_log, host_get,
	// host_set, host_hmac, host_fetch and host_input. Empty: nothing is loaded.
	Underscore string `json:"underscore"`
	API        string `json:"api"`
	// Activity and Project are JSON texts.
	Activity string `json:"activity"`
	Project  string `json:"project"`
	// Slots is how many idle sandboxes an engine with a pool keeps. 0: its default.
	Slots int `json:"slots"`
}

// Response is one line from a worker. Times are in nanoseconds, sizes in bytes.
type Response struct {
	// Error is why the operation failed; the other fields are then zero.
	Error string `json:"error,omitempty"`
	// Total has the time of each run from nothing to nothing: with making and
	// freeing the sandbox.
	Total []int64 `json:"total,omitempty"`
	// Eval has the time that the script itself took, where an engine can tell.
	Eval []int64 `json:"eval,omitempty"`
	// Elapsed is the time of all runs together.
	Elapsed int64 `json:"elapsed,omitempty"`
	// Report is what the script passed to report last.
	Report string `json:"report,omitempty"`
	// Logged is how many lines the runs wrote to their logs: a check that they
	// did what they should.
	Logged int64 `json:"logged,omitempty"`
	// Bytes is what was added to the resident memory.
	Bytes int64 `json:"bytes,omitempty"`
	// Collections has the times of runtime.GC during OpPause.
	Collections []int64 `json:"collections,omitempty"`
	// Pauses has the ends of the buckets of runtime/metrics' pauses during
	// OpPause, one for each pause.
	Pauses []int64 `json:"pauses,omitempty"`
}
