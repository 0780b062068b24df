package relational

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cloche/activity"
	"cloche/storage"
	"cloche/storage/queue"
	"cloche/storage/record"
	"cloche/storage/relational/sqlc"
)

const (
	// sweepAgain is how often retries are looked for. An alarm is set for those that become
	// due before the next time, and for those that come about here.
	sweepAgain = 5 * time.Second
	// rescueAgain is how often mailboxes are looked for whose claims have run out.
	rescueAgain = time.Second
	// claimTime is how long a worker has to claim the mailbox of a job that it took.
	claimTime = 5 * time.Second
	// sweepAll is how often every mailbox with work is woken, should a wake-up ever
	// have been lost.
	sweepAll = time.Minute
)

// handle is what Claim.Handle holds.
type handle struct {
	ctx     context.Context // of the job
	job     *queue.Job
	options record.WorkOptions
	given   bool // the claim was given up
}

// Work implements record.Mailboxes.
func (d *Database) Work(ctx context.Context, options record.WorkOptions, drain record.Drain) error {
	// A queue that is told to stop as soon as it has started may begin a drain.
	if err := d.Read(ctx, "work", func(sqlc.Querier) error { return nil }); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	sweeping, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.sweepUntil(sweeping)
	}()
	err := d.Drain(ctx, options, func(ctx context.Context, job *queue.Job) error {
		return d.drain(ctx, job, options, drain)
	})
	stop()
	<-done
	return err
}

// drain claims the mailbox of a job and hands it on.
func (d *Database) drain(ctx context.Context, job *queue.Job, options record.WorkOptions, drain record.Drain) error {
	claim := &record.Claim{Mailbox: job.Args.Mailbox, Handle: &handle{ctx: ctx, job: job, options: options}}
	first, err := d.claim(ctx, claim)
	if err != nil || first == nil {
		return err
	}
	if err := drain(ctx, claim, first); err != nil {
		return err
	}
	if !claim.Handle.(*handle).given {
		return fmt.Errorf("the drain of mailbox %v ended without its last step", claim.Mailbox)
	}
	return nil
}

// claim takes the mailbox and starts its first run; nil when there is none, and the
// job is done.
func (d *Database) claim(ctx context.Context, claim *record.Claim) (*record.Work, error) {
	work, err := d.advance(ctx, claim, "claim mailbox", true, func(t Tx, taken *record.Claim) (err error) {
		taken.Epoch, err = t.Claim(t.Context(), sqlc.ClaimParams{ProjectID: claim.Mailbox.ProjectID, Lane: int64(claim.Mailbox.Lane)})
		if err == nil {
			t.Claimed(claim.Mailbox)
		}
		return err
	})
	if d.MissingReference(err) { // the project is gone, and its runs with it
		return nil, d.giveUp(ctx, claim)
	}
	return work, err
}

// Step implements record.Mailboxes.
func (d *Database) Step(ctx context.Context, claim *record.Claim, outcome *record.Outcome, more bool) (*record.Work, error) {
	work, err := d.step(ctx, claim, outcome, more)
	if err == nil && outcome != nil && outcome.Retry != nil {
		d.due.set(outcome.Retry.Ready)
	}
	return work, err
}

func (d *Database) step(ctx context.Context, claim *record.Claim, outcome *record.Outcome, more bool) (*record.Work, error) {
	if outcome != nil {
		work, err := d.advance(ctx, claim, "step", more, func(t Tx, _ *record.Claim) error { return finishHoped(t, claim, outcome) })
		if !errors.Is(err, errNotAsHoped) {
			return work, err
		}
	}
	return d.advance(ctx, claim, "step", more, func(t Tx, _ *record.Claim) error {
		if err := holds(t.Context(), t, claim); err != nil || outcome == nil {
			return err
		}
		return finish(t, claim, outcome)
	})
}

// errNotAsHoped says that finishHoped does not apply.
var errNotAsHoped = errors.New("the claim is lost or the run is gone")

// finishHoped is holds and finish in one go, for when the claim holds and the run is there.
func finishHoped(t Tx, claim *record.Claim, outcome *record.Outcome) error {
	err := t.Together(func(q sqlc.Querier) error {
		if err := holds(t.Context(), q, claim); err != nil {
			return err
		}
		if written, err := finishRun(t.Context(), q, claim, outcome.Run); err != nil || written == 0 {
			return cmp.Or(err, errNotAsHoped)
		}
		return createLines(t.Context(), q, outcome.Run, outcome.Lines)
	})
	if errors.Is(err, ErrMoved) {
		return errNotAsHoped
	}
	if err != nil {
		return err
	}
	return retry(t, outcome)
}

// advance does what comes before and starts the next run in one transaction. If there is
// none, or no more are wanted, it gives the claim up, in one of its own: see giveUp.
func (d *Database) advance(ctx context.Context, claim *record.Claim, operation string, more bool, before func(Tx, *record.Claim) error) (*record.Work, error) {
	var work *record.Work
	var taken record.Claim
	err := d.WriteFor(ctx, claim.Mailbox, operation, func(t Tx) (err error) {
		work, taken = nil, *claim
		if err := before(t, &taken); err != nil || !more {
			return err
		}
		row, found, err := head(t, claim.Mailbox)
		if err != nil || !found {
			return err
		}
		work, err = d.start(t, &taken, row)
		return err
	})
	if errors.Is(err, ErrMoved) { // somebody has cancelled the run
		return d.advance(ctx, claim, operation, more, before)
	}
	if err != nil {
		return nil, err
	}
	*claim = taken
	if work == nil {
		return nil, d.giveUp(ctx, claim)
	}
	return work, nil
}

// holds returns ErrClaimLost unless the claim is the newest and has not run out.
func holds(ctx context.Context, q sqlc.Querier, claim *record.Claim) error {
	n, err := q.HoldsClaim(ctx, sqlc.HoldsClaimParams{
		ProjectID: claim.Mailbox.ProjectID, Lane: int64(claim.Mailbox.Lane), Epoch: claim.Epoch, Now: micros(time.Now()),
	})
	if err == nil && n == 0 {
		err = record.ErrClaimLost
	}
	return err
}

// finish writes how a run ended. A run that is gone, with its integration, leaves
// nothing to write.
func finish(t Tx, claim *record.Claim, outcome *record.Outcome) error {
	written, err := finishRun(t.Context(), t, claim, outcome.Run)
	if err != nil || written == 0 {
		return err
	}
	if err := createLines(t.Context(), t, outcome.Run, outcome.Lines); err != nil {
		return err
	}
	return retry(t, outcome)
}

func finishRun(ctx context.Context, q sqlc.Querier, claim *record.Claim, r record.Run) (written int64, err error) {
	return q.FinishRun(ctx, sqlc.FinishRunParams{
		Seq: r.Seq, Epoch: claim.Epoch, State: string(r.State), Result: string(r.Result), Code: r.Code,
		Message: blob(r.Message), Dead: flag(r.Dead), Seed: blob(string(r.Seed)), Steps: r.Steps, Receipt: r.Receipt,
		Completed: micros(r.Completed),
	})
}

// retry inserts the run that tries again, if there is to be one.
func retry(t Tx, outcome *record.Outcome) error {
	if outcome.Retry == nil {
		return nil
	}
	again := *outcome.Retry
	last, err := t.LastAttempt(t.Context(), sqlc.LastAttemptParams{ActivityID: again.ActivityID, IntegrationID: again.IntegrationID})
	if err != nil {
		return err
	}
	// Redrive may have taken the number.
	again.Attempt = max(again.Attempt, int(last)+1)
	return insertRun(t.Context(), t, again)
}

func createLines(ctx context.Context, q sqlc.Querier, r record.Run, lines []record.Line) error {
	for _, line := range lines {
		if err := q.CreateLine(ctx, sqlc.CreateLineParams{
			Run: r.Seq, Number: int64(line.Number), Time: micros(line.Time), Level: line.Level, Text: blob(line.Text),
		}); err != nil {
			return err
		}
	}
	return nil
}

// Append implements record.Mailboxes.
func (d *Database) Append(ctx context.Context, claim *record.Claim, run record.Run, lines []record.Line) error {
	err := d.WriteFor(ctx, claim.Mailbox, "append to log", func(t Tx) error {
		if err := holds(t.Context(), t, claim); err != nil {
			return err
		}
		return t.Together(func(q sqlc.Querier) error { return createLines(t.Context(), q, run, lines) })
	})
	if d.MissingReference(err) { // the run is gone, with its integration
		return nil
	}
	return err
}

// head returns the run that is next.
func head(t Tx, box record.Mailbox) (row sqlc.HeadOfLaneRow, found bool, err error) {
	row, err = t.HeadOfLane(t.Context(), sqlc.HeadOfLaneParams{
		ProjectID: box.ProjectID, Lane: int64(box.Lane), Now: micros(time.Now()),
	})
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	return row, err == nil, err
}

// start marks a run as started, extends the claim for as long as it may take, and
// reads what it needs.
func (d *Database) start(t Tx, claim *record.Claim, row sqlc.HeadOfLaneRow) (*record.Work, error) {
	work, err := load(t, row)
	if err != nil {
		return nil, err
	}
	r, started := &work.Run, now()
	again := !r.Started.IsZero()
	r.State, r.Started, r.Epoch = activity.StateInProgress, started, claim.Epoch
	r.Version, r.ScriptHash = work.Version.Number, work.Version.Hash
	r.Engine = claim.Handle.(*handle).options.Engine
	claim.Until = time.Now().Add(claim.Handle.(*handle).options.Lease(work.Integration))
	return work, t.Together(func(q sqlc.Querier) error {
		if again { // what an earlier try has written
			if err := q.DeleteLines(t.Context(), r.Seq); err != nil {
				return err
			}
		}
		if changed, err := q.StartRun(t.Context(), sqlc.StartRunParams{
			Seq: r.Seq, Version: int64(r.Version), ScriptHash: r.ScriptHash, Engine: r.Engine, Epoch: r.Epoch, Started: micros(started),
		}); err != nil || changed == 0 {
			return cmp.Or(err, ErrMoved)
		}
		if err := q.ServeIntegration(t.Context(), sqlc.ServeIntegrationParams{ID: r.IntegrationID, Served: micros(started)}); err != nil {
			return err
		}
		_, err := q.ExtendClaim(t.Context(), sqlc.ExtendClaimParams{
			ProjectID: claim.Mailbox.ProjectID, Lane: int64(claim.Mailbox.Lane), Epoch: claim.Epoch, Until: micros(claim.Until),
		})
		return err
	})
}

// load reads what a run needs.
func load(t Tx, row sqlc.HeadOfLaneRow) (*record.Work, error) {
	variables, err := t.ListVariables(t.Context(), row.Integration.ID)
	if err != nil {
		return nil, err
	}
	integration, err := integrationOf(row.Integration)
	return &record.Work{
		Run:      runOf(row.Run, row.Activity.Type, row.Activity.Summary),
		Activity: activityOf(row.Activity), Integration: integration, ProjectName: row.ProjectName,
		Version: record.Version{
			IntegrationID: integration.ID, Number: integration.Version, Hash: row.VersionHash, Created: fromMicros(row.VersionCreated),
		},
		Variables: mapped(variables, variableOf),
	}, err
}

// giveUp completes the job first and looks for more work then, so that an Accept
// whose wake-up was dropped because of this job is seen. Jobs of other mailboxes are not
// touched in the same transaction: an Accept may have locked some and wait for others.
func (d *Database) giveUp(ctx context.Context, claim *record.Claim) error {
	h := claim.Handle.(*handle)
	err := d.Write(ctx, "give up mailbox", func(t Tx) error {
		// A job that is not ours any more is somebody else's to complete; waking does no
		// harm.
		if err := t.Complete(context.WithoutCancel(h.ctx), h.job); err != nil {
			return err
		}
		if _, err := t.ExtendClaim(t.Context(), sqlc.ExtendClaimParams{
			ProjectID: claim.Mailbox.ProjectID, Lane: int64(claim.Mailbox.Lane), Epoch: claim.Epoch, Until: 0,
		}); err != nil {
			return err
		}
		runs, err := t.LaneHasWork(t.Context(), sqlc.LaneHasWorkParams{
			ProjectID: claim.Mailbox.ProjectID, Lane: int64(claim.Mailbox.Lane), Now: micros(time.Now()),
		})
		if err != nil || runs == 0 {
			return err
		}
		return t.Wake(claim.Mailbox)
	})
	h.given = h.given || err == nil
	return err
}

// Extend implements record.Mailboxes. A claim that has run out stays lost, even if
// nobody else has taken the mailbox: what was true before may not be any more.
func (d *Database) Extend(ctx context.Context, claim *record.Claim, lease time.Duration) error {
	until := time.Now().Add(lease)
	err := d.WriteFor(ctx, claim.Mailbox, "extend claim", func(t Tx) error {
		n, err := t.RenewClaim(t.Context(), sqlc.RenewClaimParams{
			ProjectID: claim.Mailbox.ProjectID, Lane: int64(claim.Mailbox.Lane), Epoch: claim.Epoch,
			Until: micros(until), Now: micros(time.Now()),
		})
		if err == nil && n == 0 {
			err = record.ErrClaimLost
		}
		return err
	})
	if err == nil {
		claim.Until = until
	}
	return err
}

// StoreFor implements record.Mailboxes.
func (d *Database) StoreFor(claim *record.Claim) storage.Store {
	// The claim's epoch stays what it is; Step may extend its time.
	held := *claim
	return d.FencedStore(func(ctx context.Context, q sqlc.Querier) error { return holds(ctx, q, &held) })
}

// sweepUntil wakes mailboxes whose retries have become due, and now and then all.
func (d *Database) sweepUntil(ctx context.Context) {
	d.due.set(time.Now()) // for those of whoever worked before
	again, all := time.NewTicker(sweepAgain), time.NewTicker(sweepAll)
	rescue := time.NewTicker(rescueAgain)
	defer rescue.Stop()
	defer again.Stop()
	defer all.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			err = d.wakeDue(ctx)
		case <-d.due.timer.C:
			d.due.clear()
			err = d.wakeDue(ctx)
		case now := <-rescue.C:
			err = d.Rescue(ctx, now, now.Add(-claimTime))
		case <-all.C:
			err = d.Sweep(ctx)
		}
		if err != nil && ctx.Err() == nil {
			d.Log.Error("sweeping mailboxes failed", "error", err)
		}
	}
}

// wakeDue wakes the mailboxes whose retries are due, and sets the alarm for those that
// will be before the next look.
func (d *Database) wakeDue(ctx context.Context) error {
	now := time.Now()
	var boxes []record.Mailbox
	err := d.Read(ctx, "look for retries", func(q sqlc.Querier) error {
		boxes = nil
		rows, err := q.DueMailboxes(ctx, micros(now.Add(sweepAgain)))
		for _, row := range rows {
			if row.Ready > micros(now) {
				d.due.set(fromMicros(row.Ready))
			} else {
				boxes = append(boxes, record.Mailbox{ProjectID: row.ProjectID, Lane: int(row.Lane)})
			}
		}
		return err
	})
	if err != nil || len(boxes) == 0 {
		return err
	}
	return d.Write(ctx, "wake retries", func(t Tx) error { return t.Wake(boxes...) })
}
