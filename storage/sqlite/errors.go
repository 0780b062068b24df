package sqlite

import (
	"errors"

	"cloche/storage/record"
)

// The errors of this package, beside those of package storage. Match them with
// errors.Is.
var (
	// ErrNoCgo is what Open returns in a binary built without cgo.
	ErrNoCgo = errors.New("storage: this binary was built without cgo; SQLite storage needs a build with CGO_ENABLED=1 and a C compiler")

	// ErrNotStorage says that the path holds something else than a storage
	// database: not a regular file, not SQLite, or SQLite of another program.
	ErrNotStorage = errors.New("not a storage database")

	// ErrNewerSchema says that a newer version of this program wrote the file.
	ErrNewerSchema = errors.New("the database was written by a newer version of this program")

	// ErrLocked says that another connection held the database for longer than
	// Options.BusyTimeout. Trying again later may help.
	ErrLocked error = record.Unavailable("the database is locked by another process")

	// ErrFull says that the disk, or the database, is full.
	ErrFull error = record.Unavailable("no space left for the database")

	// ErrReadOnly says that the file or its directory cannot be written.
	ErrReadOnly error = record.Unavailable("the database is read-only")
)
