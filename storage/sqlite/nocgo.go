//go:build !cgo

package sqlite

import (
	"context"

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
