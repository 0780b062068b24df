package storagetest

import (
	"context"
	"errors"
	"time"

	"cloche/activity"
	"cloche/storage"
	"cloche/storage/record"
)

func claimCases() []databaseCase {
	return []databaseCase{
		{"a claim that another has", testClaimTaken},
		{"a claim that ran out", testClaimExpired},
		{"a claim that was given up", testClaimGivenUp},
		{"a claim lasts as long as its run may take", testClaimLasts},
		{"a claim that is extended", testClaimExtended},
		{"an outcome is recorded once", testRecordedOnce},
	}
}

// inDrain calls work with the claim and the first run of a mailbox, in a drain whose
// error it returns; what is left of the mailbox is then run.
func (b *bed) inDrain(options record.WorkOptions, work func(context.Context, *record.Claim, *record.Work) error) {
	b.Helper()
	done := make(chan struct{})
	first := true
	rest := steps(b.db, succeed)
	stop := b.work(options, func(ctx context.Context, claim *record.Claim, w *record.Work) error {
		if !first {
			return rest(ctx, claim, w)
		}
		first = false
		defer close(done)
		return work(ctx, claim, w)
	})
	received(b, "the drain's end", done)
	stop()
}

// everything is an outcome with all that an outcome can have.
func everything(work *record.Work) *record.Outcome {
	outcome := retryAfter(work, 0)
	outcome.Run.Message = "must not be seen"
	outcome.Lines = []record.Line{{Number: 1, Time: now(), Level: "log", Text: "x"}}
	return outcome
}

// wantLost checks that a lost claim writes nothing, neither records nor storage.
func (b *bed) wantLost(claim *record.Claim, work *record.Work) {
	i := work.Integration
	before, runs := b.stored(work.Run), len(b.runs(i))
	for _, more := range []bool{true, false} {
		for _, outcome := range []*record.Outcome{everything(work), nil} {
			next, err := b.db.Step(b.ctx, claim, outcome, more)
			if !errors.Is(err, record.ErrClaimLost) || next != nil {
				b.Errorf("Step = %+v, %v; want ErrClaimLost", next, err)
			}
		}
	}
	b.want("Extend", b.db.Extend(b.ctx, claim, time.Minute), record.ErrClaimLost)
	b.equal("the run", b.stored(work.Run), before)
	if lines, err := b.db.Lines(b.ctx, work.Run, 0, 10); err != nil || len(lines) > 0 {
		b.Errorf("the run has the log %+v, %v", lines, err)
	}
	if n := len(b.runs(i)); n != runs {
		b.Errorf("there are %d runs, want %d", n, runs)
	}
	b.wantFenced(b.db.StoreFor(claim), storage.Scope(i.ID))
}

func (b *bed) wantFenced(store storage.Store, scope storage.Scope) {
	b.Helper()
	admin := in(b.T, b.db.Store(), scope)
	admin.set("k", storage.Number(1), storage.Limits{})
	for name, err := range map[string]error{
		"Set": store.Set(b.ctx, scope, "k", storage.Number(2), storage.Limits{}), "Set of another": store.Set(b.ctx, scope, "l", storage.Number(2), storage.Limits{}),
		"Remove": store.Remove(b.ctx, scope, "k"), "Clear": store.Clear(b.ctx, scope),
	} {
		b.want(name, err, record.ErrClaimLost)
	}
	if v, found, err := store.Get(b.ctx, scope, "k"); err == nil && (!found || v != storage.Number(1)) {
		b.Errorf("Get = %v, %v", v, found)
	}
	admin.wantValue("k", storage.Number(1))
	admin.wantUsage(1, 9)
	admin.clear()
}

// testClaimTaken keeps the claim of a drain that has failed until another has the
// mailbox.
func testClaimTaken(b *bed) {
	b.add()
	b.accept(all)
	var old *record.Claim
	var oldWork *record.Work
	done := make(chan struct{})
	b.work(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		if old == nil {
			held := *claim
			old, oldWork = &held, work
			return errHandedBack
		}
		defer close(done)
		if work.Run.ID != oldWork.Run.ID || work.Run.Epoch <= oldWork.Run.Epoch {
			b.Errorf("the run is %+v after %+v", work.Run, oldWork.Run)
		}
		b.wantLost(old, oldWork)
		b.wantHeld(claim, work)
		return nil
	})
	received(b, "the second drain's end", done)
}

// wantHeld checks that a claim writes storage and records.
func (b *bed) wantHeld(claim *record.Claim, work *record.Work) {
	b.Helper()
	scope, store := storage.Scope(work.Integration.ID), b.db.StoreFor(claim)
	err := store.Set(b.ctx, scope, "k", storage.Number(3), storage.Limits{})
	b.want("Set", err, nil)
	v, _, err := b.db.Store().Get(b.ctx, scope, "k")
	if err != nil || v != storage.Number(3) {
		b.Errorf("Get = %v, %v", v, err)
	}
	_, err = b.db.Step(b.ctx, claim, succeed(work), false)
	b.want("Step", err, nil)
	if r := b.stored(work.Run); r.State != activity.StateComplete || r.Epoch != claim.Epoch {
		b.Errorf("the run is %+v", r)
	}
}

func testClaimExpired(b *bed) {
	i := b.add()
	b.accept(all)
	options := workOptions()
	short := true
	options.Lease = func(got record.Integration) time.Duration {
		if got.ID != i.ID {
			b.Errorf("Lease is asked for %s", got.ID)
		}
		if short {
			short = false
			return 20 * time.Millisecond
		}
		return time.Minute
	}
	b.inDrain(options, func(_ context.Context, claim *record.Claim, work *record.Work) error {
		store := b.db.StoreFor(claim)
		<-time.After(time.Until(claim.Until) + 5*time.Millisecond)
		b.wantLost(claim, work)
		b.wantFenced(store, storage.Scope(i.ID))
		return record.ErrClaimLost
	})
}

func testClaimGivenUp(b *bed) {
	b.add()
	b.accept(all)
	waiting := b.accept(all).Runs[0]
	options := workOptions()
	options.Workers = 1 // nobody else takes it meanwhile
	epochs := make(chan int64, 1)
	b.inDrain(options, func(_ context.Context, claim *record.Claim, work *record.Work) error {
		_, err := b.db.Step(b.ctx, claim, succeed(work), false)
		b.want("Step", err, nil)
		b.wantLostAfter(claim, work)
		if r := b.stored(record.Run{ProjectID: b.project.ID, ID: waiting}); r.State != activity.StatePending {
			b.Errorf("the next run is %s, want pending", r.State)
		}
		epochs <- claim.Epoch
		return nil
	})
	j := b.newJournal()
	b.work(workOptions(), j.noting(b.db))
	last := b.accept(all).Runs[0]
	for n := 1; ; n++ {
		if ended := j.wait(n); ended[n-1] == last {
			break
		}
	}
	if r := b.run(waiting); r.State != activity.StateComplete || r.Epoch <= <-epochs {
		b.Errorf("the next run is %+v", r)
	}
}

// wantLostAfter checks that a claim that was given up starts and writes nothing.
func (b *bed) wantLostAfter(claim *record.Claim, work *record.Work) {
	before := b.stored(work.Run)
	for _, more := range []bool{true, false} {
		next, err := b.db.Step(b.ctx, claim, everything(work), more)
		if !errors.Is(err, record.ErrClaimLost) || next != nil {
			b.Errorf("Step of a claim that was given up = %+v, %v", next, err)
		}
	}
	b.want("Extend", b.db.Extend(b.ctx, claim, time.Minute), record.ErrClaimLost)
	b.equal("the run", b.stored(work.Run), before)
	b.wantFenced(b.db.StoreFor(claim), storage.Scope(work.Integration.ID))
}

func testClaimLasts(b *bed) {
	first, second := b.add(), b.add()
	b.accept(only(first.ID))
	b.accept(only(second.ID))
	options := workOptions()
	leases := map[string]time.Duration{first.ID: time.Minute, second.ID: time.Hour}
	options.Lease = func(i record.Integration) time.Duration { return leases[i.ID] }
	b.inDrain(options, func(ctx context.Context, claim *record.Claim, work *record.Work) (err error) {
		epoch := claim.Epoch
		for work != nil && err == nil {
			wait := time.Until(claim.Until)
			if lease := leases[work.Integration.ID]; wait > lease || wait < lease-soon {
				b.Errorf("the claim holds for %v, want %v", wait, lease)
			}
			if claim.Epoch != epoch {
				b.Errorf("the epoch is %d, was %d", claim.Epoch, epoch)
			}
			work, err = b.db.Step(ctx, claim, succeed(work), true)
		}
		return err
	})
	b.wantBacklog(0)
}

func testClaimExtended(b *bed) {
	b.add()
	b.accept(all)
	options := workOptions()
	options.Lease = func(record.Integration) time.Duration { return time.Second }
	b.inDrain(options, func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		until, store := claim.Until, b.db.StoreFor(claim)
		b.want("Extend", b.db.Extend(ctx, claim, time.Minute), nil)
		if wait := time.Until(claim.Until); wait > time.Minute || wait < time.Minute-soon {
			b.Errorf("the claim holds for %v, want a minute", wait)
		}
		<-time.After(time.Until(until) + time.Millisecond)
		scope := storage.Scope(work.Integration.ID)
		b.want("Set", store.Set(ctx, scope, "k", storage.Number(1), storage.Limits{}), nil)
		_, err := b.db.Step(ctx, claim, succeed(work), false)
		b.want("Step", err, nil)
		return nil
	})
	b.wantBacklog(0)
}

// testRecordedOnce calls Step again with another outcome of a run that has been recorded.
func testRecordedOnce(b *bed) {
	first, second := b.add(), b.add() // one lane
	b.accept(only(first.ID))
	next := b.accept(only(second.ID)).Runs[0]
	b.inDrain(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		outcome := retryAfter(work, time.Hour)
		outcome.Lines = []record.Line{{Number: 1, Time: moment(0), Level: "log", Text: "once"}}
		for _, outcome := range []*record.Outcome{outcome, everything(work), everything(work)} {
			got, err := b.db.Step(ctx, claim, outcome, true)
			if err != nil || got == nil || got.Run.ID != next {
				b.Errorf("Step = %+v, %v; want run %s", got, err, next)
				return err
			}
			work = got
			b.equal("the next run", b.stored(got.Run), got.Run)
		}
		return steps(b.db, succeed)(ctx, claim, work)
	})
	runs := b.runs(first)
	if len(runs) != 2 || runs[0].Message != "" || runs[1].State != activity.StatePending {
		b.Fatalf("the runs are %+v; want the first, and a retry that waits", runs)
	}
	lines, err := b.db.Lines(b.ctx, runs[0], 0, 10)
	b.must(err)
	b.equal("the log", lines, []record.Line{{Number: 1, Time: moment(0), Level: "log", Text: "once"}})
	if r := b.run(next); r.State != activity.StateComplete {
		b.Errorf("the next run is %+v", r)
	}
}
