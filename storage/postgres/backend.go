package postgres

import (
	"context"
	"errors"
	"fmt"
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
		return work(transaction{queries: queries{pg.New(tx)}, tx: tx, ctx: ctx, insert: b.insert})
	})
}

// transaction is a relational.Tx.
type transaction struct {
	queries
	tx     pgx.Tx
	ctx    context.Context
	insert *queue.Client[pgx.Tx]
}

// Context implements relational.Tx.
func (t transaction) Context() context.Context { return t.ctx }

// Queue implements relational.Tx. Numbers of rows are drawn before they are committed:
// without the locks, a run could be seen after one with a higher number had started.
// Everybody takes the locks in one order, and so nobody waits in a circle.
func (t transaction) Queue(boxes ...record.Mailbox) error {
	names := mapped(boxes, func(box record.Mailbox) string { return fmt.Sprintf("%s/%d", box.ProjectID, box.Lane) })
	_, err := t.tx.Exec(t.ctx, "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) AS name", names)
	return err
}

// Wake implements relational.Tx.
func (t transaction) Wake(boxes ...record.Mailbox) error { return t.insert.Wake(t.ctx, t.tx, boxes) }

// Claimed implements relational.Tx: what others know of a mailbox is in the database.
func (transaction) Claimed(record.Mailbox) {}

// Complete implements relational.Tx.
func (t transaction) Complete(ctx context.Context, job *queue.Job) error {
	return queue.Complete[*riverpgxv5.Driver](ctx, t.tx, job)
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
	fenced.fence = func(ctx context.Context, tx pgx.Tx) error { return fence(ctx, queries{pg.New(tx)}) }
	return &fenced
}
