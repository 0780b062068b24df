package service

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cloche/storage/record"
)

// The errors of this package, beside those of package record. Match them with
// errors.Is.
var (
	// ErrNotFound says that there is no such thing, or that it is another project's.
	ErrNotFound = record.ErrNotFound
	// ErrConflict says that the thing is not in the state that this needs.
	ErrConflict = record.ErrConflict
	// ErrUnavailable says that the database takes no changes at present.
	ErrUnavailable = record.ErrUnavailable
	// ErrUnchanged says that an update would change nothing.
	ErrUnchanged = errors.New("no changed values were provided to update")
	// ErrAmbiguous says that several IDs begin with what was given.
	ErrAmbiguous = errors.New("ambiguous ID")
	// ErrDenied says that a token or a signature is missing, wrong or not enough.
	ErrDenied = errors.New("denied")
	// ErrLoop says that an activity comes from a script that was started by a script,
	// too many times in a row.
	ErrLoop = errors.New("too many scripts in a row: this looks like a loop")
	// ErrBusy says that more waits than may: try again later.
	ErrBusy = errors.New("too many runs wait")
	// ErrTooLarge says that a body or a script has too many bytes.
	ErrTooLarge = errors.New("too large")
)

// Invalid says what is wrong with what was given, by field. An empty field name
// means the whole.
type Invalid struct {
	Fields map[string]string
}

func invalid(field, format string, args ...any) *Invalid {
	return &Invalid{Fields: map[string]string{field: fmt.Sprintf(format, args...)}}
}

// Error returns the fields in one line, sorted.
func (e *Invalid) Error() string {
	var parts []string
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		if field == "" {
			parts = append(parts, e.Fields[field])
			continue
		}
		parts = append(parts, field+": "+e.Fields[field])
	}
	return strings.Join(parts, "; ")
}

// RateLimited says that a project sends too fast.
type RateLimited struct {
	// After is how long to wait.
	After time.Duration
}

// Error says how long to wait.
func (e *RateLimited) Error() string {
	return fmt.Sprintf("too many deliveries: try again in %v", e.After.Round(time.Second))
}
