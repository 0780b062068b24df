package postgres

import (
	"context"
	"os"
	"testing"

	"cloche/storage"
	"cloche/storage/postgres/postgrestest"
	"cloche/storage/storagetest"
)

// server is the PostgreSQL of all tests; each has a database of its own.
var server postgrestest.Shared

func TestMain(m *testing.M) {
	code := m.Run()
	server.Stop()
	os.Exit(code)
}

func mustOpen(t testing.TB, dsn string) *Database {
	t.Helper()
	d, err := Open(context.Background(), dsn, Options{Connections: 8})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return d
}

// owned is a Store that closes its Database.
type owned struct {
	storage.Store
	database *Database
}

func (o owned) Close() error { return o.database.Close() }

func TestStoreConformance(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storage.Store {
		d := mustOpen(t, server.Database(t))
		return owned{d.Store(), d}
	})
}
