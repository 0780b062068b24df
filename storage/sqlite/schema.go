//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
)

//go:embed schema.sql
var schemaSQL string

// format is what a database file is for, as its header tells.
type format struct {
	// application is the application ID in the SQLite header.
	application int64
	// version is the schema version that create makes, in the header's user version.
	version int64
	create  string
}

// storageFormat is a file that holds scripts' storage alone: "cloc".
func storageFormat() format {
	return format{application: 0x636c6f63, version: 1, create: schemaSQL}
}

// install makes the schema in an empty database and refuses one that is not
// ours, or is newer, without having changed a byte of it: that is why the
// change to WAL, which is written into the file, comes after.
func (f *file) install(ctx context.Context, want format) error {
	// Before WAL a commit, too, waits for other connections.
	err := f.retry(ctx, func() error { return f.write(ctx, want.identifyOrCreate) })
	if err != nil {
		return err
	}
	var mode string
	err = f.retry(ctx, func() error {
		return f.writer.QueryRow("PRAGMA journal_mode = WAL").Scan(&mode)
	})
	if err == nil && mode != "wal" {
		err = fmt.Errorf("the file system does not allow write-ahead logging (journal mode is %q)", mode)
	}
	return err
}

func (want format) identifyOrCreate(tx *sql.Tx) error {
	var application, version, objects int64
	err := tx.QueryRow(`SELECT
		(SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_schema)`).Scan(&application, &version, &objects)
	switch {
	case err != nil:
		return err
	case application == 0 && version == 0 && objects == 0:
		_, err := tx.Exec(fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = %d",
			want.create, want.application, want.version))
		return err
	case application != want.application:
		return fmt.Errorf("%w: it is an SQLite database of another program", ErrNotStorage)
	case version > want.version:
		return fmt.Errorf("%w: its schema version is %d, this program knows %d", ErrNewerSchema, version, want.version)
	case version < want.version:
		return fmt.Errorf("%w: its schema version is %d", ErrNotStorage, version)
	default:
		return nil
	}
}
