// Package storage keeps the key-value pairs that scripts own.
//
// Every integration has one key space of its own, its Scope. A script run is
// given a Space: a store, a scope and limits bound together, so nothing a
// script says can name another integration's keys.
//
// Invariants that every Store keeps, and that package storagetest checks:
//
//   - Keys and values are bytes. What was set is what comes back, on every
//     back end, NUL and unpaired surrogates included.
//   - A Set, Remove or Clear happens whole or not at all, and is durable as
//     far as its back end can be when it returns nil.
//   - A scope's Usage equals the sum over its entries at any moment, and no
//     Set makes it exceed the limits that were passed to that Set, however
//     many writers race.
package storage

import (
	"context"
	"fmt"
)

// MaxScopeBytes is the greatest length of a Scope, in bytes.
const MaxScopeBytes = 256

// Scope names the owner of one key space: an integration. It is opaque bytes,
// 1 to MaxScopeBytes of them, compared byte by byte: a scope that is a prefix
// of another has nothing to do with it.
type Scope string

// Validate returns an error that matches ErrScope unless s is 1 to
// MaxScopeBytes long.
func (s Scope) Validate() error {
	if len(s) == 0 || len(s) > MaxScopeBytes {
		return fmt.Errorf("%w: it has %d bytes, 1 to %d are allowed", ErrScope, len(s), MaxScopeBytes)
	}
	return nil
}

// Usage is what one scope holds.
type Usage struct {
	// Keys is the number of entries.
	Keys int
	// Bytes is the sum over the entries of EntryBytes.
	Bytes int64
}

// Store holds the entries of all scopes. All methods are safe for concurrent
// use, by goroutines of one process and, if the back end is shared, by
// processes.
//
// Every method but Close returns an error that matches
//
//   - ErrScope if the scope is not valid;
//   - ErrClosed after Close;
//   - the context's own error if ctx ends first; then nothing was written;
//   - ErrCorrupt if what is stored cannot be read.
//
// A back end adds errors of its own. After any error the stored entries are
// what they were before the call.
type Store interface {
	// Get returns the value of key, and false if there is none. A key that
	// CheckKey refuses gives ErrKey.
	Get(ctx context.Context, scope Scope, key string) (Value, bool, error)

	// Set stores v under key and replaces what was there. Zero fields of
	// limits mean their defaults. The error is what Limits.CheckEntry and
	// Limits.CheckGrowth say: ErrKey, ErrValue or a *QuotaError; the old value
	// stays.
	Set(ctx context.Context, scope Scope, key string, v Value, limits Limits) error

	// Remove deletes key; an absent key is no error. A key that CheckKey
	// refuses gives ErrKey.
	Remove(ctx context.Context, scope Scope, key string) error

	// Clear deletes all keys of the scope.
	Clear(ctx context.Context, scope Scope) error

	// Keys returns the keys of the scope, sorted by their bytes. The length of
	// the answer is bounded by the limits that the keys were set with: 1,000
	// keys of 512 bytes by default. The caller owns the slice.
	Keys(ctx context.Context, scope Scope) ([]string, error)

	// Usage returns what the scope holds; a scope nobody has written to holds
	// nothing.
	Usage(ctx context.Context, scope Scope) (Usage, error)

	// Close waits for calls under way and frees what the store holds. A second
	// Close does nothing and returns nil.
	Close() error
}
