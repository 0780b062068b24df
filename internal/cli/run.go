package cli

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/memory"
	"cloche/storage/sqlite"
)

// runOptions are the flags of run.
type runOptions struct {
	script     string
	activity   string
	project    string
	variables  string
	variable   []string
	storage    string
	cpu, wall  time.Duration
	memory     byteSize
	allowHosts []string
	allowAll   bool
	mockFetch  string
	now        string
	seed       string
	trace      string
	receipt    bool
	watch      bool
}

func newRunCommand(s Streams) *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run FILE.js",
		Short: "Run a script once in the sandbox",
		Long: `run runs a script once, without a server. FILE.js may be - for standard input.

The script's log goes to standard output; what went wrong, and the receipt, to
standard error.`,
		Example: `  runner run notify.js --activity push.json --variable SLACK_URL=https://hooks.example.com/x
  runner run counter.js --storage counter.db
  runner run notify.js --activity push.json --mock-fetch answers.json --now 2026-01-01T00:00:00Z --seed 1
  runner run notify.js --activity push.json --allow-host 'hooks.slack.com' --receipt`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.script = args[0]
			if o.watch {
				return watch(c.Context(), s, o)
			}
			return runOnce(c.Context(), s, o)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.activity, "activity", "", "JSON file with the activity that triggers the run (default {})")
	f.StringVar(&o.project, "project", "", "JSON file with the project (default: what the activity says of it)")
	f.StringArrayVar(&o.variable, "variable", nil, "a variable, `NAME=VALUE`; repeatable")
	f.StringVar(&o.variables, "variables", "", "JSON file with an object of variables")
	f.StringVar(&o.storage, "storage", "", "SQLite file that keeps the script's storage (default: in memory, gone afterwards)")
	f.DurationVar(&o.cpu, "cpu", 0, "limit on computing time (default 5s)")
	f.DurationVar(&o.wall, "wall", 0, "limit on the whole time, waiting included (default 1m)")
	f.Var(&o.memory, "memory", "limit on the script's heap (default 64MiB)")
	f.StringArrayVar(&o.allowHosts, "allow-host", nil, "let fetch reach hosts that match `GLOB` and no others; repeatable (default: all public hosts)")
	f.BoolVar(&o.allowAll, "allow-private", false, "let fetch reach loopback and private addresses too")
	f.StringVar(&o.mockFetch, "mock-fetch", "", "JSON `file` with the answers that fetch gets, instead of the network")
	f.StringVar(&o.now, "now", "", "fix the clock to an RFC 3339 `time`")
	f.StringVar(&o.seed, "seed", "", "fix the randomness to `N`, any whole number")
	f.StringVar(&o.trace, "trace", "", "write every call of the host to `file`, one JSON object a line")
	f.BoolVar(&o.receipt, "receipt", false, "print the receipt as JSON to standard error")
	f.BoolVar(&o.watch, "watch", false, "run again whenever one of the files changes")
	return c
}

// runOnce does what run does. Everything that can be wrong with the flags and
// files is found before the engine starts.
func runOnce(ctx context.Context, s Streams, o runOptions) (err error) {
	source, err := readScript(s, o.script)
	if err != nil {
		return err
	}
	run, err := o.inputs(s)
	if err != nil {
		return err
	}
	grants, closeGrants, err := o.grants(ctx, s, run.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeGrants()) }()
	engine, err := newEngine(ctx, o.memory)
	if err != nil {
		return err
	}
	defer engine.Close(context.WithoutCancel(ctx))
	script, err := engine.CompileWithLimits(ctx, scriptName(o.script), source, o.limits())
	if err != nil {
		return reportCompile(s, scriptName(o.script), err)
	}
	out := newLogPrinter(s)
	run.Functions = grants.Functions()
	run.Limits = o.limits()
	run.OnLog = out.print
	closeTrace, err := o.openTrace(&run)
	if err != nil {
		return err
	}
	result, failure := script.Run(ctx, run)
	return errors.Join(o.conclude(s, result, failure), closeTrace())
}

// scriptLimit is how much of a script is read; the engine's limit on the source
// is the one that the user hears of.
const scriptLimit = 16 << 20

func readScript(s Streams, path string) ([]byte, error) {
	source, err := readFile(s, path, scriptLimit)
	if err != nil {
		return nil, err
	}
	return source, nil
}

// scriptName is how the script is called in stack traces.
func scriptName(path string) string {
	if path == "-" {
		return "stdin.js"
	}
	return path
}

// newEngine makes the engine for a single run, with machine code from the cache.
func newEngine(ctx context.Context, memory byteSize) (*host.Engine, error) {
	config := host.Config{CacheDir: cacheDirectory(), MaxMemory: int64(memory), IdleSlots: 1}
	if memory != 0 && memory < minHeap {
		return nil, usage("--memory must be at least %s: the script API alone takes 1 MiB", formatBytes(minHeap))
	}
	if memory > maxHeap {
		return nil, usage("--memory must be at most %s", formatBytes(maxHeap))
	}
	collectSeldom()
	return host.New(ctx, config)
}

// collectSeldom lets the heap of a process that does one thing grow further before it
// is collected: starting the engine allocates a dozen megabytes and keeps most, and the
// collections on the way take a seventh of the time to the first line.
func collectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// cacheDirectory returns where machine code is kept, or "" for nowhere.
func cacheDirectory() string {
	if path := os.Getenv("RUNNER_CACHE_DIR"); path != "" {
		return path
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(user, "cloche")
}

const (
	minHeap = 2 << 20
	maxHeap = 1 << 30
)

func (o runOptions) limits() host.Limits {
	return host.Limits{CPU: o.cpu, Wall: o.wall, Memory: int64(o.memory)}
}

// inputs reads what the script sees.
func (o runOptions) inputs(s Streams) (run host.Run, err error) {
	if o.script == "-" && (o.activity == "-" || o.project == "-") {
		return run, usage("only one input can come from standard input")
	}
	if o.activity != "" {
		if run.Activity, err = readObject(s, o.activity); err != nil {
			return run, err
		}
	}
	if run.Project, err = o.readProject(s, run.Activity); err != nil {
		return run, err
	}
	if run.Variables, err = o.readVariables(s); err != nil {
		return run, err
	}
	if o.now != "" {
		if run.Now, err = time.Parse(time.RFC3339Nano, o.now); err != nil {
			return run, usage("--now %s: not an RFC 3339 time such as 2026-01-31T12:00:00Z", o.now)
		}
	}
	if o.seed != "" {
		run.Seed, err = parseSeed(o.seed)
	}
	return run, err
}

// readProject takes the project from its own file, or else from the activity's
// payload, which mostly holds it.
func (o runOptions) readProject(s Streams, activity json.RawMessage) (json.RawMessage, error) {
	if o.project != "" {
		return readObject(s, o.project)
	}
	var parts struct {
		Payload struct {
			Project json.RawMessage `json:"project"`
		} `json:"payload"`
	}
	if len(activity) == 0 || json.Unmarshal(activity, &parts) != nil {
		return nil, nil
	}
	if project := parts.Payload.Project; len(project) > 0 && project[0] == '{' {
		return project, nil
	}
	return nil, nil
}

// parseSeed spreads a number over the 32 bytes of a seed.
func parseSeed(text string) ([32]byte, error) {
	var n int64
	if _, err := fmt.Sscanf(text, "%d", &n); err != nil || fmt.Sprint(n) != text {
		return [32]byte{}, usage("--seed %s: not a whole number", text)
	}
	return sha256.Sum256([]byte("cloche seed " + text)), nil
}

// storageScope is the one scope of a storage file that run uses.
const storageScope = "run"

// grants opens what the script may reach.
func (o runOptions) grants(ctx context.Context, s Streams, now time.Time) (hostfuncs.Grants, func() error, error) {
	none := func() error { return nil }
	fetch, closeFetch, err := o.fetch(s, now)
	if err != nil {
		return hostfuncs.Grants{}, none, err
	}
	var store storage.Store = memory.New()
	if o.storage != "" {
		if store, err = sqlite.Open(ctx, expandHome(o.storage), sqlite.Options{}); err != nil {
			return hostfuncs.Grants{}, none, fmt.Errorf("--storage %s: %w", o.storage, err)
		}
	}
	space := storage.Open(store, storageScope, storage.Limits{})
	closeAll := func() error { return errors.Join(closeFetch(), store.Close()) }
	return hostfuncs.Grants{Fetch: fetch, Storage: &space}, closeAll, nil
}

func (o runOptions) fetch(s Streams, now time.Time) (host.Func, func() error, error) {
	none := func() error { return nil }
	if o.mockFetch != "" {
		text, err := readFile(s, o.mockFetch, maxInput)
		if err != nil {
			return nil, none, err
		}
		mock, err := hostfuncs.NewMock(text)
		if err != nil {
			return nil, none, invalid("%s: %w", o.mockFetch, err)
		}
		return mock.Run(), none, nil
	}
	config := hostfuncs.FetchConfig{AllowHosts: o.allowHosts, AllowPrivate: o.allowAll}
	if !now.IsZero() {
		config.Now = func() time.Time { return now }
	}
	fetcher, err := hostfuncs.NewFetcher(config)
	if err != nil {
		return nil, none, usage("%w", err)
	}
	return fetcher.Run(), func() error { fetcher.Close(); return nil }, nil
}

// conclude prints what is left to print and returns the command's error.
func (o runOptions) conclude(s Streams, result host.Result, failure error) error {
	if o.receipt && result.Receipt.Code != "" {
		text, err := json.MarshalIndent(result.Receipt, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(s.Err, "%s\n", text)
	}
	var failed *host.Error
	if errors.As(failure, &failed) {
		if failed.Err != nil {
			fmt.Fprintf(s.Err, "%s\n", escapeControls(failed.Err.Error(), true))
		}
		return &exitError{runExitCode(failed.Code), errSilent} // the log said it
	}
	return failure
}
