package api

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"cloche/storage/record"
)

// failing is a database that can break.
type failing struct {
	record.Database
	broken atomic.Bool
}

var errBroken = errors.New("disk on fire")

func (f *failing) fail() error {
	if f.broken.Load() {
		return errBroken
	}
	return nil
}

func (f *failing) Project(ctx context.Context, id string) (record.Project, error) {
	if err := f.fail(); err != nil {
		return record.Project{}, err
	}
	return f.Database.Project(ctx, id)
}

func (f *failing) ListProjects(ctx context.Context, prefix string) ([]record.Project, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.Database.ListProjects(ctx, prefix)
}

func (f *failing) Ping(ctx context.Context) error {
	return errors.Join(f.fail(), f.Database.Ping(ctx))
}

// lockedBuffer collects a log.
type lockedBuffer struct {
	mutex sync.Mutex
	b     bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (*bundle) now() time.Time { return time.Now() }
