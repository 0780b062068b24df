package migrate_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cloche/storage"
	"cloche/storage/migrate"
	"cloche/storage/record"
	"cloche/storage/sqlite"
)

func TestSourceInUse(t *testing.T) {
	t.Parallel()
	path := newFile(t)
	db := openFile(t, path)
	if _, err := migrate.OpenSource(context.Background(), path); !errors.Is(err, record.ErrInUse) {
		t.Errorf("OpenSource of what a server has = %v", err)
	}
	must(t, db.Close())
	source, err := migrate.OpenSource(context.Background(), path)
	must(t, err)
	if _, err := sqlite.OpenDatabase(context.Background(), path, sqlite.Options{}); !errors.Is(err, record.ErrInUse) {
		t.Errorf("OpenDatabase of what is copied = %v", err)
	}
	must(t, source.Close())
}

func TestNoSource(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.db")
	if _, err := migrate.OpenSource(context.Background(), missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("what was left behind: %v, %v", left, err)
	}
	text := filepath.Join(dir, "text.db")
	must(t, os.WriteFile(text, []byte(strings.Repeat("text ", 1000)), 0o600))
	storageAlone := filepath.Join(dir, "storage.db")
	store, err := sqlite.Open(context.Background(), storageAlone, sqlite.Options{})
	must(t, err)
	must(t, store.Close())
	empty := filepath.Join(dir, "empty.db")
	must(t, os.WriteFile(empty, nil, 0o600))
	if _, err := migrate.OpenSource(context.Background(), dir); !errors.Is(err, sqlite.ErrNotStorage) {
		t.Errorf("a directory: %v", err)
	}
	for _, path := range []string{text, storageAlone, empty} {
		before := readFile(t, path)
		if _, err := migrate.OpenSource(context.Background(), path); !errors.Is(err, sqlite.ErrNotStorage) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
		if readFile(t, path) != before {
			t.Errorf("%s has changed", filepath.Base(path))
		}
	}
}

// TestOldSource migrates a file of an older schema, which is brought up to date.
func TestOldSource(t *testing.T) {
	t.Parallel()
	path, dsn := newFile(t), server.Database(t)
	db, err := sql.Open("sqlite3", "file:"+path)
	must(t, err)
	// The first version of the schema had the scripts' storage alone.
	for _, table := range []string{
		"line", "run", "delivery", "activity", "variable", "version", "integration", "mailbox", "token", "project", "pulse",
	} {
		_, err := db.Exec("DROP TABLE " + table)
		must(t, err)
	}
	_, err = db.Exec("DELETE FROM goose_db_version WHERE version_id > 1")
	must(t, err)
	must(t, db.Close())
	_, err = run(context.Background(), t, path, dsn, migrate.Options{})
	must(t, err)
	compare(t, openTarget(t, dsn), read(t, path))
}

// TestTextsThatAreNone names the row whose text PostgreSQL cannot hold.
func TestTextsThatAreNone(t *testing.T) {
	t.Parallel()
	path, dsn := newFile(t), server.Database(t)
	db, err := sql.Open("sqlite3", "file:"+path)
	must(t, err)
	_, err = db.Exec("UPDATE project SET name = 'a' || char(0) WHERE id = (SELECT min(id) FROM project)")
	must(t, err)
	must(t, db.Close())
	_, err = run(context.Background(), t, path, dsn, migrate.Options{})
	if err == nil || !strings.Contains(err.Error(), "table project: the column name of row") {
		t.Errorf("the error is %v", err)
	}
	openTarget(t, dsn) // is as empty as it was
}

// TestSourceWithLog migrates what a killed server has left: a file and a log with what is
// not in it yet.
func TestSourceWithLog(t *testing.T) {
	t.Parallel()
	path, dsn := newFile(t), server.Database(t)
	db := openFile(t, path)
	must(t, db.Store().Set(context.Background(), "a scope of nobody", "new", storage.String("\x00"), storage.Limits{}))
	killed := copyOf(t, path)
	must(t, os.WriteFile(killed+"-wal", []byte(readFile(t, path+"-wal")), 0o600))
	want := snapshot(t, db)
	must(t, db.Close())
	before, log := readFile(t, killed), readFile(t, killed+"-wal")
	_, err := run(context.Background(), t, killed, dsn, migrate.Options{})
	must(t, err)
	if log == "" || readFile(t, killed) != before || readFile(t, killed+"-wal") != log {
		t.Errorf("the source or its log of %d bytes has changed", len(log))
	}
	compare(t, openTarget(t, dsn), want)
}
