package storagetest

import (
	"context"
	"errors"
	"sync/atomic"

	"cloche/storage"
)

// ErrFault is what a FaultyStore fails with.
var ErrFault = errors.New("storagetest: injected fault")

// FaultyStore passes calls on to another store, but for one that it fails. It
// is safe for concurrent use if that store is. Make one with Faulty.
type FaultyStore struct {
	store  storage.Store
	failAt int64
	calls  atomic.Int64
}

var _ storage.Store = (*FaultyStore)(nil)

// Faulty returns a store that passes calls on to store, except the failAt-th,
// counted from 1 over all methods, Close included: that one returns ErrFault
// and does not reach store. With failAt 0 none fails, and Calls tells how many
// there are to try.
func Faulty(store storage.Store, failAt int) *FaultyStore {
	return &FaultyStore{store: store, failAt: int64(failAt)}
}

// Calls returns the number of calls so far, the failed one included.
func (f *FaultyStore) Calls() int { return int(f.calls.Load()) }

func (f *FaultyStore) count() error {
	if f.calls.Add(1) == f.failAt {
		return ErrFault
	}
	return nil
}

// Get implements storage.Store.
func (f *FaultyStore) Get(ctx context.Context, scope storage.Scope, key string) (storage.Value, bool, error) {
	if err := f.count(); err != nil {
		return storage.Value{}, false, err
	}
	return f.store.Get(ctx, scope, key)
}

// Set implements storage.Store.
func (f *FaultyStore) Set(ctx context.Context, scope storage.Scope, key string, v storage.Value, limits storage.Limits) error {
	if err := f.count(); err != nil {
		return err
	}
	return f.store.Set(ctx, scope, key, v, limits)
}

// Remove implements storage.Store.
func (f *FaultyStore) Remove(ctx context.Context, scope storage.Scope, key string) error {
	if err := f.count(); err != nil {
		return err
	}
	return f.store.Remove(ctx, scope, key)
}

// Clear implements storage.Store.
func (f *FaultyStore) Clear(ctx context.Context, scope storage.Scope) error {
	if err := f.count(); err != nil {
		return err
	}
	return f.store.Clear(ctx, scope)
}

// Keys implements storage.Store.
func (f *FaultyStore) Keys(ctx context.Context, scope storage.Scope) ([]string, error) {
	if err := f.count(); err != nil {
		return nil, err
	}
	return f.store.Keys(ctx, scope)
}

// Usage implements storage.Store.
func (f *FaultyStore) Usage(ctx context.Context, scope storage.Scope) (storage.Usage, error) {
	if err := f.count(); err != nil {
		return storage.Usage{}, err
	}
	return f.store.Usage(ctx, scope)
}

// Close implements storage.Store.
func (f *FaultyStore) Close() error {
	if err := f.count(); err != nil {
		return err
	}
	return f.store.Close()
}
