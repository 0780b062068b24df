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
	busyTimeout time.Duration

	// mu is held for reading by every call and for writing by Close.
	mu     sync.RWMutex
	closed bool

	// writer has one connection: SQLite has one writer at a time, and waiting
	// for a connection in Go can be cancelled where waiting in SQLite cannot.
	writer *sql.DB
	// reader's connections are query_only. They see every committed write.
	reader *sql.DB

	statements statements
}

var _ storage.Store = (*Store)(nil)

// Open opens the database at path and creates it, with permissions 0600, if
// there is none; its directory must exist. The context bounds the opening, not
// the life of the Store.
//
// It returns an error that matches ErrNotStorage, ErrNewerSchema, ErrLocked,
// ErrReadOnly, ErrFull, storage.ErrCorrupt or an error of package io/fs, in one
// line that names the path.
func Open(ctx context.Context, path string, options Options) (*Store, error) {
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
	s, err := open(ctx, absolute, options)
	var failure sqlite3.Error
	switch {
	case err == nil:
		return s, nil
	case isCode(err, sqlite3.ErrNotADB):
		return nil, fmt.Errorf("storage: %s: %w: it is not an SQLite file", path, ErrNotStorage)
	// Of a disk that cannot be written SQLite says that a side file was not found.
	case isCode(err, sqlite3.ErrCantOpen) && !writable(filepath.Dir(absolute)):
		return nil, fmt.Errorf("storage: %s: %w", path, ErrReadOnly)
	case errors.As(err, &failure):
		return nil, explain(path, err)
	default:
		return nil, fmt.Errorf("storage: %s: %w", path, err)
	}
}

func open(ctx context.Context, path string, options Options) (*Store, error) {
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

	s := &Store{busyTimeout: options.BusyTimeout, writer: writer, reader: reader}
	if err := s.install(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close implements storage.Store. It waits for the calls under way, at most
// Options.BusyTimeout and the time of one disk write.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	// The writer comes last: the last connection to close moves the log into
	// the file, which a query_only one cannot.
	return errors.Join(s.reader.Close(), s.writer.Close())
}

// call runs work unless the store is closed, the context has ended or the scope
// is bad. operation names it in errors.
func (s *Store) call(ctx context.Context, operation string, scope storage.Scope, work func() error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return storage.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := scope.Validate(); err != nil {
		return err
	}
	return explain(operation, work())
}
