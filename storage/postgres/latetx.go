package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// lateTx is a shared transaction that begins with its first batch, in the same message:
// that saves a round trip of some eight. It implements pgx.Tx as far as River needs it.
type lateTx struct {
	conn  *pgxpool.Conn
	ctx   context.Context
	begun bool
	ended bool
}

var _ pgx.Tx = (*lateTx)(nil)

// batch returns a batch to be sent next.
func (t *lateTx) batch() *pgx.Batch {
	var batch pgx.Batch
	if !t.begun {
		for _, statement := range beginShared {
			batch.Queue(statement)
		}
	}
	return &batch
}

// send sends what batch has returned, with more. The error is that of the beginning.
func (t *lateTx) send(batch *pgx.Batch) (pgx.BatchResults, error) {
	results := t.conn.SendBatch(t.ctx, batch)
	if t.begun {
		return results, nil
	}
	t.begun = true
	for range beginShared {
		if _, err := results.Exec(); err != nil {
			return nil, errors.Join(err, results.Close())
		}
	}
	return results, nil
}

// begin begins the transaction if no batch has.
func (t *lateTx) begin() error {
	if t.begun {
		return nil
	}
	results, err := t.send(t.batch())
	if err != nil {
		return err
	}
	return results.Close()
}

// Commit implements pgx.Tx.
func (t *lateTx) Commit(ctx context.Context) error {
	if !t.begun || t.ended {
		t.ended = true
		return nil
	}
	t.ended = true
	tag, err := t.conn.Exec(ctx, "COMMIT")
	if err == nil && tag.String() != "COMMIT" {
		err = pgx.ErrTxCommitRollback
	}
	return err
}

// Rollback implements pgx.Tx.
func (t *lateTx) Rollback(ctx context.Context) error {
	if !t.begun || t.ended {
		return nil
	}
	t.ended = true
	_, err := t.conn.Exec(ctx, "ROLLBACK")
	return err
}

// Exec implements pgx.Tx.
func (t *lateTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := t.begin(); err != nil {
		return pgconn.CommandTag{}, err
	}
	return t.conn.Exec(ctx, sql, args...)
}

// Query implements pgx.Tx.
func (t *lateTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := t.begin(); err != nil {
		return nil, err
	}
	return t.conn.Query(ctx, sql, args...)
}

// QueryRow implements pgx.Tx.
func (t *lateTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := t.begin(); err != nil {
		return memberRow{err: err}
	}
	return t.conn.QueryRow(ctx, sql, args...)
}

// Conn implements pgx.Tx.
func (t *lateTx) Conn() *pgx.Conn { return t.conn.Conn() }

// SendBatch implements pgx.Tx, for nobody: its results could not say that the
// transaction has not begun.
func (*lateTx) SendBatch(context.Context, *pgx.Batch) pgx.BatchResults {
	panic("storage: a shared transaction sends batches by itself")
}

// Begin implements pgx.Tx, for nobody.
func (*lateTx) Begin(context.Context) (pgx.Tx, error) { return nil, errors.ErrUnsupported }

// CopyFrom implements pgx.Tx, for nobody.
func (*lateTx) CopyFrom(context.Context, pgx.Identifier, []string, pgx.CopyFromSource) (int64, error) {
	return 0, errors.ErrUnsupported
}

// LargeObjects implements pgx.Tx, for nobody.
func (*lateTx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Prepare implements pgx.Tx, for nobody.
func (*lateTx) Prepare(context.Context, string, string) (*pgconn.StatementDescription, error) {
	return nil, errors.ErrUnsupported
}
