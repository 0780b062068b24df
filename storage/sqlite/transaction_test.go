//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cloche/storage"
)

// gate is a file whose writes wait while a test collects those that are to share a
// transaction. Its table note has what they wrote.
type gate struct {
	*testing.T
	store   *Store
	release chan struct{}
	keeper  chan error
	results []chan error
	told    told
}

// told is a sharer that counts what it is told.
type told struct {
	ends, commits, undoings int
	// endWith returns the error of end.
	endWith func(*sql.Tx) error
}

func (*told) begin()       {}
func (s *told) committed() { s.commits++ }
func (s *told) undone()    { s.undoings++ }
func (s *told) end(tx *sql.Tx) error {
	s.ends++
	return s.endWith(tx)
}

func newGate(t *testing.T) *gate {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	g := &gate{T: t, store: mustOpen(t, path, Options{BusyTimeout: 20 * time.Millisecond})}
	execOn(t, path, `CREATE TABLE note (text TEXT PRIMARY KEY,
		parent TEXT REFERENCES note (text) DEFERRABLE INITIALLY DEFERRED)`)
	g.told.endWith = func(*sql.Tx) error { return nil }
	g.store.shared = &g.told
	g.shut()
	return g
}

// shut has a write hold the transaction until release is closed.
func (g *gate) shut() {
	g.release, g.keeper = make(chan struct{}), make(chan error, 1)
	inside := make(chan struct{})
	go func() {
		g.keeper <- g.store.write(context.Background(), func(*sql.Tx) error {
			close(inside)
			<-g.release
			return nil
		})
	}()
	<-inside
}

// queue has work wait for the gate, behind all that was queued before.
func (g *gate) queue(ctx context.Context, work func(*sql.Tx) error) chan error {
	g.Helper()
	before := g.waiting()
	result := make(chan error, 1)
	go func() { result <- g.store.write(ctx, work) }()
	g.queued(before)
	g.results = append(g.results, result)
	return result
}

// queued waits until more writes wait than before.
func (g *gate) queued(before int) {
	g.Helper()
	for deadline := time.Now().Add(20 * time.Second); g.waiting() == before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			g.Fatal("the write was not queued")
		}
	}
}

func (g *gate) waiting() int {
	g.store.writes.mu.Lock()
	defer g.store.writes.mu.Unlock()
	return len(g.store.writes.queue)
}

// open lets the writes go on and returns what became of them, in their order.
func (g *gate) open() []error {
	g.Helper()
	g.told.ends, g.told.commits, g.told.undoings = -1, -1, 0 // the keeper's are the first
	close(g.release)
	if err := <-g.keeper; err != nil {
		g.Errorf("the gate's keeper: %v", err)
	}
	var errs []error
	for _, result := range g.results {
		errs = append(errs, <-result)
	}
	return errs
}

// note returns work that writes a note, and returns an error of its own if that is not
// nil.
func note(text string, err error) func(*sql.Tx) error {
	return noteOf(text, nil, err)
}

func noteOf(text string, parent any, err error) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		if _, err := tx.Exec("INSERT INTO note (text, parent) VALUES (?, ?)", text, parent); err != nil {
			return err
		}
		return err
	}
}

func (g *gate) wantNotes(want ...string) {
	g.Helper()
	var got sql.NullString
	if err := g.store.reader.QueryRow("SELECT group_concat(text, ' ' ORDER BY rowid) FROM note").Scan(&got); err != nil {
		g.Fatal(err)
	}
	if notes := strings.Fields(got.String); !slices.Equal(notes, want) {
		g.Errorf("the notes are %q, want %q", notes, want)
	}
}

func (g *gate) wantTold(want told) {
	g.Helper()
	if got := g.told; got.ends != want.ends || got.commits != want.commits || got.undoings != want.undoings {
		g.Errorf("the sharer was told of %d ends, %d commits and %d undoings; want %d, %d and %d",
			got.ends, got.commits, got.undoings, want.ends, want.commits, want.undoings)
	}
}

func TestWritesShareOneCommit(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	var want []string
	for n := range 10 {
		want = append(want, fmt.Sprint("n", n))
		g.queue(context.Background(), note(want[n], nil))
	}
	for n, err := range g.open() {
		if err != nil {
			t.Errorf("write %d: %v", n, err)
		}
	}
	g.wantNotes(want...)
	g.wantTold(told{ends: 1, commits: 1})
}

func TestBatchesAreBounded(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for n := range maxBatch + 1 {
		g.queue(context.Background(), note(fmt.Sprint("n", n), nil))
	}
	for n, err := range g.open() {
		if err != nil {
			t.Errorf("write %d: %v", n, err)
		}
	}
	g.wantTold(told{ends: 2, commits: 2})
}

// TestWriteFailsAlone checks that the error of one write undoes what that wrote, what
// it wrote before its error included, and that others see nothing of it.
func TestWriteFailsAlone(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	errMine := errors.New("mine")
	g.queue(context.Background(), note("first", nil))
	g.queue(context.Background(), note("undone", errMine))
	g.queue(context.Background(), note("first", nil)) // is there already
	g.queue(context.Background(), note("undone", nil))
	errs := g.open()
	if errs[0] != nil || !errors.Is(errs[1], errMine) || errs[2] == nil || errs[3] != nil {
		t.Errorf("the writes returned %v", errs)
	}
	g.wantNotes("first", "undone")
	g.wantTold(told{ends: 1, commits: 1})
}

// TestCommitFails has one write of a batch break a promise that SQLite checks at the
// commit: it alone learns of it.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.queue(context.Background(), note("a", nil))
	g.queue(context.Background(), noteOf("b", "nobody", nil))
	g.queue(context.Background(), noteOf("c", "a", nil))
	errs := g.open()
	if errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("the writes returned %v", errs)
	}
	g.wantNotes("a", "c")
	g.wantTold(told{ends: 4, commits: 2, undoings: 1})
}

func TestCommitOfOneFails(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.queue(context.Background(), noteOf("b", "nobody", nil))
	if errs := g.open(); errs[0] == nil {
		t.Error("the write returned no error")
	}
	g.wantNotes()
	mustSet(t, g.store, "s", "k", storage.Number(1))
}

// TestSharedEndFails does to the end of a transaction what TestCommitFails does to the
// commit.
func TestSharedEndFails(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	errEnd := errors.New("at the end")
	g.told.endWith = func(tx *sql.Tx) error {
		var bad int
		if err := tx.QueryRow("SELECT count(*) FROM note WHERE text = 'bad'").Scan(&bad); err != nil || bad == 0 {
			return err
		}
		return errEnd
	}
	g.queue(context.Background(), note("a", nil))
	g.queue(context.Background(), note("bad", nil))
	g.queue(context.Background(), note("c", nil))
	errs := g.open()
	if errs[0] != nil || !errors.Is(errs[1], errEnd) || errs[2] != nil {
		t.Errorf("the writes returned %v", errs)
	}
	g.wantNotes("a", "c")
	g.wantTold(told{ends: 4, commits: 2, undoings: 1})
}

// TestSQLiteRollsBack has one write of a batch make SQLite roll back all of it by
// itself, as it does when the disk is full.
func TestSQLiteRollsBack(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.queue(context.Background(), note("a", nil))
	g.queue(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT OR ROLLBACK INTO note (text) VALUES ('twice'), ('twice')")
		return err
	})
	g.queue(context.Background(), note("c", nil))
	errs := g.open()
	if errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("the writes returned %v", errs)
	}
	g.wantNotes("a", "c")
}

// TestContextEndsInQueue checks that a write whose context ends while it waits returns
// at once and is never done.
func TestContextEndsInQueue(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx, cancel := context.WithCancel(context.Background())
	g.queue(context.Background(), note("before", nil))
	withdrawn := g.queue(ctx, note("never", nil))
	g.results = g.results[:1]
	cancel()
	select {
	case err := <-withdrawn:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("write = %v, want %v", err, context.Canceled)
		}
	case <-time.After(20 * time.Second):
		t.Error("the write waits though its context has ended")
	}
	g.queue(context.Background(), note("after", nil))
	if errs := g.open(); errs[0] != nil || errs[1] != nil {
		t.Errorf("the writes returned %v", errs)
	}
	g.wantNotes("before", "after")
}

// TestContextEndsInWork checks that a write that has begun is finished, and says so.
func TestContextEndsInWork(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx, cancel := context.WithCancel(context.Background())
	g.queue(ctx, func(tx *sql.Tx) error {
		cancel()
		return note("done", nil)(tx)
	})
	if errs := g.open(); errs[0] != nil {
		t.Errorf("write = %v, want nil: it was done", errs[0])
	}
	g.wantNotes("done")
}

// TestWriteAfterWithdrawals has the queue be empty when the lock is at hand.
func TestWriteAfterWithdrawals(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx, cancel := context.WithCancel(context.Background())
	for n := range 3 {
		g.queue(ctx, note(fmt.Sprint(n), nil))
	}
	cancel()
	for _, err := range g.open() {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("write = %v, want %v", err, context.Canceled)
		}
	}
	mustSet(t, g.store, "s", "k", storage.Number(1))
	g.wantNotes()
}

// TestLockedBatch has all that waits learn that the lock is not to be had.
func TestLockedBatch(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	store := mustOpen(t, path, Options{BusyTimeout: 200 * time.Millisecond})
	unlock := lock(t, path)
	results := make(chan error)
	for n := range 10 {
		go func() {
			results <- store.Set(context.Background(), "s", fmt.Sprint(n), storage.Number(1), storage.Limits{})
		}()
	}
	for range 10 {
		if err := <-results; !errors.Is(err, ErrLocked) {
			t.Errorf("Set = %v, want ErrLocked", err)
		}
	}
	unlock()
	mustSet(t, store, "s", "k", storage.Number(1))
	wantNumberOfKeys(t, store, "s", 1)
}

// TestCloseWhileWritesWait checks that Close lets the calls finish that came before it.
func TestCloseWhileWritesWait(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	sets := make(chan error, 5)
	for n := range 5 {
		before := g.waiting()
		go func() {
			sets <- g.store.Set(context.Background(), "s", fmt.Sprint(n), storage.Number(1), storage.Limits{})
		}()
		g.queued(before)
	}
	closed := make(chan error, 1)
	go func() { closed <- g.store.Close() }()
	select {
	case err := <-closed:
		t.Fatalf("Close returned %v while writes waited", err)
	case <-time.After(50 * time.Millisecond):
	}
	g.open()
	for range 5 {
		if err := <-sets; err != nil {
			t.Errorf("Set: %v", err)
		}
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := g.store.Set(context.Background(), "s", "late", storage.Number(1), storage.Limits{}); !errors.Is(err, storage.ErrClosed) {
		t.Errorf("Set after Close = %v, want ErrClosed", err)
	}
}
