package storagetest

import (
	"context"
	"sync"
	"testing"

	"cloche/storage"
	"cloche/storage/record"
)

// administration opens databases for the scripts' storage that an administrator sees.
func administration(open func(*testing.T) Harness) func(*testing.T) storage.Store {
	return func(t *testing.T) storage.Store {
		db := open(t).Open(t)
		return &closing{Store: db.Store(), close: db.Close}
	}
}

// closing is a store that closes what it belongs to.
type closing struct {
	storage.Store
	close func() error
}

// Close implements storage.Store.
func (c *closing) Close() error { return c.close() }

// claimed opens databases for the scripts' storage of a run, which goes on until the
// store is closed.
func claimed(open func(*testing.T) Harness) func(*testing.T) storage.Store {
	return func(t *testing.T) storage.Store {
		b := newBed(t, open(t))
		b.add()
		b.accept(all)
		claims, release := make(chan *record.Claim), make(chan struct{})
		stop := b.work(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
			claims <- claim
			<-release
			_, err := b.db.Step(ctx, claim, succeed(work), false)
			return err
		})
		claim := received(b, "the claim", claims)
		end := sync.OnceFunc(func() {
			close(release)
			stop()
		})
		t.Cleanup(end)
		return &lasting{Store: b.db.StoreFor(claim), end: end}
	}
}

// lasting is a store that ends its run, and answers as a closed one does, once it is
// closed. What a run's store does when the whole database is closed is tested where
// databases are.
type lasting struct {
	storage.Store
	end    func()
	mu     sync.RWMutex
	closed bool
}

// Close implements storage.Store.
func (l *lasting) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.end()
	return nil
}

func (l *lasting) use(work func() error) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return storage.ErrClosed
	}
	return work()
}

// Get implements storage.Store.
func (l *lasting) Get(ctx context.Context, scope storage.Scope, key string) (v storage.Value, found bool, err error) {
	err = l.use(func() (err error) {
		v, found, err = l.Store.Get(ctx, scope, key)
		return err
	})
	return v, found, err
}

// Set implements storage.Store.
func (l *lasting) Set(ctx context.Context, scope storage.Scope, key string, v storage.Value, limits storage.Limits) error {
	return l.use(func() error { return l.Store.Set(ctx, scope, key, v, limits) })
}

// Remove implements storage.Store.
func (l *lasting) Remove(ctx context.Context, scope storage.Scope, key string) error {
	return l.use(func() error { return l.Store.Remove(ctx, scope, key) })
}

// Clear implements storage.Store.
func (l *lasting) Clear(ctx context.Context, scope storage.Scope) error {
	return l.use(func() error { return l.Store.Clear(ctx, scope) })
}

// Keys implements storage.Store.
func (l *lasting) Keys(ctx context.Context, scope storage.Scope) (keys []string, err error) {
	err = l.use(func() (err error) {
		keys, err = l.Store.Keys(ctx, scope)
		return err
	})
	return keys, err
}

// Usage implements storage.Store.
func (l *lasting) Usage(ctx context.Context, scope storage.Scope) (usage storage.Usage, err error) {
	err = l.use(func() (err error) {
		usage, err = l.Store.Usage(ctx, scope)
		return err
	})
	return usage, err
}
