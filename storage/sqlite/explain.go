//go:build cgo

package sqlite

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"cloche/storage"
	"cloche/storage/record"

	"github.com/mattn/go-sqlite3"
)

// explain puts the driver's error into words of this package, after the name of
// what failed. Other errors pass as they are.
func explain(what string, err error) error {
	var failure sqlite3.Error
	if !errors.As(err, &failure) {
		return err
	}
	if known := classify(failure); known != nil {
		return fmt.Errorf("storage: %s: %w (%v)", what, known, failure)
	}
	return fmt.Errorf("storage: %s: %v", what, failure)
}

// classify returns the error that callers match for failure, nil if there is
// none. The driver's error stays out of the chain: it is no part of this
// package's API.
func classify(failure sqlite3.Error) error {
	switch failure.ExtendedCode {
	case sqlite3.ErrConstraintForeignKey:
		return errReference
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey:
		return record.ErrConflict
	}
	switch failure.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return ErrLocked
	case sqlite3.ErrFull:
		return ErrFull
	case sqlite3.ErrReadonly:
		return ErrReadOnly
	// Constraints guard what this package itself keeps right: the usage.
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB, sqlite3.ErrConstraint:
		return storage.ErrCorrupt
	case sqlite3.ErrIoErr:
		if failure.SystemErrno == syscall.ENOSPC || failure.SystemErrno == syscall.EDQUOT {
			return ErrFull
		}
	}
	return nil
}

// errReference says that a row refers to one that is not there.
var errReference = fmt.Errorf("it refers to what is %w", record.ErrNotFound)

// isCode reports whether err is the driver's and has one of codes.
func isCode(err error, codes ...sqlite3.ErrNo) bool {
	var failure sqlite3.Error
	return errors.As(err, &failure) && slices.Contains(codes, failure.Code)
}
