//go:build cgo

package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver"

	"cloche/activity"
	"cloche/storage/record"
)

func connected(t *testing.T, b *bell) riverdriver.Listener {
	t.Helper()
	l := driver{bell: b}.GetListener(&riverdriver.GetListenenerParams{Schema: "main"})
	if err := l.Connect(context.Background()); err != nil {
		t.Fatal(err)
	}
	return l
}

// heard reports whether a listener has something to hear now.
func heard(t *testing.T, l riverdriver.Listener) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	n, err := l.WaitForNotification(ctx)
	if err != nil {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("WaitForNotification = %v, want %v", err, context.DeadlineExceeded)
		}
		return false
	}
	if n.Topic != insertTopic || n.Payload != newJobs {
		t.Errorf("heard %+v", n)
	}
	return true
}

func TestBell(t *testing.T) {
	t.Parallel()
	b := new(bell)
	b.ring() // nobody is there
	first, second := connected(t, b), connected(t, b)
	for _, l := range []riverdriver.Listener{first, second} {
		if !heard(t, l) || heard(t, l) {
			t.Error("what may have been rung before somebody listened is not heard once")
		}
	}
	for range 3 {
		b.ring()
	}
	for _, l := range []riverdriver.Listener{first, second} {
		if !heard(t, l) || heard(t, l) {
			t.Error("three rings are not heard once")
		}
	}
	if err := first.Close(context.Background()); err != nil {
		t.Error(err)
	}
	b.ring()
	if heard(t, first) || !heard(t, second) {
		t.Error("the listener that was closed hears, or the other does not")
	}
	if err := first.Connect(context.Background()); err != nil {
		t.Error(err)
	}
	b.ring()
	if !heard(t, first) {
		t.Error("the listener that came back does not hear")
	}
}

// TestBellWhileListenersComeAndGo is for the race detector.
func TestBellWhileListenersComeAndGo(t *testing.T) {
	t.Parallel()
	b := new(bell)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 100 {
				l := driver{bell: b}.GetListener(&riverdriver.GetListenenerParams{})
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				err := l.Connect(ctx)
				b.ring()
				if _, heard := l.WaitForNotification(ctx); heard != nil {
					t.Errorf("WaitForNotification: %v", heard)
				}
				cancel()
				if err := errors.Join(err, l.Close(context.Background())); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

// TestWorkHearsBell checks that work begins when it is there, not when it is looked
// for: looking for it takes half of poll in the mean.
func TestWorkHearsBell(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	db := openDatabase(t, filepath.Join(t.TempDir(), "test.db"))
	project, _, err := acceptOne(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	started, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- db.Work(ctx, testWork(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
			r := work.Run
			r.State, r.Result, r.Code = activity.StateComplete, activity.ResultSuccess, "ok"
			_, err := db.Step(ctx, claim, &record.Outcome{Run: r}, false)
			started <- r.ID
			return err
		})
	}()
	<-started
	const rounds = 10
	began := time.Now()
	for range rounds {
		accepted, err := db.Accept(ctx, record.Activity{ID: newID(), ProjectID: project, Body: []byte("{}"), Created: time.Now()},
			record.Delivery{}, func(list []record.Integration) []record.Integration { return list }, newID)
		if err != nil {
			t.Fatal(err)
		}
		if id := <-started; id != accepted.Runs[0] {
			t.Errorf("run %s was run, want %s", id, accepted.Runs[0])
		}
	}
	if took := time.Since(began); took > rounds*poll/4 {
		t.Errorf("%d runs took %v: somebody has to look for them", rounds, took)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Work: %v", err)
	}
}
