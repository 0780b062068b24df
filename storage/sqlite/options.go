package sqlite

import (
	"fmt"
	"log/slog"
	"time"
)

// DefaultBusyTimeout is the default of Options.BusyTimeout.
const DefaultBusyTimeout = 5 * time.Second

// Synchronous says what a write has survived when it returns. Both survive the
// death of the process at any moment.
type Synchronous string

// The synchronous settings.
const (
	// SynchronousFull waits for the disk at every write: it survives loss of
	// power.
	SynchronousFull Synchronous = "FULL"
	// SynchronousNormal waits for the disk at checkpoints alone: loss of power
	// may undo the last writes, in order, and never leaves the file damaged.
	SynchronousNormal Synchronous = "NORMAL"
)

// Options sets up a Store. The zero value is the recommended one.
type Options struct {
	// Synchronous is SynchronousFull or SynchronousNormal. Default
	// SynchronousFull.
	Synchronous Synchronous
	// BusyTimeout is how long a call waits for another connection's lock before
	// it gives up with ErrLocked. It must not be negative. Default
	// DefaultBusyTimeout.
	BusyTimeout time.Duration
	// Log gets what a Database has to say to the operator. Nil: nothing.
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Synchronous == "" {
		o.Synchronous = SynchronousFull
	}
	if o.BusyTimeout == 0 {
		o.BusyTimeout = DefaultBusyTimeout
	}
	return o
}

func (o Options) validate() error {
	if o.Synchronous != SynchronousFull && o.Synchronous != SynchronousNormal {
		return fmt.Errorf("storage: Options.Synchronous is %q; want %q or %q", o.Synchronous, SynchronousFull, SynchronousNormal)
	}
	if o.BusyTimeout < 0 {
		return fmt.Errorf("storage: Options.BusyTimeout is %v; want 0 or more", o.BusyTimeout)
	}
	return nil
}

// LockPath returns the file whose lock OpenDatabase holds for the database at path.
func LockPath(path string) string { return path + ".lock" }
