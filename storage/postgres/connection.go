package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"cloche/storage"
)

// transactionTime is how long a transaction may take that its caller has given up.
const transactionTime = 30 * time.Second

// connections is the pool, and the calls that use it.
type connections struct {
	pool *pgxpool.Pool
	// mu is held for reading by every call and for writing by Close.
	mu     sync.RWMutex
	closed bool
}

// use runs work unless the pool is closed or the context has ended. operation names it
// in errors.
func (c *connections) use(ctx context.Context, operation string, work func() error) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return storage.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return explain(operation, work())
}

// write runs work in a transaction of its own. The context ends the waiting for a
// connection, not the work once it has begun: so an error of the context always means
// that nothing was written.
func (c *connections) write(ctx context.Context, operation string, work func(context.Context, pgx.Tx) error) error {
	return c.use(ctx, operation, func() error { return c.transact(ctx, work) })
}

// transact is write for who uses the connections already.
func (c *connections) transact(ctx context.Context, work func(context.Context, pgx.Tx) error) error {
	conn, err := c.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), transactionTime)
	defer cancel()
	return transact(ctx, conn, func(tx pgx.Tx) error { return work(ctx, tx) })
}

// transact runs work in a transaction and commits it, unless work returns an error.
func transact(ctx context.Context, conn *pgxpool.Conn, work func(pgx.Tx) error) error {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: beginAlone})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }() // after a commit this does nothing
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// Close waits for the calls under way and closes the connections.
func (c *connections) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed = true
		c.pool.Close()
	}
	return nil
}

// isBroken reports whether an error is of a connection that broke.
func isBroken(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
