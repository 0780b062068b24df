package postgres

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"cloche/storage"
	pg "cloche/storage/postgres/sqlc"
	"cloche/storage/queue"
	"cloche/storage/record"
	"cloche/storage/relational"
	"cloche/storage/relational/sqlc"
)

// backend is the relational.Backend of a PostgreSQL database.
type backend struct {
	*connections
	log      *slog.Logger
	store    *Store
	insert   *queue.Client[pgx.Tx]
	enqueues *writes // of activities and their runs
	steps    *writes // of those who work on mailboxes, and of scripts
	pollOnly bool
}

var _ relational.Backend = (*backend)(nil)

// poll is how often new jobs are looked for by those whom no notification has reached.
const poll = time.Second

// riverSchema keeps River's tables apart from ours.
const riverSchema = "river"

// Read implements relational.Backend.
func (b *backend) Read(ctx context.Context, operation string, query func(sqlc.Querier) error) error {
	return b.use(ctx, operation, func() error { return query(queries{pg.New(b.pool)}) })
}

// Write implements relational.Backend.
func (b *backend) Write(ctx context.Context, operation string, work func(relational.Tx) error) error {
	return b.write(ctx, operation, func(ctx context.Context, tx pgx.Tx) error {
		return work(newTransaction(ctx, alone{Tx: tx, insert: b.insert}))
	})
}

// Enqueue implements relational.Backend. Those who queue wait for each other's locks, so
// they don't share transactions with those who work.
func (b *backend) Enqueue(ctx context.Context, key, operation string, work func(relational.Tx) error) error {
	return b.use(ctx, operation, func() error {
		return b.enqueues.do(ctx, key, func(t transaction) error { return work(t) })
	})
}

// WriteFor implements relational.Backend.
func (b *backend) WriteFor(ctx context.Context, box record.Mailbox, operation string, work func(relational.Tx) error) error {
	return b.use(ctx, operation, func() error {
		return b.steps.do(ctx, lockName(box), func(t transaction) error { return work(t) })
	})
}

// MissingReference implements relational.Backend.
func (*backend) MissingReference(err error) bool { return errors.Is(err, errReference) }

// Rescue implements relational.Backend. River itself does so only when a job has lasted
// longer than any may.
func (b *backend) Rescue(ctx context.Context, now, since time.Time) error {
	return b.write(ctx, "rescue", func(ctx context.Context, tx pgx.Tx) error {
		// A worker that is gone may have taken a job and claimed nothing yet.
		_, err := tx.Exec(ctx, `UPDATE river.river_job AS job SET state = 'available'
			WHERE job.state = 'running' AND job.kind = $1 AND job.attempted_at < $2
				AND NOT EXISTS (
					SELECT 1 FROM mailbox
					WHERE mailbox.project_id = job.args ->> 'p' AND mailbox.lane = (job.args ->> 'l')::bigint
						AND mailbox.until >= $3)`, queue.Args{}.Kind(), since, now.UnixMicro())
		return err
	})
}

// Drain implements relational.Backend.
func (b *backend) Drain(ctx context.Context, options record.WorkOptions, work func(context.Context, *queue.Job) error) error {
	client, err := queue.NewClient(riverpgxv5.New(b.pool), queue.Config{
		Workers: options.Workers, Longest: options.Longest, Poll: poll, PollOnly: b.pollOnly, Schema: riverSchema, Log: b.log,
	}, work)
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
	fenced.fence = fence
	return &fenced
}
