//go:build !cgo

package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"cloche/storage/sqlite"
)

func TestOpenWithoutCgo(t *testing.T) {
	t.Parallel()
	_, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{})
	if !errors.Is(err, sqlite.ErrNoCgo) || strings.Contains(err.Error(), "\n") {
		t.Errorf("Open = %v, want ErrNoCgo in one line", err)
	}
}
