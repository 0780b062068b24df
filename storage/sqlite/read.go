//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cloche/storage"
)

// Get implements storage.Store.
func (s *Store) Get(ctx context.Context, scope storage.Scope, key string) (storage.Value, bool, error) {
	if err := storage.CheckKey(key); err != nil {
		return storage.Value{}, false, err
	}
	var row entryRow
	err := s.read(ctx, "get", scope, func() error {
		return s.statements.get.QueryRowContext(ctx, []byte(scope), []byte(key)).Scan(&row.kind, &row)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return storage.Value{}, false, nil
	}
	if err == nil && row.err != nil {
		err = fmt.Errorf("scope %q, key %q: %w", scope, key, row.err)
	}
	if err != nil {
		return storage.Value{}, false, err
	}
	return row.value, true, nil
}

// Keys implements storage.Store.
func (s *Store) Keys(ctx context.Context, scope storage.Scope) ([]string, error) {
	var keys []string
	err := s.read(ctx, "keys", scope, func() (err error) {
		keys, err = s.listKeys(ctx, scope)
		return err
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}

func (s *Store) listKeys(ctx context.Context, scope storage.Scope) ([]string, error) {
	rows, err := s.statements.keys.QueryContext(ctx, []byte(scope))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var keys []string
	for rows.Next() {
		var key sql.RawBytes
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, string(key))
	}
	return keys, rows.Err()
}

// Usage implements storage.Store.
func (s *Store) Usage(ctx context.Context, scope storage.Scope) (storage.Usage, error) {
	var usage storage.Usage
	err := s.read(ctx, "usage", scope, func() (err error) {
		usage, _, err = scanUsage(s.statements.usage.QueryRowContext(ctx, []byte(scope)))
		return err
	})
	if err != nil {
		return storage.Usage{}, err
	}
	return usage, nil
}

func (s *Store) read(ctx context.Context, operation string, scope storage.Scope, query func() error) error {
	return s.call(ctx, operation, scope, func() error { return s.retry(ctx, query) })
}

// scanUsage reads a row of usageSQL. No row means that the scope holds nothing.
func scanUsage(row *sql.Row) (usage storage.Usage, found bool, err error) {
	err = row.Scan(&usage.Keys, &usage.Bytes)
	if errors.Is(err, sql.ErrNoRows) {
		return storage.Usage{}, false, nil
	}
	return usage, err == nil, err
}

// entryRow decodes a value while it is scanned, which saves a copy of its data:
// kind must be scanned before it.
type entryRow struct {
	kind  int64
	value storage.Value
	// err is kept aside, because database/sql would put its own words, which
	// name columns and Go types, before it.
	err error
}

// Scan implements sql.Scanner for the data column.
func (r *entryRow) Scan(source any) error {
	data, ok := source.([]byte)
	if !ok {
		r.err = fmt.Errorf("%w: data of type %T", storage.ErrCorrupt, source)
		return nil
	}
	r.value, r.err = storage.DecodeValue(r.kind, data)
	return nil
}
