package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"cloche/storage"
)

// writers is how many goroutines race.
const writers = 8

// race runs work in all writers at once and waits for them.
func race(work func(writer int)) {
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			<-start
			work(i)
		})
	}
	close(start)
	group.Wait()
}

// testRaceForLastByte lets writers grow their values a byte at a time until
// the scope is full, and checks that it is then exactly full.
func testRaceForLastByte(t *testing.T, store storage.Store) {
	const total = writers + 40
	race(func(writer int) {
		for value := ""; ; value += "v" {
			err := store.Set(context.Background(), scope, fmt.Sprint(writer), storage.String(value), storage.Limits{TotalBytes: total})
			if errors.Is(err, storage.ErrQuota) {
				return
			}
			if err != nil {
				t.Errorf("Set: %v", err)
				return
			}
			usage, err := store.Usage(context.Background(), scope)
			if err != nil || usage.Bytes > total {
				t.Errorf("Usage = %+v, %v; the limit is %d bytes", usage, err, total)
				return
			}
		}
	})
	f := in(t, store, scope)
	keys := f.keys()
	f.wantUsage(len(keys), total)
	var sum int64
	for _, key := range keys {
		v, _ := f.get(key)
		sum += storage.EntryBytes(key, v)
	}
	if sum != total {
		t.Errorf("the entries have %d bytes, want %d", sum, total)
	}
}

func testRaceForLastKey(t *testing.T, store storage.Store) {
	const limit = 20
	var stored atomic.Int64
	race(func(writer int) {
		for i := range limit {
			err := store.Set(context.Background(), scope, fmt.Sprint(writer, "-", i), storage.Boolean(true), storage.Limits{Keys: limit})
			if err == nil {
				stored.Add(1)
			} else if !errors.Is(err, storage.ErrQuota) {
				t.Errorf("Set: %v", err)
			}
		}
	})
	f := in(t, store, scope)
	if n := len(f.keys()); n != limit || stored.Load() != limit || f.usage().Keys != limit {
		t.Errorf("%d keys, %d stored, usage %+v; want %d", n, stored.Load(), f.usage(), limit)
	}
}

// testNoLostWrites lets every writer count in a key of its own, while another
// scope is written and cleared.
func testNoLostWrites(t *testing.T, store storage.Store) {
	const rounds = 15
	ctx := context.Background()
	race(func(writer int) {
		key := fmt.Sprint("counter", writer)
		for range rounds {
			v, _, err := store.Get(ctx, scope, key)
			if err != nil {
				t.Errorf("Get: %v", err)
				return
			}
			n, _ := v.AsNumber()
			if err := store.Set(ctx, scope, key, storage.Number(n+1), storage.Limits{}); err != nil {
				t.Errorf("Set: %v", err)
				return
			}
			other := store.Set(ctx, scope+" other", key, storage.Number(n), storage.Limits{})
			if err := errors.Join(other, store.Clear(ctx, scope+" other")); err != nil {
				t.Errorf("the other scope: %v", err)
				return
			}
		}
	})
	f := in(t, store, scope)
	for writer := range writers {
		f.wantValue(fmt.Sprint("counter", writer), storage.Number(rounds))
	}
	f.wantUsage(writers, writers*int64(len("counter0")+8))
	in(t, store, scope+" other").wantUsage(0, 0)
}
