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
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"cloche/storage"
	"cloche/storage/queue"
	"cloche/storage/record"
	"cloche/storage/sqlite/sqlc"
)

// Database is a record.Database in an SQLite file, with the scripts' storage beside
// the records. One process at a time has it open. It is safe for concurrent use.
//
// Beside the errors of record.Database its methods return those of Store.
type Database struct {
	*file
	lock   *flock.Flock
	log    *slog.Logger
	reads  *sqlc.Queries // of file.reader
	writes *sqlc.Queries // of file.writer
	store  *Store
	// insert wakes mailboxes; the client that works on them is Work's.
	insert *queue.Client[*sql.Tx]

	wakes wakes
	// known holds the integrations of projects, for Accept.
	known knownIntegrations
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
	// SQLite's own locks come and go with transactions; this one stays.
	lock := flock.New(LockPath(path), flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("storage: %s: %w", path, lockReason(err))
	}
	if !held {
		return nil, fmt.Errorf("storage: %s: %w", path, record.ErrInUse)
	}
	d := &Database{lock: lock, log: options.Log}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	f, err := openFile(ctx, path, options, func(f *file) error {
		d.file, f.shared = f, &d.wakes
		return d.install(ctx)
	})
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	d.file = f
	return d, nil
}

// lockReason words why the lock file cannot be had.
func lockReason(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return ErrReadOnly
	}
	return reason(err)
}

func (d *Database) install(ctx context.Context) error {
	if err := d.file.install(ctx, serviceFormat()); err != nil {
		return err
	}
	if err := d.migrate(ctx); err != nil {
		return err
	}
	var err error
	if d.store, err = newStore(ctx, d.file); err != nil {
		return err
	}
	d.store.borrowed = true
	if d.reads, err = sqlc.Prepare(ctx, d.reader); err != nil {
		return err
	}
	if d.writes, err = sqlc.Prepare(ctx, d.writer); err != nil {
		return err
	}
	d.insert, err = queue.NewClient(d.driver(), queue.Config{Log: d.log}, nil)
	if err != nil {
		return err
	}
	d.wakes.insert, d.wakes.known = d.insert, &d.known
	return d.recover(ctx)
}

// driver returns what River works with.
func (d *Database) driver() driver { return driver{riversqlite.New(d.writer), &d.wakes.bell} }

// migrate brings our tables and River's to the version of this program.
func (d *Database) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	// The first version is the scripts' storage, as a file of its own has it.
	storageTables := goose.NewGoMigration(1, &goose.GoFunc{
		RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, schemaSQL)
			return err
		},
	}, nil)
	provider, err := goose.NewProvider(goose.DialectSQLite3, d.writer, files,
		goose.WithGoMigrations(storageTables), goose.WithLogger(goose.NopLogger()))
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
	migrator, err := rivermigrate.New(riversqlite.New(d.writer), &rivermigrate.Config{Logger: queue.Quiet(d.log)})
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// recover makes available what a process that is gone was working on: while the lock
// is held there is no other.
func (d *Database) recover(ctx context.Context) error {
	return d.change(ctx, "recover", func(t txn) error {
		if _, err := t.tx.Exec("UPDATE river_job SET state = 'available' WHERE state = 'running'"); err != nil {
			return err
		}
		if _, err := t.tx.Exec("UPDATE mailbox SET until = 0"); err != nil {
			return err
		}
		return d.sweep(t)
	})
}

// sweep wakes all mailboxes that have work.
func (d *Database) sweep(t txn) error {
	rows, err := t.UnfinishedMailboxes(t.ctx, micros(time.Now()))
	if err != nil {
		return err
	}
	boxes := make([]record.Mailbox, len(rows))
	for i, row := range rows {
		boxes[i] = record.Mailbox{ProjectID: row.ProjectID, Lane: int(row.Lane)}
	}
	d.wakes.add(boxes...)
	return nil
}

// txn is a transaction that writes.
type txn struct {
	*sqlc.Queries
	tx *sql.Tx
	// ctx is the caller's without its end, as file.write explains.
	ctx context.Context
}

// change runs work in a transaction that writes, as file.write says.
func (d *Database) change(ctx context.Context, operation string, work func(txn) error) error {
	unending := context.WithoutCancel(ctx)
	return d.use(ctx, operation, func() error {
		return d.write(ctx, func(tx *sql.Tx) error {
			return work(txn{Queries: d.writes.WithTx(tx), tx: tx, ctx: unending})
		})
	})
}

// read runs a query.
func (d *Database) read(ctx context.Context, operation string, query func(*sqlc.Queries) error) error {
	return d.use(ctx, operation, func() error {
		return d.retry(ctx, func() error { return query(d.reads) })
	})
}

// one turns the answer of a query for one row into an error of package record.
func one(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return record.ErrNotFound
	}
	return err
}

// some turns the number of changed rows into an error of package record.
func some(rows int64, err error) error {
	if err == nil && rows == 0 {
		return record.ErrNotFound
	}
	return err
}

// Store implements record.Database.
func (d *Database) Store() storage.Store { return d.store }

// Ping implements record.Database: it takes and gives back the write lock.
func (d *Database) Ping(ctx context.Context) error {
	return d.change(ctx, "ping", func(t txn) error {
		_, err := t.tx.Exec("UPDATE mailbox SET until = until WHERE 0")
		return err
	})
}

// Prune implements record.Database.
func (d *Database) Prune(ctx context.Context, horizon, deliveries time.Time, limit int) (int, error) {
	var pruned int64
	err := d.change(ctx, "prune", func(t txn) (err error) {
		pruned, err = t.PruneActivities(t.ctx, sqlc.PruneActivitiesParams{Horizon: micros(horizon), Most: int64(limit)})
		if err != nil {
			return err
		}
		if _, err := t.PruneDeliveries(t.ctx, sqlc.PruneDeliveriesParams{Horizon: micros(deliveries), Most: int64(limit)}); err != nil {
			return err
		}
		_, err = t.PruneTokens(t.ctx, micros(deliveries))
		return err
	})
	return int(pruned), err
}

// Close implements record.Database.
func (d *Database) Close() error {
	err := d.file.Close()
	// The file stays: removing it would let two processes hold a lock, one on each of
	// two files of that name.
	return errors.Join(err, d.lock.Close())
}
