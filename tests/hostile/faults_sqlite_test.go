//go:build cgo

package hostile

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/sqlite"
)

func openSQLite(t testing.TB, path string, options sqlite.Options) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(context.Background(), path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// otherConnection opens the file of a store as another program would.
func otherConnection(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func mustExec(t testing.TB, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// playStorage runs a script that has the storage at hand and would catch anything.
func playStorage(t testing.TB, store storage.Store, limits host.Limits, source string) (host.Result, error) {
	t.Helper()
	options := withStore(store)
	options.Limits = limits
	return play(t, t.Context(), `
		const storage = require("storage");
		try { `+source+` } catch (e) { console.log("caught", e.name); }`, options)
}

// wantFault checks that a run ended with internal_error and the operator finds the
// cause, of which the script and its log know nothing.
func wantFault(t testing.TB, result host.Result, err error, causes ...error) {
	t.Helper()
	if !errors.Is(err, host.InternalError) || result.Receipt.Code != host.InternalError {
		t.Fatalf("it ended with %v, want internal_error", err)
	}
	found := false
	for _, cause := range causes {
		found = found || errors.Is(err, cause)
	}
	if !found {
		t.Errorf("the operator finds %v, want one of %v", errors.Unwrap(err), causes)
	}
	if got := logText(result); got != "" {
		t.Errorf("the script logged %q", got)
	}
	for _, line := range result.Log {
		if strings.Contains(line.Text, "database") || strings.Contains(line.Text, "storage") {
			t.Errorf("the log tells the cause: %q", line.Text)
		}
	}
}

func wantLog(t testing.TB, result host.Result, err error, want string) {
	t.Helper()
	if got := logText(result); err != nil || got != want {
		t.Errorf("it ended with %v (%v) and logged %q, want %q", err, errors.Unwrap(err), got, want)
	}
}

const setAndGet = `storage.set("k", (storage.get("k") || 0) + 1); console.log(storage.get("k"));`

// A database that somebody else holds for longer than BusyTimeout ends the run that
// writes with internal_error; one that only reads does not notice.
func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "locked.db")
	store := openSQLite(t, path, sqlite.Options{BusyTimeout: 50 * time.Millisecond})
	result, err := playStorage(t, store, host.Limits{}, setAndGet)
	wantLog(t, result, err, "1")
	other := otherConnection(t, path)
	mustExec(t, other, "BEGIN EXCLUSIVE")
	for _, source := range []string{setAndGet, `storage.remove("k")`, `storage.clear()`} {
		result, err = playStorage(t, store, host.Limits{}, source)
		wantFault(t, result, err, sqlite.ErrLocked)
	}
	result, err = playStorage(t, store, host.Limits{}, `console.log(storage.get("k"), storage.keys().length)`)
	wantLog(t, result, err, "1 1")
	mustExec(t, other, "ROLLBACK")
	result, err = playStorage(t, store, host.Limits{}, setAndGet)
	wantLog(t, result, err, "2")
}

// A run does not wait for a lock for longer than it may last.
func TestLockedDatabaseAndWallLimit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "locked.db")
	store := openSQLite(t, path, sqlite.Options{BusyTimeout: time.Minute})
	mustExec(t, otherConnection(t, path), "BEGIN EXCLUSIVE")
	result, err := playStorage(t, store, host.Limits{Wall: 100 * time.Millisecond}, setAndGet)
	if !errors.Is(err, host.WallLimit) || logText(result) != "" {
		t.Errorf("it ended with %v and logged %q, want wall_limit", err, logText(result))
	}
	if result.Receipt.Wall > 10*time.Second {
		t.Errorf("it took %v", result.Receipt.Wall)
	}
}

func TestCorruptRow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "corrupt.db")
	store := openSQLite(t, path, sqlite.Options{})
	result, err := playStorage(t, store, host.Limits{}, `storage.set("bad", 1); storage.set("good", 2); console.log("set")`)
	wantLog(t, result, err, "set")
	mustExec(t, otherConnection(t, path), "UPDATE storage_entry SET kind = 9 WHERE key = x'626164'")
	for _, source := range []string{`storage.get("bad")`, `storage.has("bad")`} {
		result, err = playStorage(t, store, host.Limits{}, source)
		wantFault(t, result, err, storage.ErrCorrupt)
	}
	result, err = playStorage(t, store, host.Limits{}, `console.log(storage.get("good")); storage.set("bad", 3); console.log(storage.get("bad"))`)
	wantLog(t, result, err, "2\n3")
}

func TestCorruptUsage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "corrupt.db")
	store := openSQLite(t, path, sqlite.Options{})
	result, err := playStorage(t, store, host.Limits{}, setAndGet)
	wantLog(t, result, err, "1")
	mustExec(t, otherConnection(t, path), "DELETE FROM storage_usage")
	result, err = playStorage(t, store, host.Limits{}, `storage.remove("k")`)
	wantFault(t, result, err, storage.ErrCorrupt)
}

// A file of which all but the first page is noise is refused when it is opened, or
// ends the runs that use it.
func TestCorruptFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "corrupt.db")
	store := openSQLite(t, path, sqlite.Options{})
	result, err := playStorage(t, store, host.Limits{}, `for (let i = 0; i < 50; i++) storage.set("k" + i, "v".repeat(500)); console.log("set")`)
	wantLog(t, result, err, "set")
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
	store, err = sqlite.Open(context.Background(), path, sqlite.Options{})
	if err != nil {
		if !errors.Is(err, storage.ErrCorrupt) {
			t.Errorf("Open says %v, want ErrCorrupt", err)
		}
		return
	}
	defer store.Close()
	for _, source := range []string{`storage.get("k1")`, `storage.set("k1", 1)`, `storage.keys()`, `storage.remove("k1")`, `storage.clear()`} {
		result, err := playStorage(t, store, host.Limits{}, source)
		wantFault(t, result, err, storage.ErrCorrupt)
	}
}

// A store that was closed under a run ends it.
func TestClosedStore(t *testing.T) {
	t.Parallel()
	store := openSQLite(t, filepath.Join(t.TempDir(), "closed.db"), sqlite.Options{})
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	space := storage.Open(store, "fault", storage.Limits{})
	result, err := play(t, t.Context(), `try { require("storage").get("k"); } catch { console.log("caught"); }`,
		host.Run{Functions: hostfuncs.Grants{Storage: &space}.Functions()})
	wantFault(t, result, err, storage.ErrClosed)
}
