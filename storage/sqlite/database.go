//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"syscall"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"cloche/storage/queue"
	"cloche/storage/record"
	"cloche/storage/relational"
	"cloche/storage/relational/sqlc"
)

// Database is a record.Database in an SQLite file, with the scripts' storage beside
// the records. One process at a time has it open. It is safe for concurrent use.
//
// Beside the errors of record.Database its methods return those of Store.
type Database struct {
	*relational.Database
	*backend
}

var _ record.Database = (*Database)(nil)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// serviceFormat is the service's database: "clos". Its version is goose's to keep.
func serviceFormat() format { return format{application: 0x636c6f73} }

// OpenDatabase opens the service's database at path and creates it, with permissions
// 0600, if there is none; its directory must exist. It brings an older schema up to
// date. What looks as if it ran is taken for interrupted and runs again.
//
// The errors are those of Open, and record.ErrInUse if another process has it.
func OpenDatabase(ctx context.Context, path string, options Options) (*Database, error) {
	lock, err := lockDatabase(path)
	if err != nil {
		return nil, err
	}
	b := &backend{lock: lock, log: options.Log}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	d := &Database{Database: relational.New(b, b.log), backend: b}
	f, err := openFile(ctx, path, options, func(f *file) error {
		b.file, f.shared = f, &b.wakes
		b.wakes.forget = d.Forget
		return d.install(ctx)
	})
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	b.file = f
	return d, nil
}

// lockDatabase takes the lock of the database at path.
func lockDatabase(path string) (*flock.Flock, error) {
	// SQLite's own locks come and go with transactions; this one stays.
	lock := flock.New(LockPath(path), flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("storage: %s: %w", path, lockReason(err))
	}
	if !held {
		return nil, fmt.Errorf("storage: %s: %w", path, record.ErrInUse)
	}
	return lock, nil
}

// lockReason words why the lock file cannot be had.
func lockReason(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return ErrReadOnly
	}
	return reason(err)
}

func (d *Database) install(ctx context.Context) error {
	b := d.backend
	if err := b.file.install(ctx, serviceFormat()); err != nil {
		return err
	}
	if err := b.migrate(ctx); err != nil {
		return err
	}
	var err error
	if b.store, err = newStore(ctx, b.file); err != nil {
		return err
	}
	b.store.borrowed = true
	if b.reading, err = sqlc.Prepare(ctx, b.reader); err != nil {
		return err
	}
	if b.writing, err = sqlc.Prepare(ctx, b.writer); err != nil {
		return err
	}
	b.wakes.insert, err = queue.NewClient(b.driver(), queue.Config{Fast: true, Log: b.log}, nil)
	if err != nil {
		return err
	}
	return d.recover(ctx)
}

// migrations returns what brings our tables in db up to date.
func migrations(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	// The first version is the scripts' storage, as a file of its own has it.
	storageTables := goose.NewGoMigration(1, &goose.GoFunc{
		RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, schemaSQL)
			return err
		},
	}, nil)
	return goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithGoMigrations(storageTables), goose.WithLogger(goose.NopLogger()))
}

// migrate brings our tables and River's to the version of this program.
func (b *backend) migrate(ctx context.Context) error {
	provider, err := migrations(b.writer)
	if err != nil {
		return err
	}
	have, want, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > want {
		return fmt.Errorf("%w: its schema version is %d, this program knows %d", ErrNewerSchema, have, want)
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riversqlite.New(b.writer), &rivermigrate.Config{Logger: queue.Quiet(b.log)})
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// recover makes available what a process that is gone was working on: while the lock
// is held there is no other.
func (d *Database) recover(ctx context.Context) error {
	err := d.backend.Write(ctx, "recover", func(t relational.Tx) error {
		tx := t.(transaction).tx
		if _, err := tx.Exec("UPDATE river_job SET state = 'available' WHERE state = 'running'"); err != nil {
			return err
		}
		_, err := tx.Exec("UPDATE mailbox SET until = 0")
		return err
	})
	if err != nil {
		return err
	}
	return d.Sweep(ctx)
}
