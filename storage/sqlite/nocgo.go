//go:build !cgo

package sqlite

import (
	"context"

	"cloche/storage"
)

// Store is a storage.Store in an SQLite file. In this build, without cgo,
// there is no value of it.
type Store struct{ storage.Store }

// Open returns ErrNoCgo.
func Open(context.Context, string, Options) (*Store, error) { return nil, ErrNoCgo }
