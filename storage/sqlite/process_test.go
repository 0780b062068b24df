//go:build cgo

package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"cloche/storage"
)

// TestKill kills a writing process at random moments. What it had acknowledged
// must be there, and nothing may be half there. It cannot show what loss of
// power does.
func TestKill(t *testing.T) {
	t.Parallel()
	for round := range 10 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "test.db")
			process := startWriter(t, path)
			killAt, delay := rand.IntN(60)+1, time.Duration(rand.IntN(2000))*time.Microsecond
			rounds := process.acknowledged(t, func(rounds int) {
				if rounds == killAt {
					time.Sleep(delay) // into the middle of a write, not after one
					_ = process.command.Process.Kill()
				}
			})
			_ = process.command.Wait() // killed
			if rounds < killAt {
				t.Fatalf("the writer ended after %d rounds: %s", rounds, process.stderr)
			}
			store := mustOpen(t, path, Options{})
			wantRounds(t, store, rounds)
			wantSound(t, store)
		})
	}
}

// TestTwoProcesses writes to one scope, under one quota, from here and from
// another process.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	store := mustOpen(t, path, Options{})
	process := startWriter(t, path)
	mine := 0
	rounds := process.acknowledged(t, func(rounds int) {
		switch {
		case rounds < 100:
			mustSet(t, store, writerScope, fmt.Sprint("mine ", rounds), storage.Number(float64(rounds)))
			mine++
		case rounds == 100:
			_ = process.command.Process.Kill()
		}
	})
	_ = process.command.Wait() // killed
	if rounds < 100 {
		t.Fatalf("the writer ended after %d rounds: %s", rounds, process.stderr)
	}
	for i := range mine {
		key := fmt.Sprint("mine ", i+1)
		if v, _, err := store.Get(context.Background(), writerScope, key); err != nil || v != storage.Number(float64(i+1)) {
			t.Errorf("Get(%q) = %v, %v; want %d", key, v, err, i+1)
		}
	}
	wantRounds(t, store, rounds)
	wantSound(t, store)
}

// wantRounds checks that what a writer process did in its first rounds is there.
func wantRounds(t *testing.T, store *Store, rounds int) {
	t.Helper()
	ctx := context.Background()
	for i := range rounds {
		if v, _, err := store.Get(ctx, writerScope, writerKey(i)); err != nil || v != writerValue(i) {
			t.Errorf("round %d of %d: Get = %v, %v; want %v", i, rounds, v, err, writerValue(i))
		}
	}
	v, _, err := store.Get(ctx, writerScope, "last")
	last, _ := v.AsNumber()
	if err != nil || int(last) < rounds-1 {
		t.Errorf("the last round is %v, %v; want at least %d", last, err, rounds-1)
	}
}

// wantSound checks the file, and each usage against its entries.
func wantSound(t *testing.T, store *Store) {
	t.Helper()
	var report string
	if err := store.writer.QueryRow("PRAGMA integrity_check").Scan(&report); err != nil || report != "ok" {
		t.Errorf("integrity check: %s, %v", report, err)
	}
	var wrong int
	err := store.writer.QueryRow(`SELECT count(*) FROM storage_usage AS u WHERE (u.keys, u.bytes) IS NOT
		(SELECT count(*), coalesce(sum(length(key) + length(data)), 0) FROM storage_entry AS e WHERE e.scope = u.scope)`).Scan(&wrong)
	if err != nil || wrong != 0 {
		t.Errorf("%d scopes have a usage that is not the sum of their entries, %v", wrong, err)
	}
}
