//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cloche/storage"
)

// Set implements storage.Store.
func (s *Store) Set(ctx context.Context, scope storage.Scope, key string, v storage.Value, limits storage.Limits) error {
	if err := limits.CheckEntry(key, v); err != nil {
		return err
	}
	kind, data := v.Encode()
	return s.change(ctx, "set", scope, func(tx writeTx) error {
		growth := storage.Usage{Keys: 1, Bytes: storage.EntryBytes(key, v)}
		if size, found, err := tx.size(key); err != nil {
			return err
		} else if found {
			growth = storage.Usage{Bytes: int64(v.Size()) - size}
		}
		if err := tx.charge(growth, limits); err != nil {
			return err
		}
		_, err := tx.exec(tx.statements.put, []byte(scope), []byte(key), int64(kind), data)
		return err
	})
}

// Remove implements storage.Store.
func (s *Store) Remove(ctx context.Context, scope storage.Scope, key string) error {
	if err := storage.CheckKey(key); err != nil {
		return err
	}
	return s.change(ctx, "remove", scope, func(tx writeTx) error {
		size, found, err := tx.size(key)
		if err != nil || !found {
			return err
		}
		if _, err := tx.exec(tx.statements.remove, []byte(scope), []byte(key)); err != nil {
			return err
		}
		return tx.charge(storage.Usage{Keys: -1, Bytes: -size - int64(len(key))}, storage.Limits{})
	})
}

// Clear implements storage.Store.
func (s *Store) Clear(ctx context.Context, scope storage.Scope) error {
	return s.change(ctx, "clear", scope, func(tx writeTx) error {
		if _, err := tx.exec(tx.statements.clearEntries, []byte(scope)); err != nil {
			return err
		}
		_, err := tx.exec(tx.statements.clearUsage, []byte(scope))
		return err
	})
}

func (s *Store) change(ctx context.Context, operation string, scope storage.Scope, work func(writeTx) error) error {
	return s.call(ctx, operation, scope, func() error {
		return s.write(ctx, func(tx *sql.Tx) error {
			if s.fence != nil {
				if err := s.fence(tx); err != nil {
					return err
				}
			}
			return work(writeTx{tx: tx, statements: s.statements, scope: scope})
		})
	})
}

// writeTx is a write transaction on one scope. Its statements run without a
// context, as file.write explains.
type writeTx struct {
	tx         *sql.Tx
	statements *statements
	scope      storage.Scope
}

func (t writeTx) exec(statement *sql.Stmt, args ...any) (sql.Result, error) {
	return t.tx.Stmt(statement).Exec(args...)
}

// size returns the length of the stored data of key, which is its value's
// storage.Value.Size, in bytes.
func (t writeTx) size(key string) (size int64, found bool, err error) {
	err = t.tx.Stmt(t.statements.size).QueryRow([]byte(t.scope), []byte(key)).Scan(&size)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return size, err == nil, err
}

// charge adds growth to the usage of the scope. It returns a
// *storage.QuotaError, and changes nothing, if that passes the limits.
func (t writeTx) charge(growth storage.Usage, limits storage.Limits) error {
	limits = limits.WithDefaults()
	result, err := t.exec(t.statements.charge, []byte(t.scope), growth.Keys, growth.Bytes, limits.Keys, limits.TotalBytes)
	if err != nil {
		return err
	}
	if changed, err := result.RowsAffected(); err != nil || changed == 1 {
		return err
	}
	return t.refuseOrStart(growth, limits)
}

// refuseOrStart follows a charge that changed no row: the scope is past a
// limit, or it has no row yet.
func (t writeTx) refuseOrStart(growth storage.Usage, limits storage.Limits) error {
	before, found, err := scanUsage(t.tx.Stmt(t.statements.held).QueryRow([]byte(t.scope)))
	if err != nil {
		return err
	}
	if err := limits.CheckGrowth(before, growth); err != nil {
		return err
	}
	if found {
		return fmt.Errorf("%w: the usage of scope %q was refused for no reason", storage.ErrCorrupt, t.scope)
	}
	_, err = t.exec(t.statements.start, []byte(t.scope), growth.Keys, growth.Bytes)
	return err
}
