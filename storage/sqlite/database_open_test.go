//go:build cgo

package sqlite

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloche/storage"
	"cloche/storage/record"
)

// wantDatabaseRefused checks that OpenDatabase fails with want, if that is not nil, in
// one line that names path.
func wantDatabaseRefused(t *testing.T, path string, want error) {
	t.Helper()
	db, err := OpenDatabase(context.Background(), path, Options{BusyTimeout: 50 * time.Millisecond})
	if err == nil {
		_ = db.Close()
		t.Fatalf("OpenDatabase(%q): no error", path)
	}
	if want != nil && !errors.Is(err, want) {
		t.Errorf("OpenDatabase = %v, want %v", err, want)
	}
	if text := err.Error(); !strings.HasPrefix(text, "storage: "+path+": ") || strings.Contains(text, "\n") {
		t.Errorf("OpenDatabase = %q, want one line that begins with storage and the path", text)
	}
}

func TestOpenDatabaseInUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db := openDatabase(t, path)
	for range 2 {
		wantDatabaseRefused(t, path, record.ErrInUse)
	}
	if err := db.Ping(context.Background()); err != nil {
		t.Errorf("Ping after another tried: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	openDatabase(t, path)
	for _, name := range []string{path, LockPath(path)} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want 0600", name, info, err)
		}
	}
}

// TestOpenDatabaseFreesLock checks that a refusal leaves nothing that refuses the next.
func TestOpenDatabaseFreesLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := OpenDatabase(cancelled, path, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("OpenDatabase = %v, want %v", err, context.Canceled)
	}
	if _, err := OpenDatabase(context.Background(), path, Options{Synchronous: "OFF"}); err == nil {
		t.Error("OpenDatabase with bad options: no error")
	}
	openDatabase(t, path)
}

func TestOpenDatabaseRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		want error
		// make returns the path to open, in or below dir.
		make func(t *testing.T, dir string) string
	}{
		{"directory", ErrNotStorage, func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "dir")
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			return path
		}},
		{"missing directory", fs.ErrNotExist, func(_ *testing.T, dir string) string { return dir + "/no/test.db" }},
		{"random bytes", ErrNotStorage, func(t *testing.T, dir string) string {
			data := make([]byte, 10_000)
			_, _ = rand.Read(data)
			return writeFile(t, dir, data)
		}},
		{"scripts' storage alone", ErrNotStorage, func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "file")
			store := mustOpen(t, path, Options{})
			mustSet(t, store, "s", "k", storage.Number(1))
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			return path
		}},
		{"another program's database", ErrNotStorage, func(t *testing.T, dir string) string {
			return writeDatabase(t, dir, "CREATE TABLE notes (text TEXT)")
		}},
		{"newer schema", ErrNewerSchema, func(t *testing.T, dir string) string {
			return changedDatabase(t, dir, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)")
		}},
		{"newer format", ErrNewerSchema, func(t *testing.T, dir string) string {
			return changedDatabase(t, dir, "PRAGMA user_version = 1")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := c.make(t, t.TempDir())
			before := contents(path)
			wantDatabaseRefused(t, path, c.want)
			if contents(path) != before {
				t.Error("the refused file was changed")
			}
			if _, err := os.Stat(path + "-wal"); err == nil {
				t.Error("the refused file has a log")
			}
		})
	}
}

// changedDatabase makes a database and runs statements on it.
func changedDatabase(t *testing.T, dir, statements string) string {
	t.Helper()
	path := filepath.Join(dir, "file")
	if err := openDatabase(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	execOn(t, path, statements)
	return path
}

// TestOpenStoreRefusesDatabase checks the other way round: a service's database is no
// file of scripts' storage.
func TestOpenStoreRefusesDatabase(t *testing.T) {
	t.Parallel()
	path := changedDatabase(t, t.TempDir(), "SELECT 1")
	before := contents(path)
	wantRefused(t, path, ErrNotStorage)
	if contents(path) != before {
		t.Error("the refused file was changed")
	}
}

func TestOpenDatabaseUnwritable(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 { // no permission stops root
		if _, err := os.Stat("/sys/kernel"); err != nil {
			t.Skip("there is no file system here that root cannot write to")
		}
		wantDatabaseRefused(t, "/sys/kernel/cloche-test.db", ErrReadOnly)
		return
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	wantDatabaseRefused(t, filepath.Join(dir, "test.db"), ErrReadOnly)
}

// TestOpenEmptyFile checks that a file of no bytes, as mktemp makes it, becomes a
// database.
func TestOpenEmptyFile(t *testing.T) {
	t.Parallel()
	path := writeFile(t, t.TempDir(), nil)
	db := openDatabase(t, path)
	if _, _, err := acceptOne(context.Background(), db); err != nil {
		t.Error(err)
	}
}
