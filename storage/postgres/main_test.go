package postgres

import (
	"context"
	"flag"
	"os"
	"sync"
	"testing"

	"cloche/storage"
	"cloche/storage/postgres/postgrestest"
	"cloche/storage/record"
	"cloche/storage/storagetest"
)

// server is the PostgreSQL of all tests; each has a database of its own.
var server postgrestest.Shared

func TestMain(m *testing.M) {
	flag.Parse()
	// The suite is the same as for SQLite, where it races in full; here every statement
	// is a round trip.
	if os.Getenv("CLOCHE_TESTS") != "full" {
		if err := flag.Set("test.short", "true"); err != nil {
			panic(err)
		}
	}
	// The tests wait for the server more than they compute.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
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
		d := mustOpen(t, migrated(t))
		return owned{d.Store(), d}
	})
}

func TestDatabaseConformance(t *testing.T) {
	t.Parallel()
	storagetest.RunDatabase(t, func(t *testing.T) storagetest.Harness {
		dsn := migrated(t)
		return storagetest.Harness{Shared: true, Open: func(t *testing.T) record.Database {
			t.Helper()
			return mustOpen(t, dsn)
		}}
	})
}

// template is a database with today's schema, which others are copies of.
var template struct {
	once sync.Once
	dsn  string
}

// migrated returns the connection string of a new database with today's schema.
func migrated(t *testing.T) string {
	t.Helper()
	template.once.Do(func() {
		template.dsn = server.Database(t)
		if err := mustOpen(t, template.dsn).Close(); err != nil {
			t.Fatal(err)
		}
	})
	dsn, err := server.Cluster(t).Copy(context.Background(), template.dsn)
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}
