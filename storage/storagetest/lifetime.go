package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"cloche/storage"
)

func testEndedContext(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	f.set("k", storage.Number(1), storage.Limits{})

	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer cancel()
	for _, c := range []struct {
		ctx  context.Context
		want error
	}{{cancelled, context.Canceled}, {late, context.DeadlineExceeded}} {
		for name, err := range callAll(c.ctx, store, scope) {
			if !errors.Is(err, c.want) {
				t.Errorf("%s = %v, want %v", name, err, c.want)
			}
		}
	}
	f.wantValue("k", storage.Number(1))
	f.wantUsage(1, 9)
}

// testContextEndsMeanwhile ends contexts at all moments of a Set and checks
// that the error tells what happened.
func testContextEndsMeanwhile(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	want, known := storage.Value{}, false
	for i := range 60 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*20*time.Microsecond)
		next := storage.Number(float64(i))
		err := store.Set(ctx, scope, "k", next, storage.Limits{})
		cancel()
		switch {
		case err == nil:
			want, known = next, true
		case !errors.Is(err, context.DeadlineExceeded):
			t.Fatalf("Set: %v, want %v", err, context.DeadlineExceeded)
		}
		if got, found := f.get("k"); got != want || found != known {
			t.Fatalf("after a Set that returned %v: %#v, %v; want %#v, %v", err, got, found, want, known)
		}
	}
}

func testClosed(t *testing.T, store storage.Store) {
	in(t, store, scope).set("k", storage.Number(1), storage.Limits{})
	for range 2 {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		for name, err := range callAll(context.Background(), store, scope) {
			if !errors.Is(err, storage.ErrClosed) {
				t.Errorf("%s after Close = %v, want ErrClosed", name, err)
			}
		}
	}
}

// testCloseInUse checks that calls racing with Close either succeed or say
// that the store is closed.
func testCloseInUse(t *testing.T, store storage.Store) {
	var group sync.WaitGroup
	begun := make(chan struct{}, writers)
	for writer := range writers {
		group.Go(func() {
			for i := 0; ; i++ {
				_, _, get := store.Get(context.Background(), scope, "k0")
				set := store.Set(context.Background(), scope, fmt.Sprint("k", writer), storage.Number(float64(i)), storage.Limits{})
				for _, err := range []error{get, set} {
					if err != nil && !errors.Is(err, storage.ErrClosed) {
						t.Errorf("while closing: %v", err)
					}
				}
				if i == 0 {
					begun <- struct{}{}
				}
				if set != nil {
					return
				}
			}
		})
	}
	for range writers {
		<-begun
	}
	if err := store.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	group.Wait()
}
