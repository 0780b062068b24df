//go:build cgo

package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"cloche/storage/record"
	"cloche/storage/storagetest"
)

func TestDatabaseConformance(t *testing.T) {
	t.Parallel()
	storagetest.RunDatabase(t, func(t *testing.T) storagetest.Harness {
		path := filepath.Join(t.TempDir(), "test.db")
		return storagetest.Harness{Open: func(t *testing.T) record.Database {
			t.Helper()
			db, err := OpenDatabase(context.Background(), path, conformanceOptions())
			if err != nil {
				t.Fatalf("OpenDatabase: %v", err)
			}
			return db
		}}
	})
}
