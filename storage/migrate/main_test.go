package migrate_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cloche/activity"
	"cloche/storage/migrate"
	"cloche/storage/postgres"
	"cloche/storage/postgres/postgrestest"
	"cloche/storage/record"
	"cloche/storage/sqlite"
)

// server is the PostgreSQL of all tests; each has a database of its own.
var server postgrestest.Shared

func TestMain(m *testing.M) {
	flag.Parse()
	// The tests wait for the server more than they compute.
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	code := m.Run()
	server.Stop()
	os.Exit(code)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newID() string { return activity.NewID(rand.Reader) }

// moment is a time that tells n.
func moment(n int) time.Time { return time.Date(2025, 1, 2, 3, 4, 5, n*1000, time.UTC) }

func hashOf(script []byte) string {
	sum := sha256.Sum256(script)
	return hex.EncodeToString(sum[:])
}

// openFile opens the service's database in a file.
func openFile(t testing.TB, path string) *sqlite.Database {
	t.Helper()
	db, err := sqlite.OpenDatabase(context.Background(), path, sqlite.Options{Synchronous: sqlite.SynchronousNormal})
	must(t, err)
	return db
}

func openTarget(t testing.TB, dsn string) *postgres.Database {
	t.Helper()
	db, err := postgres.Open(context.Background(), dsn, postgres.Options{Connections: 8})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// run migrates a file.
func run(ctx context.Context, t testing.TB, path, dsn string, options migrate.Options) (migrate.Result, error) {
	t.Helper()
	source, err := migrate.OpenSource(ctx, path)
	must(t, err)
	defer func() { must(t, source.Close()) }()
	return migrate.Run(ctx, source, dsn, options)
}

// newFile returns a database with something of everything.
func newFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "runner.db")
	db := openFile(t, path)
	fill(t, db)
	must(t, db.Close())
	return path
}

// all matches every integration.
func all(list []record.Integration) []record.Integration { return list }
