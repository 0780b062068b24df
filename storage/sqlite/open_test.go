//go:build cgo

package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cloche/storage"
)

func TestOpenOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"plain.db", "with space.db", "a?mode=memory", "a#b", "100%", "%41", "a&b=c", "a+b", "a;b", "ü🎉", ":memory:", "file:x", "a\nb", "\xff",
	} {
		dir := filepath.Join(t.TempDir(), "in "+name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		store := mustOpen(t, filepath.Join(dir, name), Options{})
		mustSet(t, store, "s", "k", storage.Number(1))
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			info, err := entry.Info()
			if err != nil || !strings.HasPrefix(entry.Name(), name) || info.Mode().Perm() != 0o600 {
				t.Errorf("%q: made %q, %v, %v; want names that begin like it and 0600", name, entry.Name(), info.Mode(), err)
			}
		}
		if len(entries) != 3 {
			t.Errorf("%q: made %d files, want the database, its log and its index", name, len(entries))
		}
	}
}

func TestOpenRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("dir", 0o700); err != nil {
		t.Fatal(err)
	}
	mustSet(t, mustOpen(t, "dir/test.db", Options{}), "s", "k", storage.Number(1))
	if _, err := os.Stat("dir/test.db"); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		want error
		// make returns the path to open, in or below dir.
		make func(t *testing.T, dir string) string
	}{
		{"directory", ErrNotStorage, func(_ *testing.T, dir string) string { return dir }},
		{"missing directory", fs.ErrNotExist, func(_ *testing.T, dir string) string { return dir + "/no/test.db" }},
		{"below a file", syscall.ENOTDIR, func(t *testing.T, dir string) string {
			return writeFile(t, dir, nil) + "/test.db"
		}},
		{"dangling link", fs.ErrNotExist, func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "link")
			if err := os.Symlink(filepath.Join(dir, "nothing"), path); err != nil {
				t.Fatal(err)
			}
			return path
		}},
		{"pipe", ErrNotStorage, func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "pipe")
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}},
		{"short text", ErrNotStorage, func(t *testing.T, dir string) string { return writeFile(t, dir, []byte("hello\n")) }},
		{"cut header", ErrNotStorage, func(t *testing.T, dir string) string {
			return writeFile(t, dir, []byte("SQLite format 3\x00\x10\x00"))
		}},
		{"random bytes", ErrNotStorage, func(t *testing.T, dir string) string {
			data := make([]byte, 10_000)
			_, _ = rand.Read(data)
			return writeFile(t, dir, data)
		}},
		{"another program's database", ErrNotStorage, func(t *testing.T, dir string) string {
			return writeDatabase(t, dir, "CREATE TABLE notes (text TEXT)")
		}},
		{"another program's empty database", ErrNotStorage, func(t *testing.T, dir string) string {
			return writeDatabase(t, dir, "PRAGMA application_id = 1")
		}},
		{"newer schema", ErrNewerSchema, func(t *testing.T, dir string) string {
			return writeDatabase(t, dir, "PRAGMA application_id = 1668050787; PRAGMA user_version = 2")
		}},
		{"no schema", ErrNotStorage, func(t *testing.T, dir string) string {
			return writeDatabase(t, dir, "PRAGMA application_id = 1668050787")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := c.make(t, t.TempDir())
			before := contents(path)
			wantRefused(t, path, c.want)
			if contents(path) != before {
				t.Error("the refused file was changed")
			}
		})
	}
}

// TestOpenRefusesUnwritable uses what the user at hand may not write: for root
// that is not a matter of permissions.
func TestOpenRefusesUnwritable(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		path := "/sys/cloche-test.db"
		if _, err := os.Stat("/sys/kernel"); err != nil {
			path = writeFile(t, t.TempDir(), nil) + "/test.db"
		}
		wantRefused(t, path, nil)
		return
	}
	dir := t.TempDir()
	mustOpen(t, filepath.Join(dir, "test.db"), Options{})
	if err := errors.Join(os.Chmod(filepath.Join(dir, "test.db"), 0o400), os.Chmod(dir, 0o500)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	wantRefused(t, filepath.Join(dir, "new.db"), fs.ErrPermission)
	wantRefused(t, filepath.Join(dir, "test.db"), nil)
}

func TestOpenRefusesOptions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	for _, options := range []Options{
		{Synchronous: "OFF"}, {Synchronous: "full"}, {BusyTimeout: -1},
	} {
		if _, err := Open(context.Background(), path, options); err == nil {
			t.Errorf("Open with %+v: no error", options)
		}
	}
	if _, err := Open(context.Background(), "", Options{}); err == nil {
		t.Error("Open of an empty path: no error")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a refused Open has made the file")
	}
}

func TestOpenWithEndedContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, filepath.Join(t.TempDir(), "test.db"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open = %v, want %v", err, context.Canceled)
	}
}

func TestCreateFileWithoutHardLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "test.db")
	noLinks := func(string, string) error { return syscall.EPERM }
	for _, want := range []error{nil, fs.ErrExist} {
		if err := createFile(path, noLinks); !errors.Is(err, want) {
			t.Errorf("createFile = %v, want %v", err, want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "test.db" {
		t.Fatalf("createFile left %v, %v; want the file alone", entries, err)
	}
	if info, err := entries[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("createFile made %v, %v; want 0600", info.Mode(), err)
	}
}

// TestOpenAtOnce lets several openers find no database, or one half made. It
// has caught an Open that closed the file and so dropped the locks of another,
// and one that gave up at the first lock it met.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	processes := []*writer{startWriter(t, path), startWriter(t, path)}
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			store, err := Open(context.Background(), path, Options{})
			if err != nil {
				t.Errorf("Open: %v", err)
				return
			}
			if err := store.Set(context.Background(), "s", "k", storage.Number(1), storage.Limits{}); err != nil {
				t.Errorf("Set: %v", err)
			}
			if err := store.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
	group.Wait()
	for _, process := range processes {
		process.acknowledged(t, func(rounds int) {
			if rounds == 1 {
				_ = process.command.Process.Kill()
			}
		})
		_ = process.command.Wait() // killed
		if process.stderr.Len() > 0 {
			t.Errorf("a process that opened the file said: %s", process.stderr)
		}
	}
}

// wantRefused checks that opening path fails with want, if that is not nil, in
// one line that names path.
func wantRefused(t *testing.T, path string, want error) {
	t.Helper()
	store, err := Open(context.Background(), path, Options{BusyTimeout: 50 * time.Millisecond})
	if err == nil {
		_ = store.Close()
		t.Fatalf("Open(%q): no error", path)
	}
	if want != nil && !errors.Is(err, want) {
		t.Errorf("Open = %v, want %v", err, want)
	}
	if text := err.Error(); !strings.HasPrefix(text, "storage: "+path+": ") || strings.Contains(text, "\n") {
		t.Errorf("Open = %q, want one line that begins with storage and the path", text)
	}
}

// contents returns what is in the file at path, "" if it is no regular file: to
// read a pipe would wait for ever.
func contents(path string) string {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	data, _ := os.ReadFile(path)
	return string(data)
}

func writeFile(t *testing.T, dir string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func writeDatabase(t *testing.T, dir, statements string) string {
	t.Helper()
	path := writeFile(t, dir, nil)
	execOn(t, path, statements)
	return path
}

// execOn runs statements on the database at path through a connection that is
// no Store's.
func execOn(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(statements)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
