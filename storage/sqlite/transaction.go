//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"
)

// busySlice is how long SQLite itself waits for a lock. That wait cannot be
// interrupted, so it is short, and retry repeats it up to Options.BusyTimeout.
const busySlice = 25 * time.Millisecond

// maxBatch is how many writes share one commit at most: it bounds how long the
// first of them waits for the others' work.
const maxBatch = 128

// writes are the changes that wait for the writer connection. Those that come while
// another commit is under way share the next one, and so one wait for the disk: with
// Synchronous FULL that wait is most of what a small change costs.
//
// Invariants: each queued write is either taken by the leader or withdrawn by its
// caller, never both; there is a leader whenever the queue is not empty.
type writes struct {
	mu      sync.Mutex
	queue   []*pendingWrite
	leading bool
}

type pendingWrite struct {
	ctx  context.Context
	work func(*sql.Tx) error
	done chan error // of capacity 1
}

// retry repeats attempt while another connection's lock is in its way, until
// the busy timeout or the end of the context.
func (f *file) retry(ctx context.Context, attempt func() error) error {
	start := time.Now()
	for {
		waiting := time.Now()
		err := attempt()
		if !isCode(err, sqlite3.ErrBusy, sqlite3.ErrLocked) {
			return err
		}
		if time.Since(start) >= f.busyTimeout {
			return err
		}
		// SQLite gives up at once, without its own wait, where it sees a
		// deadlock between two connections.
		pause := time.NewTimer(max(time.Millisecond, min(busySlice, f.busyTimeout)-time.Since(waiting)))
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
	}
}

// write runs work in a transaction that holds SQLite's write lock from its
// first statement, so that what work reads stays true until it commits. Other
// writes may share the transaction, each behind a savepoint of its own: an error of
// work undoes what work did and nothing else. work may be called twice, when a
// transaction that it shared failed; it must set what it returns by variables anew.
//
// The context ends the waiting for the lock, not the work once it has begun:
// work is short, and so an error of the context always means that nothing was
// written, never that nobody knows.
func (f *file) write(ctx context.Context, work func(*sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &pendingWrite{ctx: ctx, work: work, done: make(chan error, 1)}
	f.enqueue(w)
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
	}
	if f.withdraw(w) {
		return ctx.Err()
	}
	return <-w.done
}

func (f *file) enqueue(w *pendingWrite) {
	f.writes.mu.Lock()
	defer f.writes.mu.Unlock()
	f.writes.queue = append(f.writes.queue, w)
	if !f.writes.leading {
		f.writes.leading = true
		go f.lead()
	}
}

// withdraw takes a write out of the queue; false says that the leader has it.
func (f *file) withdraw(w *pendingWrite) bool {
	f.writes.mu.Lock()
	defer f.writes.mu.Unlock()
	for i, queued := range f.writes.queue {
		if queued == w {
			f.writes.queue = append(f.writes.queue[:i], f.writes.queue[i+1:]...)
			return true
		}
	}
	return false
}

// take returns the writes that share the next commit, at most most of them.
func (f *file) take(most int) []*pendingWrite {
	f.writes.mu.Lock()
	defer f.writes.mu.Unlock()
	n := min(most, len(f.writes.queue))
	batch := append([]*pendingWrite(nil), f.writes.queue[:n]...)
	f.writes.queue = append(f.writes.queue[:0], f.writes.queue[n:]...)
	return batch
}

// lead commits what is queued until nothing is.
func (f *file) lead() {
	for {
		f.writes.mu.Lock()
		if len(f.writes.queue) == 0 {
			f.writes.leading = false
			f.writes.mu.Unlock()
			return
		}
		f.writes.mu.Unlock()
		f.commitBatch()
	}
}

// commitBatch begins a transaction and gives it to the writes that wait by then.
func (f *file) commitBatch() {
	var batch []*pendingWrite
	results, err := f.transact(func(tx *sql.Tx) ([]error, error) {
		batch = f.take(maxBatch)
		return f.workAll(tx, batch)
	})
	switch {
	case err == nil:
		for i, w := range batch {
			w.done <- results[i]
		}
	case len(batch) == 0: // the lock was not to be had
		for _, w := range f.take(maxBatch) {
			w.done <- err
		}
	case len(batch) == 1:
		batch[0].done <- err
	default:
		f.shared.undone()
		// The failure may be due to one of them, or hit all: each learns its own.
		for _, w := range batch {
			w.done <- f.commitAlone(w)
		}
	}
}

func (f *file) commitAlone(w *pendingWrite) error {
	_, err := f.transact(func(tx *sql.Tx) ([]error, error) { return nil, f.work(tx, w) })
	return err
}

// transact runs body in a transaction and commits it, unless body returns an error.
func (f *file) transact(body func(*sql.Tx) ([]error, error)) ([]error, error) {
	ctx := context.Background()
	var conn *sql.Conn
	// A connection that is opened for this runs pragmas, which meet locks too.
	if err := f.retry(ctx, func() (err error) {
		conn, err = f.writer.Conn(ctx)
		return err
	}); err != nil {
		return nil, err
	}
	// An error here concerns the connection, not what was committed on it.
	defer func() { _ = conn.Close() }()

	var tx *sql.Tx
	if err := f.retry(ctx, func() (err error) {
		tx, err = conn.BeginTx(ctx, nil)
		return err
	}); err != nil {
		return nil, err
	}
	// After a commit this does nothing. After an error SQLite may have rolled
	// back by itself, so a failure here tells nothing.
	defer func() { _ = tx.Rollback() }()

	f.shared.begin()
	results, err := body(tx)
	if err == nil {
		err = f.shared.end(tx)
	}
	if err != nil {
		return nil, err
	}
	if err := tx.Commit(); err != nil {
		return nil, err
	}
	f.shared.committed()
	return results, nil
}

// sharer is told of the transactions that writes share. Its methods are called by
// one goroutine at a time, the one that does the work.
type sharer interface {
	// begin starts a transaction.
	begin()
	// end does what is left to do once for all of its writes; its error undoes them.
	end(tx *sql.Tx) error
	// committed says that the transaction was.
	committed()
	// undone says that writes that had seen each other were undone together.
	undone()
}

// noSharer is of files whose writes have nothing in common.
type noSharer struct{}

func (noSharer) begin()            {}
func (noSharer) end(*sql.Tx) error { return nil }
func (noSharer) committed()        {}
func (noSharer) undone()           {}

// workAll does the work of a batch. The error is that of the whole transaction,
// which must not be committed then.
func (f *file) workAll(tx *sql.Tx, batch []*pendingWrite) ([]error, error) {
	results := make([]error, len(batch))
	if len(batch) == 1 {
		return results, f.work(tx, batch[0])
	}
	for i, w := range batch {
		if _, err := tx.Exec("SAVEPOINT shared"); err != nil {
			return nil, err
		}
		results[i] = f.work(tx, w)
		end := "RELEASE shared"
		if results[i] != nil {
			end = "ROLLBACK TO shared; RELEASE shared"
		}
		// This fails where SQLite has rolled back the whole transaction by itself.
		if _, err := tx.Exec(end); err != nil {
			return nil, errors.Join(err, results[i])
		}
	}
	return results, nil
}

func (f *file) work(tx *sql.Tx, w *pendingWrite) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	return w.work(tx)
}
