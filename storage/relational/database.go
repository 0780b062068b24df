package relational

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"cloche/storage"
	"cloche/storage/queue"
	"cloche/storage/record"
	"cloche/storage/relational/sqlc"
)

// Backend is what a database system has to offer. Its errors are explained to people
// already; one that matches sql.ErrNoRows passes as it is. After Close every method
// returns storage.ErrClosed.
type Backend interface {
	// Read runs a query that changes nothing; operation names it in errors. query may
	// be called again when another connection was in the way.
	Read(ctx context.Context, operation string, query func(sqlc.Querier) error) error
	// Write runs work in a transaction. Its error undoes what it did; it may be called
	// twice, and must set what it returns by variables anew. An error of ctx means that
	// nothing was written.
	Write(ctx context.Context, operation string, work func(Tx) error) error
	// Enqueue is Write for work that adds an activity and its runs, and locks by Tx.Queue
	// alone. It may share its transaction with work of other keys, whose steps come in
	// between its own; all share with "".
	Enqueue(ctx context.Context, key, operation string, work func(Tx) error) error
	// WriteFor is Write for work that concerns one mailbox, and no other one: it may share
	// its transaction with work that concerns others.
	WriteFor(ctx context.Context, box record.Mailbox, operation string, work func(Tx) error) error
	// MissingReference reports whether an error says that a row refers to one that is
	// not there.
	MissingReference(err error) bool
	// Rescue has jobs worked on again whose workers have lost the claims on their
	// mailboxes: by now they are past, and the jobs were taken up before since. Other
	// workers are not disturbed.
	Rescue(ctx context.Context, now, since time.Time) error
	// Drain calls work for woken mailboxes, as record.Mailboxes.Work says.
	Drain(ctx context.Context, options record.WorkOptions, work func(context.Context, *queue.Job) error) error
	// Store is the scripts' storage.
	Store() storage.Store
	// FencedStore is Store, but that fence, which makes one update, is asked in every
	// transaction that writes. Its error undoes it, and so does record.ErrClaimLost if it
	// changes nothing.
	FencedStore(fence func(context.Context, sqlc.Querier) error) storage.Store
	// Close waits for calls under way and frees what the database holds.
	Close() error
}

// Tx is a transaction that writes.
type Tx interface {
	sqlc.Querier
	// Context is what queries of the transaction are called with.
	Context() context.Context
	// Together runs what work executes in one go, where that makes a difference: work gets
	// no results. An update that changes nothing undoes the transaction, with ErrMoved.
	Together(work func(sqlc.Querier) error) error
	// Queue has others who queue in the same mailboxes wait until the transaction ends,
	// and then runs work as Together does. It is called with all mailboxes at once, before
	// anything is queued.
	Queue(boxes []record.Mailbox, work func(sqlc.Querier) error) error
	// Wake has the mailboxes worked on once the transaction is committed. It does not
	// mind if they have no work.
	Wake(boxes ...record.Mailbox) error
	// Claimed is told that the mailbox is worked on from here, so that whoever wakes it
	// from now on wakes it once more.
	Claimed(box record.Mailbox)
	// Complete marks the job of a mailbox as done, if it is still this worker's. ctx is
	// the job's own. It is for transactions of Write.
	Complete(ctx context.Context, job *queue.Job) error
}

// ErrMoved says that a row is not as it was a moment ago. Trying again helps.
var ErrMoved = errors.New("storage: a row was changed meanwhile")

// Database is a record.Database. It is safe for concurrent use.
type Database struct {
	Backend
	// Log gets what concerns the operator.
	Log *slog.Logger
	// known holds the integrations of projects, for Accept.
	known knownIntegrations
	// due is when the next retry is, of those that are known of.
	due *alarm
}

var _ record.Database = (*Database)(nil)

// New returns the Database over a backend.
func New(backend Backend, log *slog.Logger) *Database {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Database{Backend: backend, Log: log, due: newAlarm()}
}

// Forget drops what is known of uncommitted changes: transactions that had seen each
// other's were undone together.
func (d *Database) Forget() { d.known.forgetAll() }

// Sweep wakes all mailboxes that have work.
func (d *Database) Sweep(ctx context.Context) error {
	return d.Write(ctx, "sweep", func(t Tx) error {
		rows, err := t.UnfinishedMailboxes(t.Context(), micros(time.Now()))
		if err != nil || len(rows) == 0 {
			return err
		}
		return t.Wake(mapped(rows, func(row sqlc.UnfinishedMailboxesRow) record.Mailbox {
			return record.Mailbox{ProjectID: row.ProjectID, Lane: int(row.Lane)}
		})...)
	})
}

// Ping implements record.Database: it writes, for a database that cannot is of no use.
func (d *Database) Ping(ctx context.Context) error {
	return d.Write(ctx, "ping", func(t Tx) error { return t.Pulse(t.Context(), micros(time.Now())) })
}

// Prune implements record.Database.
func (d *Database) Prune(ctx context.Context, horizon, deliveries time.Time, limit int) (int, error) {
	var pruned int64
	err := d.Write(ctx, "prune", func(t Tx) (err error) {
		pruned, err = t.PruneActivities(t.Context(), sqlc.PruneActivitiesParams{Horizon: micros(horizon), Most: int64(limit)})
		if err != nil {
			return err
		}
		if _, err := t.PruneDeliveries(t.Context(), sqlc.PruneDeliveriesParams{Horizon: micros(deliveries), Most: int64(limit)}); err != nil {
			return err
		}
		_, err = t.PruneTokens(t.Context(), micros(deliveries))
		return err
	})
	return int(pruned), err
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
