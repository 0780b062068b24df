package storagetest

import (
	"context"
	"sync"
	"time"

	"cloche/activity"
	"cloche/storage/record"
)

// workOptions are those of most tests: nothing takes so long that a limit is met.
func workOptions() record.WorkOptions {
	return record.WorkOptions{
		Workers: 4, Longest: time.Minute, Grace: time.Minute, Engine: "engine",
		Lease: func(record.Integration) time.Duration { return time.Minute },
	}
}

// work works through mailboxes until stop is called or the test ends. stop returns when
// Work has.
func (b *bed) work(options record.WorkOptions, drain record.Drain) (stop func()) {
	b.Helper()
	return b.workOn(b.db, options, drain)
}

func (b *bed) workOn(db record.Database, options record.WorkOptions, drain record.Drain) (stop func()) {
	ctx, cancel := context.WithCancel(b.ctx)
	done := make(chan error, 1)
	go func() { done <- db.Work(ctx, options, drain) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			b.Errorf("Work: %v", err)
		}
	})
	b.Cleanup(stop)
	return stop
}

// steps returns a drain that ends each run with what end returns, until nothing is
// left.
func steps(db record.Database, end func(*record.Work) *record.Outcome) record.Drain {
	return func(ctx context.Context, claim *record.Claim, work *record.Work) (err error) {
		for work != nil && err == nil {
			work, err = db.Step(ctx, claim, end(work), true)
		}
		return err
	}
}

// endWith returns the outcome of work with a code.
func endWith(work *record.Work, code string) *record.Outcome {
	r := work.Run
	r.State, r.Result, r.Code, r.Completed = activity.StateComplete, activity.ResultSuccess, code, now()
	if code != activity.CodeOK {
		r.Result = activity.ResultFailure
	}
	return &record.Outcome{Run: r}
}

func succeed(work *record.Work) *record.Outcome { return endWith(work, activity.CodeOK) }

// retryAfter returns the outcome of a failure that is tried again after a while.
func retryAfter(work *record.Work, wait time.Duration) *record.Outcome {
	outcome := endWith(work, "script_error")
	again := outcome.Run
	again.ID, again.Attempt, again.Created = newID(), work.Run.Attempt+1, now()
	if again.Place == 0 {
		again.Place = work.Run.Seq
	}
	again.Ready = again.Created.Add(wait)
	outcome.Retry = &again
	return outcome
}

// journal notes runs in the order in which they were to be recorded, and how many have
// been. A drain that has recorded the last of a mailbox may be slower than the next one
// to say so: that is why the order is noted before.
type journal struct {
	b        *bed
	mu       sync.Mutex
	entries  []string
	recorded int
	// changed is closed, and made anew, whenever recorded grows.
	changed chan struct{}
}

func (b *bed) newJournal() *journal { return &journal{b: b, changed: make(chan struct{})} }

func (j *journal) begin(entry string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry)
}

func (j *journal) end() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.recorded++
	close(j.changed)
	j.changed = make(chan struct{})
}

func (j *journal) all() (entries []string, recorded int, changed <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]string(nil), j.entries...), j.recorded, j.changed
}

// wait returns the entries once n of them are recorded, and fails the test if that is
// not soon.
func (j *journal) wait(n int) []string {
	j.b.Helper()
	late := time.After(soon)
	for {
		entries, recorded, changed := j.all()
		if recorded >= n {
			return entries
		}
		select {
		case <-changed:
		case <-late:
			j.b.Fatalf("after %v, %d runs of %d are recorded: %.20q", soon, recorded, n, entries)
		}
	}
}

// noting returns a drain that succeeds with all runs and writes their IDs into j.
func (j *journal) noting(db record.Database) record.Drain {
	return j.notingEnds(db, succeed)
}

func (j *journal) notingEnds(db record.Database, end func(*record.Work) *record.Outcome) record.Drain {
	return func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		for work != nil {
			j.begin(work.Run.ID)
			next, err := db.Step(ctx, claim, end(work), true)
			if err != nil {
				return err
			}
			j.end()
			work = next
		}
		return nil
	}
}

// received returns what comes from a channel, and fails the test if nothing does soon.
func received[T any](b *bed, what string, channel <-chan T) T {
	b.Helper()
	select {
	case v := <-channel:
		return v
	case <-time.After(soon):
		b.Fatalf("%s did not happen within %v", what, soon)
		panic("unreachable")
	}
}
