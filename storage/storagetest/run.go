// Package storagetest holds the tests that every storage.Store must pass, and a
// store that fails on demand for the tests of what is built on a store.
package storagetest

import (
	"context"
	"testing"

	"cloche/storage"
)

// Run runs the conformance suite. open returns an empty store, or one in which
// nobody else uses scopes that begin with "storagetest"; Run closes it. Run
// calls open several times, also at once.
func Run(t *testing.T, open func(t *testing.T) storage.Store) {
	t.Helper()
	cases := []struct {
		name string
		test func(*testing.T, storage.Store)
	}{
		{"values survive", testValues},
		{"bad values are refused", testBadValues},
		{"a value is replaced by any kind", testReplaceKind},
		{"keys survive", testKeys},
		{"bad keys are refused", testBadKeys},
		{"keys are sorted by bytes", testSortedKeys},
		{"absent keys", testAbsent},
		{"scopes are isolated", testScopes},
		{"bad scopes are refused", testBadScopes},
		{"quota of keys", testKeysQuota},
		{"quota of a value", testValueQuota},
		{"quota in total", testTotalQuota},
		{"default quota in total", testDefaultTotalQuota},
		{"overwriting is charged by its difference", testOverwrite},
		{"room comes back", testRoomComesBack},
		{"lowered limits", testLoweredLimits},
		{"writers race for the last byte", testRaceForLastByte},
		{"writers race for the last key", testRaceForLastKey},
		{"no write is lost", testNoLostWrites},
		{"an ended context", testEndedContext},
		{"a context that ends meanwhile", testContextEndsMeanwhile},
		{"random operations agree with a model", testModel},
		{"a closed store", testClosed},
		{"closing while in use", testCloseInUse},
		{"a space", testSpace},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			t.Cleanup(func() {
				if err := store.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			c.test(t, store)
		})
	}
}

// scope is what a test that needs one scope uses.
const scope storage.Scope = "storagetest"

// fixture calls a store's methods on one scope and fails the test on any error.
type fixture struct {
	t     *testing.T
	store storage.Store
	scope storage.Scope
}

func in(t *testing.T, store storage.Store, scope storage.Scope) fixture {
	return fixture{t: t, store: store, scope: scope}
}

func (f fixture) set(key string, v storage.Value, limits storage.Limits) {
	f.t.Helper()
	if err := f.store.Set(context.Background(), f.scope, key, v, limits); err != nil {
		f.t.Fatalf("Set(%.40q, %v): %v", key, v, err)
	}
}

func (f fixture) remove(key string) {
	f.t.Helper()
	if err := f.store.Remove(context.Background(), f.scope, key); err != nil {
		f.t.Fatalf("Remove(%.40q): %v", key, err)
	}
}

func (f fixture) clear() {
	f.t.Helper()
	if err := f.store.Clear(context.Background(), f.scope); err != nil {
		f.t.Fatalf("Clear: %v", err)
	}
}

func (f fixture) get(key string) (storage.Value, bool) {
	f.t.Helper()
	v, found, err := f.store.Get(context.Background(), f.scope, key)
	if err != nil {
		f.t.Fatalf("Get(%.40q): %v", key, err)
	}
	return v, found
}

func (f fixture) keys() []string {
	f.t.Helper()
	keys, err := f.store.Keys(context.Background(), f.scope)
	if err != nil {
		f.t.Fatalf("Keys: %v", err)
	}
	return keys
}

func (f fixture) usage() storage.Usage {
	f.t.Helper()
	usage, err := f.store.Usage(context.Background(), f.scope)
	if err != nil {
		f.t.Fatalf("Usage: %v", err)
	}
	return usage
}

// wantValue checks that key holds want. Values are compared and not printed:
// some are large.
func (f fixture) wantValue(key string, want storage.Value) {
	f.t.Helper()
	got, found := f.get(key)
	if !found {
		f.t.Errorf("Get(%.40q): not found, want %v", key, want)
	} else if got != want {
		f.t.Errorf("Get(%.40q) = %v, want another %v", key, got, want)
	}
}

func (f fixture) wantAbsent(key string) {
	f.t.Helper()
	if v, found := f.get(key); found {
		f.t.Errorf("Get(%.40q) = %v, want nothing", key, v)
	}
}

func (f fixture) wantUsage(keys int, bytes int64) {
	f.t.Helper()
	if got, want := f.usage(), (storage.Usage{Keys: keys, Bytes: bytes}); got != want {
		f.t.Errorf("Usage = %+v, want %+v", got, want)
	}
}
