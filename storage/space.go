package storage

import "context"

// Space is the storage of one script run: a store, a scope and limits bound
// together when the run is set up. Its methods take no scope, so a script can
// reach no other. The zero Space grants nothing: its methods return
// ErrNotGranted. A Space is safe for concurrent use and may be copied.
//
// Its methods return the errors of Store. A key that is longer than
// Limits.KeyBytes gives ErrKey everywhere, not in Set alone, so that a script
// learns of its mistake where it makes it.
type Space struct {
	store  Store
	scope  Scope
	limits Limits
}

// Open binds a store, a scope and limits; zero fields of limits mean their
// defaults. An invalid scope is reported by the methods, as ErrScope. The store
// stays the caller's to close.
func Open(store Store, scope Scope, limits Limits) Space {
	return Space{store: store, scope: scope, limits: limits.WithDefaults()}
}

// Get returns the value of key, and false if there is none.
func (s Space) Get(ctx context.Context, key string) (Value, bool, error) {
	if err := s.check(key); err != nil {
		return Value{}, false, err
	}
	return s.store.Get(ctx, s.scope, key)
}

// Has reports whether there is a value under key. It costs as much as Get.
func (s Space) Has(ctx context.Context, key string) (bool, error) {
	_, found, err := s.Get(ctx, key)
	return found, err
}

// Set stores v under key and replaces what was there. A *QuotaError says that
// it would pass a limit; then the old value stays.
func (s Space) Set(ctx context.Context, key string, v Value) error {
	if s.store == nil {
		return ErrNotGranted
	}
	return s.store.Set(ctx, s.scope, key, v, s.limits)
}

// Remove deletes key; an absent key is no error.
func (s Space) Remove(ctx context.Context, key string) error {
	if err := s.check(key); err != nil {
		return err
	}
	return s.store.Remove(ctx, s.scope, key)
}

// Clear deletes all keys.
func (s Space) Clear(ctx context.Context) error {
	if s.store == nil {
		return ErrNotGranted
	}
	return s.store.Clear(ctx, s.scope)
}

// Keys returns all keys, sorted by their bytes. The caller owns the slice.
func (s Space) Keys(ctx context.Context) ([]string, error) {
	if s.store == nil {
		return nil, ErrNotGranted
	}
	return s.store.Keys(ctx, s.scope)
}

func (s Space) check(key string) error {
	if s.store == nil {
		return ErrNotGranted
	}
	return s.limits.CheckKey(key)
}
