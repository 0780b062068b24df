package host

import (
	"fmt"
	"time"
)

// Limits bound one run. Zero fields take the default. A negative field, or one
// past its maximum, is an error of Run.
type Limits struct {
	// CPU is the time the script may compute; waiting in host calls does not
	// count, computing there does (see Call.Computes). It is enforced first as a
	// budget of StepsPerMillisecond steps a millisecond, which ends a run at the
	// same place every time, and by the clock behind that. Default 5 s, at most 1 h. Ends the run with CPULimit.
	CPU time.Duration
	// Wall is the time the run may take in all. Default 60 s, at most 24 h. Ends
	// the run with WallLimit; host functions see it as their context's deadline.
	Wall time.Duration
	// Memory is the heap of the script in bytes. Default 64 MiB, or the engine's
	// MaxMemory if that is less; 2 MiB to 1 GiB.
	// Past it the script gets an exception; a run that does not cope ends with
	// MemoryLimit.
	Memory int64
	// Source is the length of a script in bytes. Default 1 MiB, at most 64 MiB.
	// Compile fails with ErrSourceTooLarge.
	Source int
	// Log is how many bytes of log text are kept: the first half and the last
	// half, a line between them saying how much was dropped. Default 256 KiB, at
	// most 64 MiB.
	Log int
	// HostCalls is how many calls of host functions a run may make; log lines,
	// clock and randomness do not count. Default 100,000. Past it a call throws an
	// Error whose cause.code is EBUDGET.
	HostCalls int
}

// Defaults and maxima of Limits.
const (
	defaultCPU       = 5 * time.Second
	defaultWall      = time.Minute
	defaultMemory    = 64 << 20
	defaultSource    = 1 << 20
	defaultLog       = 256 << 10
	defaultHostCalls = 100_000

	maxCPU       = time.Hour
	maxWall      = 24 * time.Hour
	minMemory    = 2 << 20
	maxMemory    = 1 << 30
	maxSource    = 64 << 20
	maxLog       = 64 << 20
	maxHostCalls = 1 << 30
)

// StepsPerMillisecond converts Limits.CPU to the step budget. One step is one
// turn of a loop in the engine's native code; a jump or call of JavaScript counts
// two. The tightest loops do almost this many a millisecond on the machine it was
// calibrated on (see RATIONALE.md), and end by the clock just before they meet the
// budget; other code does far fewer. On a faster machine everything tends to the
// budget.
const StepsPerMillisecond = 1_000_000

// WithDefaults returns the limits with defaults in place of zeros.
func (l Limits) WithDefaults() Limits {
	l.CPU = orDefault(l.CPU, defaultCPU)
	l.Wall = orDefault(l.Wall, defaultWall)
	l.Memory = orDefault(l.Memory, defaultMemory)
	l.Source = orDefault(l.Source, defaultSource)
	l.Log = orDefault(l.Log, defaultLog)
	l.HostCalls = orDefault(l.HostCalls, defaultHostCalls)
	return l
}

func orDefault[T int | int64 | time.Duration](value, standard T) T {
	if value == 0 {
		return standard
	}
	return value
}

// validate checks limits that have their defaults.
func (l Limits) validate() error {
	for _, field := range []struct {
		name             string
		value, low, high int64
	}{
		{"CPU", int64(l.CPU), int64(time.Millisecond), int64(maxCPU)},
		{"Wall", int64(l.Wall), int64(time.Millisecond), int64(maxWall)},
		{"Memory", l.Memory, minMemory, maxMemory},
		{"Source", int64(l.Source), 1, maxSource},
		{"Log", int64(l.Log), 1, maxLog},
		{"HostCalls", int64(l.HostCalls), 1, maxHostCalls},
	} {
		if field.value < field.low || field.value > field.high {
			return fmt.Errorf("host: Limits.%s is %d, must be %d to %d",
				field.name, field.value, field.low, field.high)
		}
	}
	return nil
}

// steps returns the step budget that stands for the CPU limit.
func (l Limits) steps() int64 {
	return int64(l.CPU/time.Microsecond) * StepsPerMillisecond / 1000
}
