package postgres

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloche/storage/record"
)

func TestTakeTokens(t *testing.T) {
	t.Parallel()
	dsn := migrated(t)
	databases := []*Database{mustOpen(t, dsn), mustOpen(t, dsn)}
	for _, d := range databases {
		t.Cleanup(func() { _ = d.Close() })
	}
	project := func(id string) string {
		if err := databases[0].CreateProject(t.Context(), record.Project{ID: id, Created: time.Now(), Updated: time.Now()}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	// race takes tokens on both databases and returns how many it got.
	race := func(project string, each int, perSecond float64, burst int) int {
		var got atomic.Int64
		var wait sync.WaitGroup
		for i := range 60 {
			wait.Go(func() {
				taken, err := databases[i%2].TakeTokens(context.Background(), project, each, perSecond, burst)
				if err != nil {
					t.Error(err)
				}
				if taken {
					got.Add(int64(each))
				}
			})
		}
		wait.Wait()
		return int(got.Load())
	}
	const never = 1e-6 // a second: none come back while the test lasts
	if got := race(project("one"), 1, never, 25); got != 25 {
		t.Errorf("%d tokens were taken of 25", got)
	}
	if got := race(project("three"), 3, never, 25); got != 24 {
		t.Errorf("%d tokens were taken of 25, three at a time", got)
	}
	fast := project("fast")
	if got := race(fast, 1, 1e9, 1); got < 1 {
		t.Errorf("no token was taken of those that come back at once")
	}
	began := time.Now()
	got := race(project("slow"), 1, 100, 10)
	if most := 10 + int(100*time.Since(began).Seconds()) + 1; got < 10 || got > most {
		t.Errorf("%d tokens were taken, want 10 to %d", got, most)
	}
	if _, err := databases[0].TakeTokens(t.Context(), "nobody", 1, 1, 1); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("error is %v, want %v", err, record.ErrNotFound)
	}
}
