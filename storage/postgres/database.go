package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"cloche/storage/queue"
	"cloche/storage/record"
	"cloche/storage/relational"
)

// Options sets up a Database. The zero value is the recommended one.
type Options struct {
	// Connections is how many connections are open at most, unless the connection
	// string says it with pool_max_conns. Default 16.
	Connections int
	// PollOnly looks for new work every second in place of listening for it: for a
	// PgBouncer that pools transactions, which cannot LISTEN.
	PollOnly bool
	// Log gets what the Database has to say to the operator. Nil: nothing.
	Log *slog.Logger
}

const defaultConnections = 16

// Database is a record.Database in PostgreSQL, with the scripts' storage beside the
// records. Any number of processes may have it open. It is safe for concurrent use.
//
// Beside the errors of record.Database its methods return those of this package.
type Database struct {
	*relational.Database
	*backend
}

var _ record.Database = (*Database)(nil)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Open connects to the database of a connection string, a URL such as
// postgres://user:password@host/database or key=value words, and brings its schema up to
// date; processes that start together do so one after the other. The error is
// ErrHalfImported if a copy into the database was begun and not completed.
func Open(ctx context.Context, dsn string, options Options) (*Database, error) {
	return connect(ctx, dsn, options, refuseHalf)
}

// precheck looks at a database before it is changed; its error refuses it.
type precheck func(context.Context, *pgxpool.Conn) error

// connect is Open with another check than refuseHalf.
func connect(ctx context.Context, dsn string, options Options, check precheck) (*Database, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		// Its error may show the password.
		return nil, errors.New("storage: the connection string is not valid: write postgres://user:password@host/database")
	}
	if options.Connections == 0 {
		options.Connections = defaultConnections
	}
	config.MaxConns = max(config.MaxConns, int32(options.Connections))
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, explain("open", err)
	}
	d, err := open(ctx, pool, options, check)
	if err != nil {
		pool.Close()
		return nil, explain("open", err)
	}
	return d, nil
}

func open(ctx context.Context, pool *pgxpool.Pool, options Options, check precheck) (*Database, error) {
	if err := migrate(ctx, pool, options.Log, check); err != nil {
		return nil, err
	}
	insert, err := queue.NewClient(riverpgxv5.New(pool), queue.Config{Schema: riverSchema, Log: options.Log}, nil)
	if err != nil {
		return nil, err
	}
	c := &connections{pool: pool}
	b := &backend{connections: c, log: options.Log, insert: insert, pollOnly: options.PollOnly}
	d := &Database{Database: relational.New(b, options.Log), backend: b}
	b.steps = &writes{connections: c, insert: insert, undone: d.Forget}
	b.enqueues = &writes{connections: c, insert: insert, undone: d.Forget}
	b.store = &Store{writes: b.steps, borrowed: true}
	return d, nil
}

// migrationLock is the advisory lock that those who migrate hold: "cloche".
const migrationLock = 0x636c6f636865

// migrate brings our tables and River's to the version of this program.
func migrate(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger, check precheck) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		return err
	}
	// With the connection, should this fail.
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(migrationLock))
	}()
	if err := check(ctx, conn); err != nil {
		return err
	}
	if err := migrateTables(ctx, pool); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{riverSchema}.Sanitize()); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: riverSchema, Logger: queue.Quiet(log)})
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func migrateTables(ctx context.Context, pool *pgxpool.Pool) error {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithLogger(goose.NopLogger()))
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
	_, err = provider.Up(ctx)
	return err
}

// Close implements record.Database.
func (d *Database) Close() error { return d.connections.Close() }
