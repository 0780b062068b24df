//go:build cgo

package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloche/storage"
)

func TestCorruptRow(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"short number":   "kind = 2, data = x'00'",
		"empty number":   "kind = 2, data = x''",
		"infinite":       "kind = 2, data = x'7ff0000000000000'",
		"bad boolean":    "kind = 3, data = x'02'",
		"unknown kind":   "kind = 9",
		"negative kind":  "kind = -1",
		"very high kind": "kind = 257",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			path := filepath.Join(t.TempDir(), "test.db")
			store := mustOpen(t, path, Options{})
			mustSet(t, store, "s", "bad", storage.String("x"))
			mustSet(t, store, "s", "good", storage.Number(1))
			execOn(t, path, "UPDATE storage_entry SET "+change+" WHERE key = x'626164'")

			_, _, err := store.Get(ctx, "s", "bad")
			if !errors.Is(err, storage.ErrCorrupt) || strings.Contains(err.Error(), "\n") {
				t.Errorf("Get = %v, want ErrCorrupt in one line", err)
			}
			if v, found, err := store.Get(ctx, "s", "good"); err != nil || !found || v != storage.Number(1) {
				t.Errorf("Get of the other row = %v, %v, %v; want 1", v, found, err)
			}
			mustSet(t, store, "s", "bad", storage.Number(2))
			if v, _, err := store.Get(ctx, "s", "bad"); err != nil || v != storage.Number(2) {
				t.Errorf("Get of the mended row = %v, %v; want 2", v, err)
			}
		})
	}
}

// TestCorruptUsage checks that a usage that has lost its entries never goes
// below zero unnoticed.
func TestCorruptUsage(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"missing": "DELETE FROM storage_usage",
		"zero":    "UPDATE storage_usage SET keys = 0, bytes = 0",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "test.db")
			store := mustOpen(t, path, Options{})
			mustSet(t, store, "s", "k", storage.String("x"))
			execOn(t, path, change)
			if err := store.Remove(context.Background(), "s", "k"); !errors.Is(err, storage.ErrCorrupt) {
				t.Errorf("Remove = %v, want ErrCorrupt", err)
			}
			wantNumberOfKeys(t, store, "s", 1)
			if err := store.Clear(context.Background(), "s"); err != nil {
				t.Errorf("Clear, which mends it: %v", err)
			}
		})
	}
}

func TestCorruptFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	store := mustOpen(t, path, Options{})
	for i := range 100 {
		mustSet(t, store, "s", fmt.Sprint("k", i), storage.String(strings.Repeat("v", 200)))
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	copy(data[page:], bytes.Repeat([]byte{0xff}, len(data)-page))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}

	store, err = Open(context.Background(), path, Options{})
	if err != nil {
		if !errors.Is(err, storage.ErrCorrupt) {
			t.Errorf("Open = %v, want ErrCorrupt", err)
		}
		return
	}
	ctx := context.Background()
	_, _, get := store.Get(ctx, "s", "k1")
	_, keys := store.Keys(ctx, "s")
	_, usage := store.Usage(ctx, "s")
	set := store.Set(ctx, "s", "k1", storage.Number(1), storage.Limits{})
	for name, err := range map[string]error{
		"Get": get, "Keys": keys, "Usage": usage, "Set": set, "Remove": store.Remove(ctx, "s", "k1"), "Clear": store.Clear(ctx, "s"),
	} {
		if !errors.Is(err, storage.ErrCorrupt) {
			t.Errorf("%s = %v, want ErrCorrupt", name, err)
		}
	}
	if err := store.Close(); err != nil {
		t.Logf("Close: %v", err)
	}
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store := mustOpen(t, filepath.Join(t.TempDir(), "test.db"), Options{})
	mustSet(t, store, "s", "k", storage.String("old"))
	if _, err := store.writer.Exec("PRAGMA max_page_count = 20"); err != nil {
		t.Fatal(err)
	}
	before, err := store.Usage(ctx, "s")
	if err != nil {
		t.Fatal(err)
	}
	large := storage.String(strings.Repeat("v", 200_000))
	for _, key := range []string{"k", "new"} {
		if err := store.Set(ctx, "s", key, large, storage.Limits{}); !errors.Is(err, ErrFull) {
			t.Errorf("Set(%q) = %v, want ErrFull", key, err)
		}
	}
	if usage, err := store.Usage(ctx, "s"); err != nil || usage != before {
		t.Errorf("Usage = %+v, %v; want %+v", usage, err, before)
	}
	wantNumberOfKeys(t, store, "s", 1)
	if v, _, err := store.Get(ctx, "s", "k"); err != nil || v != storage.String("old") {
		t.Errorf("Get = %v, %v; want the old value", v, err)
	}

	mustSet(t, store, "s", "small", storage.Number(1))
	if _, err := store.writer.Exec("PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	mustSet(t, store, "s", "k", large)
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	store := mustOpen(t, filepath.Join(t.TempDir(), "test.db"), Options{})
	if _, err := store.writer.Exec("PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	if err := store.Set(context.Background(), "s", "k", storage.Number(1), storage.Limits{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Set = %v, want ErrReadOnly", err)
	}
}

// lock holds the write lock of the database at path until the test, or the
// returned function, ends it.
func lock(t *testing.T, path string) (unlock func()) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

func TestLocked(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "test.db")
	store := mustOpen(t, path, Options{BusyTimeout: 60 * time.Millisecond})
	mustSet(t, store, "s", "k", storage.Number(1))
	unlock := lock(t, path)

	start := time.Now()
	set := store.Set(ctx, "s", "k", storage.Number(2), storage.Limits{})
	if waited := time.Since(start); waited < 60*time.Millisecond || waited > 5*time.Second {
		t.Errorf("Set waited %v, want about 60ms", waited)
	}
	for name, err := range map[string]error{
		"Set": set, "Remove": store.Remove(ctx, "s", "k"), "Clear": store.Clear(ctx, "s"),
	} {
		if !errors.Is(err, ErrLocked) {
			t.Errorf("%s = %v, want ErrLocked", name, err)
		}
	}
	if _, err := Open(ctx, path, Options{BusyTimeout: time.Millisecond}); !errors.Is(err, ErrLocked) {
		t.Errorf("Open = %v, want ErrLocked", err)
	}
	if v, _, err := store.Get(ctx, "s", "k"); err != nil || v != storage.Number(1) {
		t.Errorf("Get = %v, %v; want the old value: a writer does not stop readers", v, err)
	}
	unlock()
	mustSet(t, store, "s", "k", storage.Number(3))
}

// TestLockedSetWaits checks that a lock that goes away in time does no harm.
func TestLockedSetWaits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	store := mustOpen(t, path, Options{BusyTimeout: time.Minute})
	unlock := lock(t, path)
	done := make(chan error)
	go func() { done <- store.Set(context.Background(), "s", "k", storage.Number(1), storage.Limits{}) }()
	select {
	case err := <-done:
		t.Fatalf("Set returned %v while the database was locked", err)
	case <-time.After(2 * busySlice):
	}
	unlock()
	if err := <-done; err != nil {
		t.Errorf("Set: %v", err)
	}
}

// TestLockedSetObeysContext checks both kinds of waiting: the first Set waits
// for the lock of the file, the second for the first.
func TestLockedSetObeysContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	store := mustOpen(t, path, Options{BusyTimeout: time.Minute})
	unlock := lock(t, path)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	start := time.Now()
	done := make(chan error)
	for range 2 {
		go func() { done <- store.Set(ctx, "s", "k", storage.Number(1), storage.Limits{}) }()
	}
	for range 2 {
		if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Set = %v, want %v", err, context.DeadlineExceeded)
		}
	}
	if waited := time.Since(start); waited > 5*time.Second {
		t.Errorf("Set waited %v for a context of 30ms", waited)
	}
	unlock()
	wantNumberOfKeys(t, store, "s", 0)
}

func wantNumberOfKeys(t *testing.T, store storage.Store, scope storage.Scope, want int) {
	t.Helper()
	if keys, err := store.Keys(context.Background(), scope); err != nil || len(keys) != want {
		t.Errorf("Keys = %q, %v; want %d", keys, err, want)
	}
}
