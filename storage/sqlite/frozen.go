//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Frozen is the service's database in a file, held against all other processes and only
// read: all queries see the same. Its methods must not be called at the same time.
type Frozen struct {
	path     string // as it was given
	absolute string
	lock     *flock.Flock
	db       *sql.DB
	tx       *sql.Tx
}

// Freeze opens the service's database at path to read it. If a program older than this
// one wrote it, its schema is brought up to date first; apart from that no byte of it
// changes. The context bounds the life of the Frozen.
//
// The errors are those of OpenDatabase, and fs.ErrNotExist if there is no file.
func Freeze(ctx context.Context, path string) (*Frozen, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("storage: %s: %w", path, err)
	}
	if err := checkFile(absolute); err != nil {
		return nil, fmt.Errorf("storage: %s: %w", path, err)
	}
	lock, err := lockDatabase(absolute)
	if err != nil {
		return nil, err
	}
	f := &Frozen{path: path, absolute: absolute, lock: lock}
	if err := f.open(ctx, absolute); err != nil {
		return nil, errors.Join(explainOpen(path, absolute, err), f.Close())
	}
	return f, nil
}

func (f *Frozen) open(ctx context.Context, path string) (err error) {
	if f.db, err = openReadOnly(path); err != nil {
		return err
	}
	old, err := isOld(ctx, f.db)
	if err != nil {
		return err
	}
	if old {
		if err := errors.Join(f.db.Close(), upgrade(ctx, path)); err != nil {
			return err
		}
		if f.db, err = openReadOnly(path); err != nil {
			return err
		}
	}
	f.tx, err = f.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	return err
}

func openReadOnly(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite3", dataSource(path, Options{}.withDefaults(), url.Values{"mode": {"ro"}, "_query_only": {"1"}}))
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// isOld reports whether the schema is older than this program's.
func isOld(ctx context.Context, db *sql.DB) (bool, error) {
	var application int64
	if err := db.QueryRowContext(ctx, "SELECT application_id FROM pragma_application_id").Scan(&application); err != nil {
		return false, err
	}
	if application != serviceFormat().application {
		return false, fmt.Errorf("%w: it is not the database of a service", ErrNotStorage)
	}
	provider, err := migrations(db)
	if err != nil {
		return false, err
	}
	var have int64
	if err := db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version").Scan(&have); err != nil {
		return false, err
	}
	sources := provider.ListSources()
	want := sources[len(sources)-1].Version
	if have > want {
		return false, fmt.Errorf("%w: its schema version is %d, this program knows %d", ErrNewerSchema, have, want)
	}
	return have < want, nil
}

// upgrade brings the schema up to date.
func upgrade(ctx context.Context, path string) error {
	f, err := connect(path, Options{}.withDefaults())
	if err != nil {
		return err
	}
	b := &backend{file: f, log: slog.New(slog.DiscardHandler)}
	return errors.Join(b.migrate(ctx), f.Close())
}

// Query calls each for the rows of a query. Its error ends the query and is returned.
func (f *Frozen) Query(ctx context.Context, each func(*sql.Rows) error, query string, args ...any) error {
	rows, err := f.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return explain(f.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return explain(f.path, err)
		}
	}
	return explain(f.path, rows.Err())
}

// Close frees the file for other processes.
func (f *Frozen) Close() error {
	var err error
	if f.tx != nil {
		// Nothing was written: what the end of it says does not matter.
		_ = f.tx.Rollback()
	}
	if f.db != nil {
		err = errors.Join(f.db.Close(), tidy(f.absolute))
	}
	return errors.Join(err, f.lock.Close())
}

// tidy has SQLite remove the files of a log that is empty, which a connection that only
// reads makes and leaves behind. A log with something in it stays as it was found.
func tidy(path string) error {
	log, err := os.Stat(path + "-wal")
	if err != nil || log.Size() > 0 {
		return nil
	}
	f, err := connect(path, Options{}.withDefaults())
	if err != nil {
		return err
	}
	var objects int
	// Where nothing may be written the files may stay: they say nothing.
	_ = f.writer.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&objects)
	return f.Close()
}
