//go:build !cgo

package sqlite

import (
	"context"
	"database/sql"

	"cloche/storage"
	"cloche/storage/record"
)

// Store is a storage.Store in an SQLite file. In this build, without cgo,
// there is no value of it.
type Store struct{ storage.Store }

// Open returns ErrNoCgo.
func Open(context.Context, string, Options) (*Store, error) { return nil, ErrNoCgo }

// Database is a record.Database in an SQLite file. In this build, without cgo,
// there is no value of it.
type Database struct{ record.Database }

// OpenDatabase returns ErrNoCgo.
func OpenDatabase(context.Context, string, Options) (*Database, error) { return nil, ErrNoCgo }

// Frozen is the service's database in a file, held and only read. In this build, without
// cgo, there is no value of it.
type Frozen struct{}

// Freeze returns ErrNoCgo.
func Freeze(context.Context, string) (*Frozen, error) { return nil, ErrNoCgo }

// Query returns ErrNoCgo.
func (*Frozen) Query(context.Context, func(*sql.Rows) error, string, ...any) error { return ErrNoCgo }

// Close does nothing.
func (*Frozen) Close() error { return nil }
