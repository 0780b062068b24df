package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/secret"
	"cloche/service"
	"cloche/storage/record"
	"cloche/storage/sqlite"
)

// serviceConfig are the settings of the service itself, whoever runs it.
type serviceConfig struct {
	location
	workers     int
	retention   time.Duration
	grace       time.Duration
	lease       time.Duration
	sync        string
	connections int
	pollOnly    bool
	maxCPU      time.Duration
	maxWall     time.Duration
	maxMemory   byteSize
	maxBacklog  int64
	maxBody     byteSize
	rate        float64
	burst       int
	maxHops     int

	allowHosts    []string
	allowNetworks []string
	denyNetworks  []string
}

func (c *serviceConfig) flags(f *pflag.FlagSet) {
	c.location.flags(f)
	f.IntVar(&c.workers, "workers", 0, "how many scripts run at a time (default 32)")
	f.DurationVar(&c.retention, "retention", 0, "how long activities, runs and logs are kept (default 720h)")
	f.DurationVar(&c.grace, "grace", 0, "how long runs may go on when the server stops; then they are handed back (default 25s)")
	f.DurationVar(&c.lease, "lease", 0, "how long a run is a server's without a sign of life; then it starts again elsewhere (default 15s)")
	f.StringVar(&c.sync, "synchronous", "full", "what is on disk when a write is done: full survives a loss of power, normal may lose the last writes to it")
	f.IntVar(&c.connections, "database-connections", 0, "how many connections to PostgreSQL may be open (default 16)")
	f.BoolVar(&c.pollOnly, "database-poll", false, "look for new work every second in place of LISTEN: for a PgBouncer that pools transactions")
	f.DurationVar(&c.maxCPU, "max-cpu", 0, "the most computing time that an integration may ask for (default 30s)")
	f.DurationVar(&c.maxWall, "max-wall", 0, "the most time in all that an integration may ask for (default 5m)")
	f.Var(&c.maxMemory, "max-memory", "the most heap that an integration may ask for (default 64MiB)")
	f.Int64Var(&c.maxBacklog, "max-backlog", 0, "how many runs may wait before activities are refused (default 100000)")
	f.Var(&c.maxBody, "max-body", "the largest activity (default 1MiB)")
	f.Float64Var(&c.rate, "rate", 0, "activities a second that a project may send to all servers of a database together (default 500)")
	f.IntVar(&c.burst, "burst", 0, "activities that a project may send at once (default 1000)")
	f.IntVar(&c.maxHops, "max-hops", 0, "how many scripts may set each other off in a row (default 5)")
	f.StringArrayVar(&c.allowHosts, "allow-host", nil, "let fetch reach hosts that match `GLOB` and no others; repeatable (default: all public hosts)")
	f.StringArrayVar(&c.allowNetworks, "allow-network", nil, "let fetch reach a `network` that is not public, such as 10.1.2.0/24; repeatable")
	f.StringArrayVar(&c.denyNetworks, "deny-network", nil, "never let fetch reach a `network`; repeatable")
}

// newEngine makes the engine with room for the largest runs that are allowed.
func (c serviceConfig) newEngine(ctx context.Context) (*host.Engine, error) {
	return host.New(ctx, host.Config{CacheDir: cacheDirectory(), MaxMemory: int64(c.maxMemory)})
}

// validate finds what is wrong before anything is opened.
func (c serviceConfig) validate() error {
	for _, name := range []struct {
		flag string
		bad  bool
	}{
		{"workers", c.workers < 0}, {"retention", c.retention < 0}, {"grace", c.grace < 0}, {"lease", c.lease < 0}, {"database-connections", c.connections < 0}, {"max-cpu", c.maxCPU < 0},
		{"max-wall", c.maxWall < 0}, {"max-backlog", c.maxBacklog < 0}, {"rate", c.rate < 0}, {"burst", c.burst < 0}, {"max-hops", c.maxHops < 0},
	} {
		if name.bad {
			return usage("--%s must not be negative", name.flag)
		}
	}
	if c.maxMemory != 0 && (c.maxMemory < minHeap || c.maxMemory > maxHeap) {
		return usage("--max-memory must be %s to %s", formatBytes(minHeap), formatBytes(maxHeap))
	}
	if _, err := c.synchronous(); err != nil {
		return err
	}
	_, err := c.fetch()
	return err
}

func (c serviceConfig) synchronous() (sqlite.Synchronous, error) {
	switch strings.ToLower(c.sync) {
	case "", "full":
		return sqlite.SynchronousFull, nil
	case "normal":
		return sqlite.SynchronousNormal, nil
	}
	return "", usage("--synchronous %s: choose full or normal", c.sync)
}

func (c serviceConfig) fetch() (hostfuncs.FetchConfig, error) {
	allow, err := prefixes("--allow-network", c.allowNetworks)
	if err != nil {
		return hostfuncs.FetchConfig{}, err
	}
	deny, err := prefixes("--deny-network", c.denyNetworks)
	return hostfuncs.FetchConfig{AllowHosts: c.allowHosts, AllowNetworks: allow, DenyNetworks: deny}, err
}

// prefixes reads networks; an address alone is a network of one.
func prefixes(flag string, texts []string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, text := range texts {
		full := text
		if address, err := netip.ParseAddr(text); err == nil {
			full = fmt.Sprintf("%s/%d", text, address.BitLen())
		}
		network, err := netip.ParsePrefix(full)
		if err != nil {
			return nil, usage("%s %s: not a network such as 10.1.2.0/24", flag, text)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

func (c serviceConfig) service(database record.Database, engine service.Compiler, key secret.Key, log *slog.Logger, register prometheus.Registerer) service.Config {
	fetch, _ := c.fetch() // validate has tried
	return service.Config{
		Database:   database,
		Engine:     engine,
		Keys:       secret.NewKeyring(key),
		Log:        log,
		Metrics:    register,
		Fetch:      fetch,
		Workers:    c.workers,
		Retention:  c.retention,
		Grace:      c.grace,
		Lease:      c.lease,
		MaxLimits:  record.Limits{CPU: c.maxCPU, Wall: c.maxWall, Memory: int64(c.maxMemory)},
		MaxBacklog: c.maxBacklog,
		Rate:       c.rate,
		Burst:      c.burst,
		MaxBody:    int(c.maxBody),
		MaxHops:    c.maxHops,
	}
}

// newLog returns the operator's log.
func newLog(s Streams, level, format string) (*slog.Logger, error) {
	var threshold slog.Level
	if err := threshold.UnmarshalText([]byte(level)); err != nil {
		return nil, usage("--log-level %s: choose debug, info, warn or error", level)
	}
	options := &slog.HandlerOptions{Level: threshold}
	switch strings.ToLower(format) {
	case "text":
		return slog.New(slog.NewTextHandler(s.Err, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(s.Err, options)), nil
	}
	return nil, usage("--log-format %s: choose text or json", format)
}
