package storagetest

import (
	"context"
	"time"

	"cloche/activity"
	"cloche/storage/record"
)

func retryCases() []databaseCase {
	return []databaseCase{
		{"a retry holds back its integration alone", testRetryHoldsBack},
		{"a retry that is cancelled holds nothing back", testCancelledRetry},
		{"retries start when they are due", testRetriesAreAwaited},
		{"a retry survives reopening", testRetrySurvives},
		{"running again", testRedrive},
		{"running again while a retry waits", testRedriveBesideRetry},
		{"what cannot be run again", testRedriveRefused},
	}
}

// failOnce ends the first attempt of a run with a retry after a while, all else well.
func failOnce(id string, wait time.Duration) func(*record.Work) *record.Outcome {
	return func(work *record.Work) *record.Outcome {
		if work.Run.ID == id {
			return retryAfter(work, wait)
		}
		return succeed(work)
	}
}

func testRetryHoldsBack(b *bed) {
	bad, good := b.add(), b.add() // one lane
	first := b.accept(only(bad.ID)).Runs[0]
	second := b.accept(only(bad.ID)).Runs[0]
	beside := b.accept(only(good.ID)).Runs[0]
	j := b.newJournal()
	b.work(workOptions(), j.notingEnds(b.db, failOnce(first, 700*time.Millisecond)))
	ended := j.wait(4)
	runs := b.runs(bad)
	retry := runs[2]
	b.equal("the order of ends", ended[2:], []string{retry.ID, second})
	if ended[0] != first && ended[1] != first || ended[0] != beside && ended[1] != beside {
		b.Errorf("%s and %s ended before the retry, want %s and %s", ended[0], ended[1], first, beside)
	}
	if retry.Started.Before(retry.Ready) || runs[1].Started.Before(retry.Completed) {
		b.Errorf("the retry was ready at %v, started at %v and ended at %v; the next run started at %v",
			retry.Ready, retry.Started, retry.Completed, runs[1].Started)
	}
	want := record.Run{
		Seq: retry.Seq, ID: retry.ID, ProjectID: bad.ProjectID, IntegrationID: bad.ID, ActivityID: runs[0].ActivityID,
		Attempt: 2, Lane: bad.Lane, Place: runs[0].Seq, State: activity.StateComplete, Result: activity.ResultSuccess, Code: "ok",
		Version: 1, ScriptHash: retry.ScriptHash, Engine: "engine", Seed: retry.Seed, Epoch: retry.Epoch,
		Ready: retry.Ready, Created: retry.Created, Started: retry.Started, Completed: retry.Completed, ActivityType: "environment.push", Summary: newActivity("").Summary,
	}
	b.equal("the retry", retry, want)
	if r := b.run(first); r.Code != "script_error" || r.Result != activity.ResultFailure {
		b.Errorf("the first attempt is %+v", r)
	}
}

// testRetriesAreAwaited takes a second, and far too long where retries are looked for every
// few seconds.
func testRetriesAreAwaited(b *bed) {
	const retries = 12
	i := b.add()
	b.accept(only(i.ID))
	j := b.newJournal()
	b.work(workOptions(), j.notingEnds(b.db, func(work *record.Work) *record.Outcome {
		if work.Run.Attempt <= retries {
			return retryAfter(work, 50*time.Millisecond)
		}
		return succeed(work)
	}))
	j.wait(retries + 1)
	for _, r := range b.runs(i) {
		if r.Started.Before(r.Ready) {
			b.Errorf("attempt %d was ready at %v and started at %v", r.Attempt, r.Ready, r.Started)
		}
	}
}

// waitRetry waits until the run has ended and returns its retry.
func (b *bed) waitRetry(j *journal, i record.Integration, ended int) record.Run {
	b.Helper()
	j.wait(ended)
	runs := b.runs(i)
	retry := runs[len(runs)-1]
	if retry.Attempt != 2 || retry.State != activity.StatePending {
		b.Fatalf("the last run is %+v, want a retry that waits", retry)
	}
	return retry
}

func testCancelledRetry(b *bed) {
	i := b.add()
	first := b.accept(all).Runs[0]
	second := b.accept(all).Runs[0]
	j := b.newJournal()
	b.work(workOptions(), j.notingEnds(b.db, failOnce(first, time.Hour)))
	retry := b.waitRetry(j, i, 1)
	_, err := b.db.CancelRun(b.ctx, i.ProjectID, retry.ID)
	b.must(err)
	b.equal("the order of ends", j.wait(2), []string{first, second})
}

func testRetrySurvives(b *bed) {
	i := b.add()
	first := b.accept(all).Runs[0]
	j := b.newJournal()
	stop := b.work(workOptions(), j.notingEnds(b.db, failOnce(first, 500*time.Millisecond)))
	retry := b.waitRetry(j, i, 1)
	stop()
	b.reopen()
	j = b.newJournal()
	b.work(workOptions(), j.noting(b.db))
	b.equal("what was run", j.wait(1), []string{retry.ID})
	if r := b.run(retry.ID); r.Started.Before(r.Ready) {
		b.Errorf("the retry was ready at %v and started at %v", r.Ready, r.Started)
	}
}

func testRedrive(b *bed) {
	i := b.add()
	first := b.accept(all).Runs[0]
	j := b.newJournal()
	stop := b.work(workOptions(), j.notingEnds(b.db, func(work *record.Work) *record.Outcome {
		outcome := endWith(work, "script_error")
		outcome.Run.Dead = true
		return outcome
	}))
	j.wait(1)
	stop()
	waiting := b.accept(all).Runs[0]
	before := now()
	id := newID()
	again, err := b.db.Redrive(b.ctx, b.project.ID, first, id)
	b.must(err)
	b.equal("what Redrive returns", again, b.run(id))
	want := record.Run{
		Seq: again.Seq, ID: id, ProjectID: b.project.ID, IntegrationID: i.ID, ActivityID: b.run(first).ActivityID, Attempt: 2,
		State: activity.StatePending, Seed: again.Seed, Ready: again.Ready, Created: again.Created, ActivityType: "environment.push", Summary: newActivity("").Summary,
	}
	b.equal("the run", again, want)
	if len(again.Seed) > 0 || again.Created.Before(before) || again.Seq <= b.run(waiting).Seq {
		b.Errorf("the run is %+v", again)
	}
	if r := b.run(first); r.Dead || r.Code != "script_error" {
		b.Errorf("the first attempt is %+v, want no dead letter any more", r)
	}
	j = b.newJournal()
	b.work(workOptions(), j.noting(b.db))
	b.equal("the order of ends", j.wait(2), []string{waiting, id})
}

// testRedriveBesideRetry takes the number that the retry's own retry would have.
func testRedriveBesideRetry(b *bed) {
	i := b.add()
	first := b.accept(all).Runs[0]
	j := b.newJournal()
	b.work(workOptions(), j.notingEnds(b.db, func(work *record.Work) *record.Outcome {
		switch {
		case work.Run.ID == first:
			return retryAfter(work, time.Second)
		case work.Run.Attempt == 2:
			return retryAfter(work, 0)
		default:
			return succeed(work)
		}
	}))
	retry := b.waitRetry(j, i, 1)
	again, err := b.db.Redrive(b.ctx, b.project.ID, first, newID())
	b.must(err)
	if again.Attempt != 3 {
		b.Errorf("the attempt is %d, want 3: the retry is 2", again.Attempt)
	}
	ended := j.wait(4)
	if ended[1] != retry.ID || ended[3] != again.ID {
		b.Errorf("the runs ended in the order %q", ended)
	}
	if r := b.run(ended[2]); r.Attempt != 4 || r.Place != retry.Place {
		b.Errorf("the retry's retry is %+v, want attempt 4 at place %d", r, retry.Place)
	}
}

func testRedriveRefused(b *bed) {
	b.add()
	id := b.accept(all).Runs[0]
	_, err := b.db.Redrive(b.ctx, b.project.ID, id, newID())
	b.want("Redrive of a run that waits", err, record.ErrConflict)
	j := b.newJournal()
	b.work(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		_, err := b.db.Redrive(ctx, b.project.ID, id, newID())
		b.want("Redrive of a run in progress", err, record.ErrConflict)
		_, err = b.db.CancelRun(ctx, b.project.ID, id)
		b.want("CancelRun of a run in progress", err, record.ErrConflict)
		return j.noting(b.db)(ctx, claim, work)
	})
	j.wait(1)
	if r := b.run(id); r.Code != "ok" {
		b.Errorf("the run is %+v", r)
	}
	_, err = b.db.CancelRun(b.ctx, b.project.ID, id)
	b.want("CancelRun of a run that has ended", err, record.ErrConflict)
	_, err = b.db.Redrive(b.ctx, b.project.ID, id, id)
	b.want("Redrive with a taken ID", err, record.ErrConflict)
	b.wantBacklog(0)
}
