package cli

import (
	"errors"
	"strings"

	"cloche/storage"
	"cloche/storage/record"
	"cloche/storage/sqlite"
)

// adviceError is an error of a database file in one line that ends with what to do.
type adviceError struct {
	text string
	err  error
}

func (e *adviceError) Error() string { return e.text }

func (e *adviceError) Unwrap() error { return e.err }

// advise says of an error of the database file at path what to do about it. Other
// errors pass as they are.
func advise(path string, err error) error {
	for _, known := range []struct {
		err error
		do  string
	}{
		{storage.ErrCorrupt, "restore it from a backup, or move it away to begin anew"},
		{sqlite.ErrNotStorage, "name another file with --database"},
		{sqlite.ErrNewerSchema, "use that version, or a backup from before it"},
		{sqlite.ErrFull, "make room on its disk"},
		{sqlite.ErrReadOnly, "let this user write it and its directory, or name another with --database"},
		{sqlite.ErrLocked, "close the program that has it open"},
		{record.ErrInUse, "stop the server that has it, or name another with --database"},
	} {
		if errors.Is(err, known.err) {
			return &adviceError{path + ": " + bare(path, err) + ": " + known.do, err}
		}
	}
	return err
}

// bare returns what is wrong without the names of packages and of the file, in the
// words for a whole file.
func bare(path string, err error) string {
	return strings.NewReplacer(
		"storage: "+path+": ", "",
		storage.ErrCorrupt.Error(), "the database is damaged",
		"storage: ", "",
	).Replace(err.Error())
}
