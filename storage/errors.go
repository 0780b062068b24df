package storage

import (
	"errors"
	"fmt"
)

// The errors of this package. Match them with errors.Is.
var (
	// ErrKey says that a key is empty, too long or not UTF-8.
	ErrKey = errors.New("storage: bad key")

	// ErrValue says that a value is not a string, a finite number or a boolean.
	ErrValue = errors.New("storage: bad value")

	// ErrScope says that a scope is empty or too long.
	ErrScope = errors.New("storage: bad scope")

	// ErrQuota says that a Set would pass a limit. The error is a *QuotaError.
	ErrQuota = errors.New("storage: quota exceeded")

	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("storage: closed")

	// ErrCorrupt says that stored data is damaged.
	ErrCorrupt = errors.New("storage: stored data is corrupt")

	// ErrNotGranted is the answer of a Space that nobody opened.
	ErrNotGranted = errors.New("storage: not granted to this run")
)

// Quota names one of the limits a Set may pass.
type Quota string

// The quotas.
const (
	// QuotaKeys is Limits.Keys; the unit is keys.
	QuotaKeys Quota = "keys"
	// QuotaValue is Limits.ValueBytes; the unit is bytes.
	QuotaValue Quota = "value"
	// QuotaTotal is Limits.TotalBytes; the unit is bytes.
	QuotaTotal Quota = "total"
)

// QuotaError says which limit a Set would have passed. It matches ErrQuota.
// Its text is meant for the author of the script: it holds no key and no value.
type QuotaError struct {
	// Which is the limit.
	Which Quota
	// Limit is what is allowed, in the unit of Which.
	Limit int64
	// Wanted is what the scope, or for QuotaValue the value, would have had.
	Wanted int64
}

// Error returns one line that says what was wanted, what is allowed and what
// to do about it.
func (e *QuotaError) Error() string {
	switch e.Which {
	case QuotaKeys:
		return fmt.Sprintf("storage quota exceeded: this would be key number %d and %d are allowed; remove keys that are no longer needed",
			e.Wanted, e.Limit)
	case QuotaValue:
		return fmt.Sprintf("storage quota exceeded: the value has %d bytes and %d are allowed; store less or split it over several keys",
			e.Wanted, e.Limit)
	default:
		return fmt.Sprintf("storage quota exceeded: all keys and values together would take %d bytes and %d are allowed; remove or shorten some",
			e.Wanted, e.Limit)
	}
}

// Is reports whether target is ErrQuota.
func (e *QuotaError) Is(target error) bool { return target == ErrQuota }
