//go:build cgo

package sqlite

import (
	"context"
	"sync"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// driver is River's for SQLite, but that new jobs are told of in memory. There, they are
// told of by a table that is read 20 times a second; this process is the only one that
// inserts jobs, and it knows when.
type driver struct {
	*riversqlite.Driver
	bell *bell
}

// GetListener implements riverdriver.Driver.
func (d driver) GetListener(params *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{bell: d.bell, schema: params.Schema}
}

// SupportsListenNotify implements riverdriver.Driver: no rows for the table.
func (driver) SupportsListenNotify() bool { return false }

// bell tells that there are new jobs. It may be rung at any time.
type bell struct {
	mu        sync.Mutex
	listeners map[*listener]struct{}
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.listeners {
		select {
		case l.rang <- struct{}{}:
		default: // it has not heard the last one yet
		}
	}
}

// listener is a riverdriver.Listener that hears the bell.
type listener struct {
	bell   *bell
	schema string
	rang   chan struct{}
}

// insertTopic and newJobs are what River's producers listen to and look for.
const (
	insertTopic = "river_insert"
	newJobs     = `{"queue":"default"}`
)

// Connect implements riverdriver.Listener. It may have rung before.
func (l *listener) Connect(context.Context) error {
	l.bell.mu.Lock()
	defer l.bell.mu.Unlock()
	l.rang = make(chan struct{}, 1)
	l.rang <- struct{}{}
	if l.bell.listeners == nil {
		l.bell.listeners = make(map[*listener]struct{})
	}
	l.bell.listeners[l] = struct{}{}
	return nil
}

// Close implements riverdriver.Listener.
func (l *listener) Close(context.Context) error {
	l.bell.mu.Lock()
	defer l.bell.mu.Unlock()
	delete(l.bell.listeners, l)
	return nil
}

// WaitForNotification implements riverdriver.Listener.
func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-l.rang:
		return &riverdriver.Notification{Topic: insertTopic, Payload: newJobs}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Listen, Unlisten, Ping, Schema and SetAfterConnectExec implement
// riverdriver.Listener; there is no connection that they could be about.
func (l *listener) Listen(context.Context, string) error   { return nil }
func (l *listener) Unlisten(context.Context, string) error { return nil }
func (l *listener) Ping(context.Context) error             { return nil }
func (l *listener) Schema() string                         { return l.schema }
func (l *listener) SetAfterConnectExec(string)             {}
