//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
)

// statements are compiled once: parsing SQL costs several times what running
// it does.
type statements struct {
	get, keys, usage *sql.Stmt // of file.reader

	size, charge, held, start, put, remove *sql.Stmt // of file.writer, the rest too
	clearEntries, clearUsage               *sql.Stmt
}

const (
	getSQL   = `SELECT kind, data FROM storage_entry WHERE scope = ?1 AND key = ?2`
	keysSQL  = `SELECT key FROM storage_entry WHERE scope = ?1 ORDER BY key`
	usageSQL = `SELECT keys, bytes FROM storage_usage WHERE scope = ?1`
	sizeSQL  = `SELECT length(data) FROM storage_entry WHERE scope = ?1 AND key = ?2`

	// chargeSQL adds ?2 keys and ?3 bytes to a scope's usage, unless that grows
	// it past ?4 keys or ?5 bytes: then it changes no row. Its WHERE says what
	// storage.Limits.CheckGrowth says.
	chargeSQL = `UPDATE storage_usage SET keys = keys + ?2, bytes = bytes + ?3
		WHERE scope = ?1 AND (?2 <= 0 OR keys + ?2 <= ?4) AND (?3 <= 0 OR bytes + ?3 <= ?5)`
	startSQL = `INSERT INTO storage_usage (scope, keys, bytes) VALUES (?1, ?2, ?3)`

	putSQL = `INSERT INTO storage_entry (scope, key, kind, data, rev) VALUES (?1, ?2, ?3, ?4, 1)
		ON CONFLICT (scope, key) DO UPDATE SET kind = ?3, data = ?4, rev = rev + 1`
	removeSQL       = `DELETE FROM storage_entry WHERE scope = ?1 AND key = ?2`
	clearEntriesSQL = `DELETE FROM storage_entry WHERE scope = ?1`
	clearUsageSQL   = `DELETE FROM storage_usage WHERE scope = ?1`
)

// prepare compiles all statements. They are closed with their pools.
func (f *file) prepare(ctx context.Context) (*statements, error) {
	s := new(statements)
	for _, each := range []struct {
		statement **sql.Stmt
		pool      *sql.DB
		text      string
	}{
		{&s.get, f.reader, getSQL},
		{&s.keys, f.reader, keysSQL},
		{&s.usage, f.reader, usageSQL},
		{&s.size, f.writer, sizeSQL},
		{&s.charge, f.writer, chargeSQL},
		{&s.held, f.writer, usageSQL},
		{&s.start, f.writer, startSQL},
		{&s.put, f.writer, putSQL},
		{&s.remove, f.writer, removeSQL},
		{&s.clearEntries, f.writer, clearEntriesSQL},
		{&s.clearUsage, f.writer, clearUsageSQL},
	} {
		err := f.retry(ctx, func() (err error) {
			*each.statement, err = each.pool.PrepareContext(ctx, each.text)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}
