package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"cloche/storage"
	pg "cloche/storage/postgres/sqlc"
	"cloche/storage/record"
	"cloche/storage/relational"
	"cloche/storage/relational/sqlc"
)

// Store is a storage.Store in PostgreSQL. It is safe for concurrent use.
//
// Beside the errors of storage.Store its methods return those of this package.
type Store struct {
	*writes
	// fence, unless nil, is asked in every transaction that writes; its error undoes the
	// write.
	fence func(context.Context, sqlc.Querier) error
	// borrowed says that the connections are somebody else's to close.
	borrowed bool
}

var _ storage.Store = (*Store)(nil)

// Get implements storage.Store.
func (s *Store) Get(ctx context.Context, scope storage.Scope, key string) (storage.Value, bool, error) {
	if err := storage.CheckKey(key); err != nil {
		return storage.Value{}, false, err
	}
	var kind int64
	var data []byte
	err := s.call(ctx, "get", scope, func() error {
		return s.pool.QueryRow(ctx, "SELECT kind, data FROM storage_entry WHERE scope = $1 AND key = $2",
			[]byte(scope), []byte(key)).Scan(&kind, &data)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return storage.Value{}, false, nil
	}
	if err != nil {
		return storage.Value{}, false, err
	}
	value, err := storage.DecodeValue(kind, data)
	if err != nil {
		return storage.Value{}, false, fmt.Errorf("scope %q, key %q: %w", scope, key, err)
	}
	return value, true, nil
}

// Keys implements storage.Store.
func (s *Store) Keys(ctx context.Context, scope storage.Scope) ([]string, error) {
	var keys []string
	err := s.call(ctx, "keys", scope, func() error {
		rows, err := s.pool.Query(ctx, "SELECT key FROM storage_entry WHERE scope = $1 ORDER BY key", []byte(scope))
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		keys = nil
		for _, key := range list {
			keys = append(keys, string(key))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}

// Usage implements storage.Store.
func (s *Store) Usage(ctx context.Context, scope storage.Scope) (usage storage.Usage, err error) {
	err = s.call(ctx, "usage", scope, func() error {
		return s.pool.QueryRow(ctx, "SELECT keys, bytes FROM storage_usage WHERE scope = $1", []byte(scope)).Scan(&usage.Keys, &usage.Bytes)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return storage.Usage{}, nil
	}
	return usage, err
}

// Set implements storage.Store.
func (s *Store) Set(ctx context.Context, scope storage.Scope, key string, v storage.Value, limits storage.Limits) error {
	if err := limits.CheckEntry(key, v); err != nil {
		return err
	}
	kind, data := v.Encode()
	return s.change(ctx, "set", scope, func(t storeTx) error {
		growth := storage.Usage{Keys: 1, Bytes: storage.EntryBytes(key, v)}
		if size, found, err := t.size(key); err != nil {
			return err
		} else if found {
			growth = storage.Usage{Bytes: int64(v.Size()) - size}
		}
		return t.grow(growth, limits, `INSERT INTO storage_entry (scope, key, kind, data, rev) VALUES ($1, $2, $3, $4, 1)
			ON CONFLICT (scope, key) DO UPDATE SET kind = excluded.kind, data = excluded.data, rev = storage_entry.rev + 1`,
			[]byte(scope), []byte(key), int64(kind), append([]byte{}, data...))
	})
}

// Remove implements storage.Store.
func (s *Store) Remove(ctx context.Context, scope storage.Scope, key string) error {
	if err := storage.CheckKey(key); err != nil {
		return err
	}
	return s.change(ctx, "remove", scope, func(t storeTx) error {
		size, found, err := t.size(key)
		if err != nil || !found {
			return err
		}
		return t.grow(storage.Usage{Keys: -1, Bytes: -size - int64(len(key))}, storage.Limits{},
			"DELETE FROM storage_entry WHERE scope = $1 AND key = $2", []byte(scope), []byte(key))
	})
}

// Clear implements storage.Store.
func (s *Store) Clear(ctx context.Context, scope storage.Scope) error {
	return s.change(ctx, "clear", scope, func(t storeTx) error {
		return t.grow(storage.Usage{Keys: -t.before.Keys, Bytes: -t.before.Bytes}, storage.Limits{},
			"DELETE FROM storage_entry WHERE scope = $1", []byte(scope))
	})
}

// Close implements storage.Store.
func (s *Store) Close() error {
	if s.borrowed {
		return nil
	}
	return s.connections.Close()
}

// call is use on a scope, which must be valid.
func (s *Store) call(ctx context.Context, operation string, scope storage.Scope, work func() error) error {
	return s.use(ctx, operation, func() error {
		if err := scope.Validate(); err != nil {
			return err
		}
		return work()
	})
}

// change runs work in a transaction that has locked the usage of the scope: writers of
// one scope come one after the other, those of others do not wait.
func (s *Store) change(ctx context.Context, operation string, scope storage.Scope, work func(storeTx) error) error {
	return s.call(ctx, operation, scope, func() error {
		return s.do(ctx, string(scope), func(t transaction) error {
			one := storeTx{transaction: t, scope: scope, fence: s.fence}
			if err := one.lockUsage(); err != nil {
				return err
			}
			return work(one)
		})
	})
}

// storeTx is a transaction that writes to one scope.
type storeTx struct {
	transaction
	scope  storage.Scope
	fence  func(context.Context, sqlc.Querier) error
	before storage.Usage
}

// lockUsage locks the usage of the scope and reads it.
func (t *storeTx) lockUsage() error {
	read := func() error {
		return t.QueryRow(t.ctx, "SELECT keys, bytes FROM storage_usage WHERE scope = $1 FOR UPDATE", []byte(t.scope)).
			Scan(&t.before.Keys, &t.before.Bytes)
	}
	err := read()
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if _, err := t.Exec(t.ctx, "INSERT INTO storage_usage (scope, keys, bytes) VALUES ($1, 0, 0) ON CONFLICT (scope) DO NOTHING", []byte(t.scope)); err != nil {
		return err
	}
	return read()
}

// size returns the length of the stored data of key in bytes.
func (t storeTx) size(key string) (size int64, found bool, err error) {
	err = t.QueryRow(t.ctx, "SELECT length(data) FROM storage_entry WHERE scope = $1 AND key = $2", []byte(t.scope), []byte(key)).Scan(&size)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return size, err == nil, err
}

// grow asks the fence, adds growth to the usage of the scope and executes the statement
// that is the reason, in one message. It returns a *storage.QuotaError, and changes
// nothing, if that passes the limits. The fence comes after: a write that has changed
// nothing may fail without those who share its transaction.
func (t storeTx) grow(growth storage.Usage, limits storage.Limits, statement string, args ...any) error {
	if err := limits.CheckGrowth(t.before, growth); err != nil {
		return err
	}
	var list statements
	if t.fence != nil {
		if err := t.fence(t.ctx, queries{pg.New(&list)}); err != nil {
			return err
		}
	}
	list.add("UPDATE storage_usage SET keys = keys + $2, bytes = bytes + $3 WHERE scope = $1", []byte(t.scope), growth.Keys, growth.Bytes)
	list.add(statement, args...)
	err := t.all(t.ctx, nil, list)
	if errors.Is(err, relational.ErrMoved) { // the usage is locked, so it is the fence
		err = record.ErrClaimLost
	}
	return err
}
