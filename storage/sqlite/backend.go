//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"github.com/gofrs/flock"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"cloche/storage"
	"cloche/storage/queue"
	"cloche/storage/record"
	"cloche/storage/relational"
	"cloche/storage/relational/sqlc"
)

// backend is the relational.Backend of an SQLite file.
type backend struct {
	*file
	lock    *flock.Flock
	log     *slog.Logger
	reading *sqlc.Queries // of file.reader
	writing *sqlc.Queries // of file.writer
	store   *Store
	wakes   wakes
}

var _ relational.Backend = (*backend)(nil)

// poll is how often jobs are looked for of which no bell has told: those that River makes
// available itself, which it looks for as often.
const poll = 5 * time.Second

// ringLate is how much later than a failed job is due the bell is rung for it.
const ringLate = 100 * time.Millisecond

// driver returns what River works with.
func (b *backend) driver() driver { return driver{riversqlite.New(b.writer), &b.wakes.bell} }

// Read implements relational.Backend.
func (b *backend) Read(ctx context.Context, operation string, query func(sqlc.Querier) error) error {
	return b.use(ctx, operation, func() error {
		return b.retry(ctx, func() error { return query(b.reading) })
	})
}

// Write implements relational.Backend, as file.write says.
func (b *backend) Write(ctx context.Context, operation string, work func(relational.Tx) error) error {
	unending := context.WithoutCancel(ctx)
	return b.use(ctx, operation, func() error {
		return b.write(ctx, func(tx *sql.Tx) error {
			return work(transaction{Queries: b.writing.WithTx(tx), tx: tx, ctx: unending, wakes: &b.wakes})
		})
	})
}

// Enqueue implements relational.Backend: there is one writer at a time.
func (b *backend) Enqueue(ctx context.Context, _, operation string, work func(relational.Tx) error) error {
	return b.Write(ctx, operation, work)
}

// WriteFor implements relational.Backend, as Write does.
func (b *backend) WriteFor(ctx context.Context, _ record.Mailbox, operation string, work func(relational.Tx) error) error {
	return b.Write(ctx, operation, work)
}

// transaction is a relational.Tx.
type transaction struct {
	*sqlc.Queries
	tx *sql.Tx
	// ctx is the caller's without its end, as file.write explains.
	ctx   context.Context
	wakes *wakes
}

// Context implements relational.Tx.
func (t transaction) Context() context.Context { return t.ctx }

// Together implements relational.Tx: nothing is far away.
func (t transaction) Together(work func(sqlc.Querier) error) error { return work(t) }

// Queue implements relational.Tx: there is one writer at a time.
func (t transaction) Queue(_ []record.Mailbox, work func(sqlc.Querier) error) error { return work(t) }

// Wake implements relational.Tx.
func (t transaction) Wake(boxes ...record.Mailbox) error {
	t.wakes.add(boxes...)
	return nil
}

// Claimed implements relational.Tx.
func (t transaction) Claimed(box record.Mailbox) { t.wakes.worked(box) }

// Complete implements relational.Tx.
func (t transaction) Complete(ctx context.Context, job *queue.Job) error {
	t.wakes.worked(job.Args.Mailbox)
	return queue.Complete[driver](ctx, t.tx, job)
}

// MissingReference implements relational.Backend.
func (*backend) MissingReference(err error) bool {
	return errors.Is(err, errReference)
}

// Rescue implements relational.Backend: what another process has left behind was made
// available when this one opened the file, and River rescues what is stuck here.
func (*backend) Rescue(context.Context, time.Time, time.Time) error { return nil }

// Drain implements relational.Backend.
func (b *backend) Drain(ctx context.Context, options record.WorkOptions, work func(context.Context, *queue.Job) error) error {
	client, err := queue.NewClient(b.driver(), queue.Config{
		Workers: options.Workers, Longest: options.Longest, Poll: poll, Log: b.log,
	}, func(ctx context.Context, job *queue.Job) error {
		failed := true
		defer func() {
			if failed { // or panicked: River tries again, and tells nobody
				time.AfterFunc(queue.RetryAfter+ringLate, b.wakes.bell.ring)
			}
		}()
		err := work(ctx, job)
		failed = err != nil
		return err
	})
	if err != nil {
		return err
	}
	return client.Run(ctx, options.Grace)
}

// Store implements relational.Backend.
func (b *backend) Store() storage.Store { return b.store }

// FencedStore implements relational.Backend.
func (b *backend) FencedStore(fence func(context.Context, sqlc.Querier) error) storage.Store {
	fenced := *b.store
	fenced.fence = func(tx *sql.Tx) error { return fence(context.Background(), b.writing.WithTx(tx)) }
	return &fenced
}

// Close implements relational.Backend.
func (b *backend) Close() error {
	err := b.file.Close()
	// The file stays: removing it would let two processes hold a lock, one on each of
	// two files of that name.
	return errors.Join(err, b.lock.Close())
}
