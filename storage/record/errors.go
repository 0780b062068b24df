package record

import "errors"

// The errors of a Database. Match them with errors.Is.
var (
	// ErrNotFound says that there is no such row, or that it is not the project's.
	ErrNotFound = errors.New("not found")

	// ErrConflict says that a name is taken, or that a row is not in the state
	// that the change needs.
	ErrConflict = errors.New("conflict")

	// ErrChanged says that a project is not as it was when something was decided by it.
	// Decide again.
	ErrChanged = errors.New("the project was changed meanwhile")

	// ErrClaimLost says that the writer no longer holds its mailbox: the claim ran
	// out, or another worker has it. Nothing was written.
	ErrClaimLost = errors.New("the claim on the mailbox is lost")

	// ErrUnavailable says that the database takes no changes at present: its disk is
	// full, say, or somebody has it locked. Trying again later may help.
	ErrUnavailable = errors.New("the database is not available")

	// ErrInUse says that another process has the database.
	ErrInUse = errors.New("the database is in use by another process")
)

// Unavailable is an error of a back end that is also ErrUnavailable; its text says why.
type Unavailable string

// Error returns the text.
func (u Unavailable) Error() string { return string(u) }

// Is reports whether target is ErrUnavailable.
func (Unavailable) Is(target error) bool { return target == ErrUnavailable }
