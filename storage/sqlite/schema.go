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

const (
	// applicationID marks the file as ours in the SQLite header: "cloc".
	applicationID = 0x636c6f63
	// schemaVersion is the version that schema.sql makes.
	schemaVersion = 1
)

// install makes the schema in an empty database and refuses one that is not
// ours, or is newer, without having changed a byte of it: that is why the
// change to WAL, which is written into the file, comes after.
func (s *Store) install(ctx context.Context) error {
	// Before WAL a commit, too, waits for other connections.
	err := s.retry(ctx, func() error { return s.write(ctx, identifyOrCreate) })
	if err != nil {
		return err
	}
	var mode string
	err = s.retry(ctx, func() error {
		return s.writer.QueryRow("PRAGMA journal_mode = WAL").Scan(&mode)
	})
	if err == nil && mode != "wal" {
		err = fmt.Errorf("the file system does not allow write-ahead logging (journal mode is %q)", mode)
	}
	return err
}

func identifyOrCreate(tx *sql.Tx) error {
	var application, version, objects int64
	err := tx.QueryRow(`SELECT
		(SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_schema)`).Scan(&application, &version, &objects)
	switch {
	case err != nil:
		return err
	case application == 0 && version == 0 && objects == 0:
		return create(tx)
	case application != applicationID:
		return fmt.Errorf("%w: it is an SQLite database of another program", ErrNotStorage)
	case version > schemaVersion:
		return fmt.Errorf("%w: its schema version is %d, this program knows %d", ErrNewerSchema, version, schemaVersion)
	case version < schemaVersion:
		return fmt.Errorf("%w: its schema version is %d", ErrNotStorage, version)
	default:
		return nil
	}
}

func create(tx *sql.Tx) error {
	_, err := tx.Exec(fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = %d",
		schemaSQL, applicationID, schemaVersion))
	return err
}
