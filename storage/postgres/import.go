package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ImportTable is the table that is there as long as a copy into the database is not
// complete.
const ImportTable = "unfinished_migration"

// ErrHalfImported says that a copy into the database was begun and not completed.
var ErrHalfImported = errors.New("the database is a copy that is not complete: 'runner migrate' completes it")

// Import is a database that another one is copied into. It is safe for concurrent use.
type Import struct {
	*Database
}

// OpenImport is Open for who makes a copy: it opens a database with half of one too.
func OpenImport(ctx context.Context, dsn string, options Options) (*Import, error) {
	d, err := connect(ctx, dsn, options, func(context.Context, *pgxpool.Conn) error { return nil })
	if err != nil {
		return nil, err
	}
	return &Import{d}, nil
}

// refuseHalf returns ErrHalfImported if a copy into the database was begun.
func refuseHalf(ctx context.Context, conn *pgxpool.Conn) error {
	var half bool
	err := conn.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", ImportTable).Scan(&half)
	if err == nil && half {
		err = ErrHalfImported
	}
	return err
}

// Transact runs work in a transaction, which takes as long as it takes. The error of
// work undoes what it did. operation names it in errors.
func (i *Import) Transact(ctx context.Context, operation string, work func(pgx.Tx) error) error {
	return i.use(ctx, operation, func() error {
		return pgx.BeginFunc(ctx, i.pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
				return err
			}
			return work(tx)
		})
	})
}

// Serving reports whether a server works on the database, or did until seconds ago.
func (i *Import) Serving(ctx context.Context) (bool, error) {
	var serving bool
	err := i.use(ctx, "look for servers", func() error {
		return i.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM river.river_leader WHERE expires_at > now())").Scan(&serving)
	})
	return serving, err
}
