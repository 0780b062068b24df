//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/mattn/go-sqlite3"
)

// busySlice is how long SQLite itself waits for a lock. That wait cannot be
// interrupted, so it is short, and retry repeats it up to Options.BusyTimeout.
const busySlice = 25 * time.Millisecond

// retry repeats attempt while another connection's lock is in its way, until
// the busy timeout or the end of the context.
func (s *Store) retry(ctx context.Context, attempt func() error) error {
	start := time.Now()
	for {
		waiting := time.Now()
		err := attempt()
		if !isCode(err, sqlite3.ErrBusy, sqlite3.ErrLocked) {
			return err
		}
		if time.Since(start) >= s.busyTimeout {
			return err
		}
		// SQLite gives up at once, without its own wait, where it sees a
		// deadlock between two connections.
		pause := time.NewTimer(max(time.Millisecond, min(busySlice, s.busyTimeout)-time.Since(waiting)))
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
	}
}

// write runs work in a transaction that holds SQLite's write lock from its
// first statement, so that what work reads stays true until it commits.
//
// The context ends the waiting for the lock, not the work once it has begun:
// work is short, and so an error of the context always means that nothing was
// written, never that nobody knows.
func (s *Store) write(ctx context.Context, work func(*sql.Tx) error) error {
	var conn *sql.Conn
	// A connection that is opened for this runs pragmas, which meet locks too.
	if err := s.retry(ctx, func() (err error) {
		conn, err = s.writer.Conn(ctx)
		return err
	}); err != nil {
		return err
	}
	// An error here concerns the connection, not what was committed on it.
	defer func() { _ = conn.Close() }()

	var tx *sql.Tx
	if err := s.retry(ctx, func() (err error) {
		tx, err = conn.BeginTx(context.WithoutCancel(ctx), nil)
		return err
	}); err != nil {
		return err
	}
	// After a commit this does nothing. After an error SQLite may have rolled
	// back by itself, so a failure here tells nothing.
	defer func() { _ = tx.Rollback() }()

	if err := ctx.Err(); err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit()
}
