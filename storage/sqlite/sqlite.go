//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"cloche/storage"

	"github.com/mattn/go-sqlite3"
)

// readers is the number of connections that read. More gain nothing: a read is
// a few microseconds of one core.
const readers = 4

// Store is a storage.Store in an SQLite file. It is safe for concurrent use.
//
// Beside the errors of storage.Store its methods return ErrLocked, ErrFull and
// ErrReadOnly. A call whose context ends returns within busySlice and the time
// of one disk write.
type Store struct {
	*file
	statements *statements
	// fence, unless nil, is asked in every transaction that writes; its error
	// prevents the write.
	fence func(*sql.Tx) error
	// borrowed says that the file is somebody else's to close.
	borrowed bool
}

var _ storage.Store = (*Store)(nil)

// file is an open database file.
type file struct {
	busyTimeout time.Duration

	// mu is held for reading by every call and for writing by Close.
	mu     sync.RWMutex
	closed bool

	// writer has one connection: SQLite has one writer at a time, and waiting
	// for a connection in Go can be cancelled where waiting in SQLite cannot.
	writer *sql.DB
	// reader's connections are query_only. They see every committed write.
	reader *sql.DB

	writes writes
	shared sharer
}

// Open opens the database at path and creates it, with permissions 0600, if
// there is none; its directory must exist. The context bounds the opening, not
// the life of the Store.
//
// It returns an error that matches ErrNotStorage, ErrNewerSchema, ErrLocked,
// ErrReadOnly, ErrFull, storage.ErrCorrupt or an error of package io/fs, in one
// line that names the path.
func Open(ctx context.Context, path string, options Options) (*Store, error) {
	var s *Store
	f, err := openFile(ctx, path, options, func(f *file) (err error) {
		if err := f.install(ctx, storageFormat()); err != nil {
			return err
		}
		s, err = newStore(ctx, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.file = f
	return s, nil
}

// newStore prepares the statements of scripts' storage.
func newStore(ctx context.Context, f *file) (*Store, error) {
	statements, err := f.prepare(ctx)
	if err != nil {
		return nil, err
	}
	return &Store{file: f, statements: statements}, nil
}

// openFile opens the database at path, creates it if there is none, and has install
// make of it what it should be.
func openFile(ctx context.Context, path string, options Options, install func(*file) error) (*file, error) {
	options = options.withDefaults()
	if err := options.validate(); err != nil {
		return nil, err
	}
	if path == "" {
		return nil, errors.New("storage: the path of the database is empty")
	}
	// SQLite reads a relative URI's first folder as a host name.
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("storage: %s: %w", path, err)
	}
	if err := prepareFile(absolute); err != nil {
		return nil, fmt.Errorf("storage: %s: %w", path, err)
	}
	f, err := connect(absolute, options)
	if err == nil {
		if err = install(f); err != nil {
			err = errors.Join(err, f.Close())
		}
	}
	if err != nil {
		return nil, explainOpen(path, absolute, err)
	}
	return f, nil
}

func explainOpen(path, absolute string, err error) error {
	var failure sqlite3.Error
	switch {
	case isCode(err, sqlite3.ErrNotADB):
		return fmt.Errorf("storage: %s: %w: it is not an SQLite file", path, ErrNotStorage)
	// Of a disk that cannot be written SQLite says that a side file was not found.
	case isCode(err, sqlite3.ErrCantOpen) && !writable(filepath.Dir(absolute)):
		return fmt.Errorf("storage: %s: %w", path, ErrReadOnly)
	// All statements until here are ours, and right for the version that the file says.
	case isCode(err, sqlite3.ErrError):
		return fmt.Errorf("storage: %s: %w (%v)", path, storage.ErrCorrupt, err)
	case errors.As(err, &failure):
		return explain(path, err)
	default:
		return fmt.Errorf("storage: %s: %w", path, err)
	}
}

// connect makes the pools; nothing is opened before it is used.
func connect(path string, options Options) (*file, error) {
	writer, err := sql.Open("sqlite3", dataSource(path, options, url.Values{"_txlock": {"immediate"}}))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite3", dataSource(path, options, url.Values{"_query_only": {"1"}}))
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	return &file{busyTimeout: options.BusyTimeout, writer: writer, reader: reader, shared: noSharer{}}, nil
}

// Close implements storage.Store. It waits for the calls under way, at most
// Options.BusyTimeout and the time of one disk write.
func (s *Store) Close() error {
	if s.borrowed {
		return nil
	}
	return s.file.Close()
}

// Close waits for the calls under way and closes the connections.
func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	// The writer comes last: the last connection to close moves the log into
	// the file, which a query_only one cannot.
	return errors.Join(f.reader.Close(), f.writer.Close())
}

// use runs work unless the file is closed or the context has ended. operation names
// it in errors.
func (f *file) use(ctx context.Context, operation string, work func() error) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		return storage.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return explain(operation, work())
}

// call is use on a scope, which must be valid.
func (s *Store) call(ctx context.Context, operation string, scope storage.Scope, work func() error) error {
	return s.use(ctx, operation, func() error {
		if err := scope.Validate(); err != nil {
			return err
		}
		return work()
	})
}
