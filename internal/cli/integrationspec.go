package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cloche/activity"
	"cloche/service/api"
)

// integrationFlags are what integration:add and integration:update set.
type integrationFlags struct {
	kind     string
	file     string
	name     string
	result   string
	enabled  bool
	events   []string
	states   []string
	environs []string
	excluded []string

	cpu, wall  time.Duration
	memory     byteSize
	attempts   int
	backoff    time.Duration
	maxBackoff time.Duration
	codes      []string
}

func (o *integrationFlags) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&o.kind, "type", "t", "", "the type of integration; script is the only one")
	f.StringVar(&o.file, "file", "", "the script's `file`; its name ends in .js or has no dot")
	f.StringVar(&o.name, "name", "", "what to call it")
	f.StringArrayVar(&o.events, "events", nil, "events to run on, such as 'environment.push, environment.activate', environment.* or * (default environment.push)")
	f.StringArrayVar(&o.states, "states", nil, "states of activities to run on, such as complete or * (default complete)")
	f.StringArrayVar(&o.environs, "environments", nil, "environments to run on, with * as a wildcard (default *)")
	f.StringArrayVar(&o.excluded, "exclude-environments", nil, "environments not to run on, with * as a wildcard")
	f.StringVar(&o.result, "result", "", "result of activities to run on: success, failure or * (default success)")
	f.BoolVar(&o.enabled, "enabled", true, "whether activities start it")
	f.DurationVar(&o.cpu, "cpu", 0, "limit on computing time (default 5s)")
	f.DurationVar(&o.wall, "wall", 0, "limit on the whole time, waiting included (default 1m)")
	f.Var(&o.memory, "memory", "limit on the script's heap (default 64MiB)")
	f.IntVar(&o.attempts, "attempts", 0, "how often to try a run that fails (default 1)")
	f.DurationVar(&o.backoff, "backoff", 0, "the wait before the second attempt; it doubles with each (default 10s)")
	f.DurationVar(&o.maxBackoff, "max-backoff", 0, "the longest wait (default 1h)")
	f.StringArrayVar(&o.codes, "retry-codes", nil, "codes of failures to try again, such as script_error")
	o.vendorFlags(f)
}

// vendorFlags are accepted so that commands written for the vendor's command line
// work. Ours do not wait: what they change is there at once.
func (o *integrationFlags) vendorFlags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.excluded, "excluded-environments", nil, "")
	f.BoolP("no-wait", "W", false, "")
	f.Bool("wait", false, "")
	for _, name := range []string{"excluded-environments", "no-wait", "wait"} {
		_ = f.MarkHidden(name)
	}
}

// input returns what to send: what the command line set, and nothing else.
func (o *integrationFlags) input(s Streams, c *cobra.Command) (api.IntegrationInput, error) {
	var in api.IntegrationInput
	f := c.Flags()
	if f.Changed("file") {
		script, err := readIntegrationFile(s, o.file)
		if err != nil {
			return in, err
		}
		in.Script = &script
	}
	setIf(f, "name", &in.Name, &o.name)
	setIf(f, "result", &in.Result, &o.result)
	setIf(f, "enabled", &in.Enabled, &o.enabled)
	in.Events = listIf(f, o.events, "events")
	in.States = listIf(f, o.states, "states")
	in.Environments = listIf(f, o.environs, "environments")
	in.ExcludedEnvironments = listIf(f, o.excluded, "exclude-environments", "excluded-environments")
	return in, nil
}

func setIf[T any](f *pflag.FlagSet, name string, to **T, value *T) {
	if f.Changed(name) {
		*to = value
	}
}

// listIf returns the list if one of the flags was given, even if it is empty.
func listIf(f *pflag.FlagSet, values []string, names ...string) []string {
	for _, name := range names {
		if f.Changed(name) {
			return activity.ParseList(values)
		}
	}
	return nil
}

// limits returns the limits to send: those of current with what the command line
// set, or nil if it set none.
func (o *integrationFlags) limits(f *pflag.FlagSet, current api.Limits) *api.Limits {
	if !f.Changed("cpu") && !f.Changed("wall") && !f.Changed("memory") {
		return nil
	}
	if f.Changed("cpu") {
		current.CPUMillis = o.cpu.Milliseconds()
	}
	if f.Changed("wall") {
		current.WallMillis = o.wall.Milliseconds()
	}
	if f.Changed("memory") {
		current.MemoryBytes = int64(o.memory)
	}
	return &current
}

// retry is limits for the policy of retries.
func (o *integrationFlags) retry(f *pflag.FlagSet, current api.Retry) *api.Retry {
	changed := false
	set := func(name string, apply func()) {
		if f.Changed(name) {
			changed = true
			apply()
		}
	}
	set("attempts", func() { current.Attempts = o.attempts })
	set("backoff", func() { current.BackoffMillis = o.backoff.Milliseconds() })
	set("max-backoff", func() { current.MaxBackoffMillis = o.maxBackoff.Milliseconds() })
	set("retry-codes", func() { current.Codes = activity.ParseList(o.codes) })
	if !changed {
		return nil
	}
	return &current
}

// readIntegrationFile reads a script by the rules of the vendor's command line.
func readIntegrationFile(s Streams, path string) (string, error) {
	text, err := readFile(s, path, scriptLimit)
	if err != nil {
		return "", err
	}
	base := filepath.Base(path)
	if strings.Contains(base, ".") && !strings.HasSuffix(base, ".js") {
		return "", invalid("%s: Invalid file extension (allowed: .js, )", path)
	}
	return string(text), nil
}

// checkType refuses types that do not exist here.
func (o *integrationFlags) checkType() error {
	if o.kind != "" && o.kind != "script" {
		return fmt.Errorf("the integration type %s is not supported: script is the only one", o.kind)
	}
	return nil
}
