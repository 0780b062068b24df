package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/secret"
	"cloche/storage/record"
)

// Config sets up a Service. Zero fields take their defaults, but Database, Engine
// and Keys are required.
type Config struct {
	// Database holds everything; it stays the caller's to close, after Run returned.
	Database record.Database
	// Engine is a *host.Engine, or starts one when it is needed; it stays the caller's to
	// close, after Run returned. Its MaxMemory must be at least MaxLimits.Memory.
	Engine Compiler
	// Keys encrypt sensitive variables and the secrets of webhooks.
	Keys *secret.Keyring
	// Log gets what concerns the operator. Nil: nothing.
	Log *slog.Logger
	// Metrics is where the service's metrics are registered. Nil: nowhere.
	Metrics prometheus.Registerer
	// Fetch says what scripts may reach. AllowPrivate must be off.
	Fetch hostfuncs.FetchConfig

	// Workers is how many runs go on at a time, 1 to 1,000. Default 32.
	Workers int
	// Concurrency is how many runs of one project go on at a time, where the project
	// does not say, 1 to 64. Default 4.
	Concurrency int
	// Slice is how long one mailbox is worked through before others have their turn, if
	// they may be waiting for one.
	// Default 250 ms.
	Slice time.Duration
	// Grace is how long runs may go on when the service stops, before they are
	// handed back. Default 25 s.
	Grace time.Duration
	// Lease is how long a run is this process's without a sign of life. A process that
	// did not get on for longer writes nothing of it any more, and another, or it itself,
	// starts the run again. Default 15 s.
	Lease time.Duration

	// Retention is how long activities and their runs are kept. Default 30 days.
	Retention time.Duration

	// Limits are those of integrations that set none; MaxLimits bound what they may
	// set. Defaults: those of package host, or MaxLimits where
	// those are less; 30 s CPU, 5 min wall, 64 MiB.
	Limits, MaxLimits record.Limits

	// MaxBody is the largest activity in bytes. Default 1 MiB.
	MaxBody int
	// MaxBacklog is how many runs may wait; past it activities are refused with
	// ErrBusy. Default 100,000.
	MaxBacklog int64
	// Rate is how many deliveries a second a project may send on average, Burst how
	// many at once. Defaults 500 and 1,000.
	Rate  float64
	Burst int
	// MaxHops is how many scripts may cause each other by fetch. Default 5.
	MaxHops int
}

// Compiler makes scripts of their texts. It is safe for concurrent use.
type Compiler interface {
	// Compile is that of host.Engine.
	Compile(ctx context.Context, name string, source []byte) (*host.Script, error)
}

// deliveryMemory is for how long a delivery is recognised when it comes again:
// longer than senders try.
const deliveryMemory = 7 * 24 * time.Hour

func (c Config) withDefaults() Config {
	setDefault(&c.Workers, 32)
	setDefault(&c.Concurrency, 4)
	setDefault(&c.Slice, 250*time.Millisecond)
	setDefault(&c.Grace, 25*time.Second)
	setDefault(&c.Lease, 15*time.Second)
	setDefault(&c.Retention, 30*24*time.Hour)
	standard := host.Limits{}.WithDefaults()
	setDefault(&c.MaxLimits.CPU, max(30*time.Second, c.Limits.CPU))
	setDefault(&c.MaxLimits.Wall, max(5*time.Minute, c.Limits.Wall))
	setDefault(&c.MaxLimits.Memory, max(standard.Memory, c.Limits.Memory))
	setDefault(&c.Limits.CPU, min(standard.CPU, c.MaxLimits.CPU))
	setDefault(&c.Limits.Wall, min(standard.Wall, c.MaxLimits.Wall))
	setDefault(&c.Limits.Memory, min(standard.Memory, c.MaxLimits.Memory))
	setDefault(&c.MaxBody, 1<<20)
	setDefault(&c.MaxBacklog, 100_000)
	setDefault(&c.Rate, 500)
	setDefault(&c.Burst, 1000)
	setDefault(&c.MaxHops, 5)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c Config) validate() error {
	if c.Database == nil || c.Engine == nil || c.Keys == nil {
		return errors.New("service: Config needs a Database, an Engine and Keys")
	}
	for _, field := range []struct {
		name           string
		value, low, up int64
	}{
		{"Workers", int64(c.Workers), 1, 1000},
		{"Concurrency", int64(c.Concurrency), 1, maxConcurrency},
		{"Slice", int64(c.Slice), int64(time.Millisecond), int64(time.Minute)},
		{"Grace", int64(c.Grace), 0, int64(time.Hour)},
		{"Lease", int64(c.Lease), int64(100 * time.Millisecond), int64(time.Hour)},
		{"Retention", int64(c.Retention), int64(time.Second), int64(100 * 365 * 24 * time.Hour)},
		{"MaxBody", int64(c.MaxBody), 1, 64 << 20},
		{"MaxBacklog", c.MaxBacklog, 1, 1 << 40},
		{"Burst", int64(c.Burst), 1, 1 << 30},
		{"MaxHops", int64(c.MaxHops), 1, 100},
		{"Limits.CPU", int64(c.Limits.CPU), int64(time.Millisecond), int64(c.MaxLimits.CPU)},
		{"Limits.Wall", int64(c.Limits.Wall), int64(time.Millisecond), int64(c.MaxLimits.Wall)},
		{"Limits.Memory", c.Limits.Memory, minMemory, c.MaxLimits.Memory},
	} {
		if field.value < field.low || field.value > field.up {
			return fmt.Errorf("service: Config.%s is %d, must be %d to %d", field.name, field.value, field.low, field.up)
		}
	}
	if !(c.Rate > 0) {
		return fmt.Errorf("service: Config.Rate is %v, must be more than 0", c.Rate)
	}
	return nil
}

const (
	maxConcurrency = 64
	minMemory      = 2 << 20
)
