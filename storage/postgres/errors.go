package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"cloche/storage"
	"cloche/storage/record"
)

// The errors of this package, beside those of packages storage and record. Match them
// with errors.Is.
var (
	// ErrUnavailable says that the server cannot be reached, is starting or stopping, or
	// has no connection to spare. Trying again later may help.
	ErrUnavailable error = record.Unavailable("the PostgreSQL server is not available")

	// ErrNewerSchema says that a newer version of this program has changed the schema.
	ErrNewerSchema = errors.New("the database was written by a newer version of this program")

	// ErrFull says that the server's disk is full.
	ErrFull error = record.Unavailable("no space left for the database")

	// ErrReadOnly says that the server takes no writes: it is a standby.
	ErrReadOnly error = record.Unavailable("the database is read-only")

	errReference = fmt.Errorf("it refers to what is %w", record.ErrNotFound)
)

// explain puts an error of the server or of the connection into words of this package,
// after the name of what failed. What the server says stays in the text and out of the
// chain: it is no part of this package's API.
func explain(what string, err error) error {
	var server *pgconn.PgError
	var connection *pgconn.ConnectError
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &server):
		if known := classify(server.Code); known != nil {
			return fmt.Errorf("storage: %s: %w (%s)", what, known, server.Message)
		}
		return fmt.Errorf("storage: %s: %s (SQLSTATE %s)", what, server.Message, server.Code)
	case errors.As(err, &connection):
		return fmt.Errorf("storage: %s: %w: %s", what, ErrUnavailable, oneLine(connection.Error()))
	case pgconn.SafeToRetry(err), isBroken(err):
		return fmt.Errorf("storage: %s: %w: %v", what, ErrUnavailable, err)
	}
	return err
}

// oneLine joins what was tried, a line each, into one.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\t' }), " ")
}

// classify returns the error that callers match for a code of the server, nil if there
// is none. The codes are in appendix A of PostgreSQL's manual.
func classify(code string) error {
	switch code {
	case "23503":
		return errReference
	case "23505":
		return record.ErrConflict
	case "23514": // constraints guard what this package itself keeps right
		return storage.ErrCorrupt
	case "53100":
		return ErrFull
	case "25006":
		return ErrReadOnly
	case "53300", "57P01", "57P02", "57P03":
		return ErrUnavailable
	}
	if len(code) == 5 && code[:2] == "08" {
		return ErrUnavailable
	}
	return nil
}
