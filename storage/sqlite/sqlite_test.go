//go:build cgo

package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"cloche/storage"
	"cloche/storage/storagetest"
)

// conformanceOptions spare the suite thousands of waits for the disk: what
// SynchronousFull adds to a write cannot be seen without loss of power.
func conformanceOptions() Options { return Options{Synchronous: SynchronousNormal} }

func TestConformance(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storage.Store {
		return mustOpen(t, filepath.Join(t.TempDir(), "test.db"), conformanceOptions())
	})
}

// TestConformanceOfTwoHandles runs the suite on two handles of one file that
// take turns: what one writes the other must see, and their quotas are one.
func TestConformanceOfTwoHandles(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storage.Store {
		path := filepath.Join(t.TempDir(), "test.db")
		return &twoHandles{stores: [2]*Store{mustOpen(t, path, conformanceOptions()), mustOpen(t, path, conformanceOptions())}}
	})
}

type twoHandles struct {
	stores [2]*Store
	calls  atomic.Uint64
}

func (h *twoHandles) next() *Store { return h.stores[h.calls.Add(1)%2] }

func (h *twoHandles) Get(ctx context.Context, scope storage.Scope, key string) (storage.Value, bool, error) {
	return h.next().Get(ctx, scope, key)
}

func (h *twoHandles) Set(ctx context.Context, scope storage.Scope, key string, v storage.Value, limits storage.Limits) error {
	return h.next().Set(ctx, scope, key, v, limits)
}

func (h *twoHandles) Remove(ctx context.Context, scope storage.Scope, key string) error {
	return h.next().Remove(ctx, scope, key)
}

func (h *twoHandles) Clear(ctx context.Context, scope storage.Scope) error {
	return h.next().Clear(ctx, scope)
}

func (h *twoHandles) Keys(ctx context.Context, scope storage.Scope) ([]string, error) {
	return h.next().Keys(ctx, scope)
}

func (h *twoHandles) Usage(ctx context.Context, scope storage.Scope) (storage.Usage, error) {
	return h.next().Usage(ctx, scope)
}

func (h *twoHandles) Close() error {
	for _, store := range h.stores {
		if err := store.Close(); err != nil {
			return err
		}
	}
	return nil
}

func TestReopen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	values := map[string]storage.Value{
		"string": storage.String("a\x00\xed\xa0\x80"), "number": storage.Number(5e-324), "boolean": storage.Boolean(true),
	}
	first := mustOpen(t, path, Options{})
	var want storage.Usage
	for key, v := range values {
		mustSet(t, first, "s", key, v)
		want.Keys++
		want.Bytes += storage.EntryBytes(key, v)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("the log is still there after Close")
	}
	second := mustOpen(t, path, Options{})
	for key, v := range values {
		if got, found, err := second.Get(context.Background(), "s", key); err != nil || !found || got != v {
			t.Errorf("Get(%q) = %v, %v, %v; want %v", key, got, found, err, v)
		}
	}
	if got, err := second.Usage(context.Background(), "s"); err != nil || got != want {
		t.Errorf("Usage = %+v, %v; want %+v", got, err, want)
	}
}

func TestRevCountsWrites(t *testing.T) {
	t.Parallel()
	store := mustOpen(t, filepath.Join(t.TempDir(), "test.db"), Options{})
	for want := int64(1); want <= 3; want++ {
		mustSet(t, store, "s", "k", storage.Number(1))
		var rev int64
		if err := store.reader.QueryRow("SELECT rev FROM storage_entry").Scan(&rev); err != nil || rev != want {
			t.Errorf("rev = %d, %v; want %d", rev, err, want)
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	store := mustOpen(t, filepath.Join(t.TempDir(), "test.db"), Options{})
	if _, err := store.reader.Exec("DELETE FROM storage_entry"); err == nil {
		t.Error("a reading connection has written")
	}
}

// TestConnectionSettings checks that what dataSource asks for is what SQLite
// does: it ignores parameters that it does not know.
func TestConnectionSettings(t *testing.T) {
	t.Parallel()
	for synchronous, number := range map[Synchronous]string{SynchronousFull: "2", SynchronousNormal: "1"} {
		store := mustOpen(t, filepath.Join(t.TempDir(), "test.db"), Options{Synchronous: synchronous})
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": number, "foreign_keys": "1", "busy_timeout": "25",
		} {
			var got string
			if err := store.writer.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s = %q, %v; want %q", synchronous, pragma, got, err, want)
			}
		}
	}
}

func mustOpen(t testing.TB, path string, options Options) *Store {
	t.Helper()
	store, err := Open(context.Background(), path, options)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return store
}

func mustSet(t testing.TB, store storage.Store, scope storage.Scope, key string, v storage.Value) {
	t.Helper()
	if err := store.Set(context.Background(), scope, key, v, storage.Limits{}); err != nil {
		t.Fatalf("Set(%q): %v", key, err)
	}
}
