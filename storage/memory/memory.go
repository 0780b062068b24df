// Package memory is a storage.Store that keeps everything in memory: for tests
// and for embedders whose scripts need nothing to outlive the process.
package memory

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"cloche/storage"
)

// Store is a storage.Store in memory. Its entries live until Close. It is safe
// for concurrent use. Make one with New.
type Store struct {
	mu     sync.RWMutex
	closed bool
	scopes map[storage.Scope]*entries
}

// entries is one key space. bytes is the sum of storage.EntryBytes over values.
type entries struct {
	values map[string]storage.Value
	bytes  int64
}

var _ storage.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store { return &Store{scopes: map[storage.Scope]*entries{}} }

// Get implements storage.Store.
func (s *Store) Get(ctx context.Context, scope storage.Scope, key string) (storage.Value, bool, error) {
	if err := storage.CheckKey(key); err != nil {
		return storage.Value{}, false, err
	}
	var v storage.Value
	var found bool
	err := s.read(ctx, scope, func(e *entries) { v, found = e.values[key] })
	return v, found, err
}

// Set implements storage.Store.
func (s *Store) Set(ctx context.Context, scope storage.Scope, key string, v storage.Value, limits storage.Limits) error {
	if err := limits.CheckEntry(key, v); err != nil {
		return err
	}
	return s.write(ctx, scope, func() error {
		e := s.scopes[scope]
		if e == nil {
			e = &entries{values: map[string]storage.Value{}}
		}
		growth := storage.Usage{Keys: 1, Bytes: storage.EntryBytes(key, v)}
		if old, found := e.values[key]; found {
			growth = storage.Usage{Bytes: growth.Bytes - storage.EntryBytes(key, old)}
		}
		before := storage.Usage{Keys: len(e.values), Bytes: e.bytes}
		if err := limits.CheckGrowth(before, growth); err != nil {
			return err
		}
		e.values[strings.Clone(key)] = v.Clone()
		e.bytes += growth.Bytes
		s.scopes[scope] = e
		return nil
	})
}

// Remove implements storage.Store.
func (s *Store) Remove(ctx context.Context, scope storage.Scope, key string) error {
	if err := storage.CheckKey(key); err != nil {
		return err
	}
	return s.write(ctx, scope, func() error {
		e := s.scopes[scope]
		if e == nil {
			return nil
		}
		if old, found := e.values[key]; found {
			delete(e.values, key)
			e.bytes -= storage.EntryBytes(key, old)
		}
		return nil
	})
}

// Clear implements storage.Store.
func (s *Store) Clear(ctx context.Context, scope storage.Scope) error {
	return s.write(ctx, scope, func() error {
		delete(s.scopes, scope)
		return nil
	})
}

// Keys implements storage.Store.
func (s *Store) Keys(ctx context.Context, scope storage.Scope) ([]string, error) {
	var keys []string
	err := s.read(ctx, scope, func(e *entries) { keys = slices.Sorted(maps.Keys(e.values)) })
	return keys, err
}

// Usage implements storage.Store.
func (s *Store) Usage(ctx context.Context, scope storage.Scope) (storage.Usage, error) {
	var usage storage.Usage
	err := s.read(ctx, scope, func(e *entries) {
		usage = storage.Usage{Keys: len(e.values), Bytes: e.bytes}
	})
	return usage, err
}

// Close implements storage.Store. All entries are gone.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.scopes = nil
	return nil
}

// read calls work with the scope's entries, if it has any.
func (s *Store) read(ctx context.Context, scope storage.Scope, work func(*entries)) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.check(ctx, scope); err != nil {
		return err
	}
	if e := s.scopes[scope]; e != nil {
		work(e)
	}
	return nil
}

func (s *Store) write(ctx context.Context, scope storage.Scope, work func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check(ctx, scope); err != nil {
		return err
	}
	return work()
}

func (s *Store) check(ctx context.Context, scope storage.Scope) error {
	if s.closed {
		return storage.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return scope.Validate()
}
