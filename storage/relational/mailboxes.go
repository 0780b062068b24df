package relational

import (
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
	// sweepAgain is how often retries that have become due are looked for.
	sweepAgain = 500 * time.Millisecond
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
	var work *record.Work
	var taken record.Claim
	err := d.Write(ctx, "claim mailbox", func(t Tx) (err error) {
		work, taken = nil, *claim
		taken.Epoch, err = t.Claim(t.Context(), sqlc.ClaimParams{ProjectID: claim.Mailbox.ProjectID, Lane: int64(claim.Mailbox.Lane)})
		if err == nil {
			t.Claimed(claim.Mailbox)
			work, err = d.next(t, &taken, true)
		}
		return err
	})
	if d.MissingReference(err) { // the project is gone, and its runs with it
		err = d.Write(ctx, "drop job", func(t Tx) error { return d.giveUp(t, claim) })
	}
	if err == nil {
		*claim = taken
		claim.Handle.(*handle).given = work == nil
	}
	return work, err
}

// Step implements record.Mailboxes.
func (d *Database) Step(ctx context.Context, claim *record.Claim, outcome *record.Outcome, more bool) (*record.Work, error) {
	var work *record.Work
	var taken record.Claim
	err := d.Write(ctx, "step", func(t Tx) (err error) {
		work, taken = nil, *claim
		if err := holds(t.Context(), t, claim); err != nil {
			return err
		}
		if outcome != nil {
			if err := finish(t, claim, outcome); err != nil {
				return err
			}
		}
		work, err = d.next(t, &taken, more)
		return err
	})
	if err == nil {
		*claim = taken
		claim.Handle.(*handle).given = work == nil
	}
	return work, err
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
	r := outcome.Run
	written, err := t.FinishRun(t.Context(), sqlc.FinishRunParams{
		Seq: r.Seq, Epoch: claim.Epoch, State: string(r.State), Result: string(r.Result), Code: r.Code,
		Message: blob(r.Message), Dead: flag(r.Dead), Seed: blob(string(r.Seed)), Steps: r.Steps, Receipt: r.Receipt,
		Completed: micros(r.Completed),
	})
	if err != nil || written == 0 {
		return err
	}
	if err := appendLines(t, r, outcome.Lines); err != nil {
		return err
	}
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
	return insertRun(t, again)
}

func appendLines(t Tx, r record.Run, lines []record.Line) error {
	for _, line := range lines {
		if err := t.CreateLine(t.Context(), sqlc.CreateLineParams{
			Run: r.Seq, Number: int64(line.Number), Time: micros(line.Time), Level: line.Level, Text: blob(line.Text),
		}); err != nil {
			return err
		}
	}
	return nil
}

// Append implements record.Mailboxes.
func (d *Database) Append(ctx context.Context, claim *record.Claim, run record.Run, lines []record.Line) error {
	err := d.Write(ctx, "append to log", func(t Tx) error {
		if err := holds(t.Context(), t, claim); err != nil {
			return err
		}
		return appendLines(t, run, lines)
	})
	if d.MissingReference(err) { // the run is gone, with its integration
		return nil
	}
	return err
}

// next starts the next run of the mailbox, or gives the claim up.
func (d *Database) next(t Tx, claim *record.Claim, more bool) (*record.Work, error) {
	if !more {
		return nil, d.giveUp(t, claim)
	}
	row, found, err := head(t, claim.Mailbox)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, d.giveUp(t, claim)
	}
	return d.start(t, claim, row)
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
	work, err := d.load(t, row)
	if err != nil {
		return nil, err
	}
	r, started := &work.Run, now()
	if !r.Started.IsZero() { // what an earlier try has written
		if err := t.DeleteLines(t.Context(), r.Seq); err != nil {
			return nil, err
		}
	}
	r.State, r.Started, r.Epoch = activity.StateInProgress, started, claim.Epoch
	r.Version, r.ScriptHash = work.Version.Number, work.Version.Hash
	r.Engine = claim.Handle.(*handle).options.Engine
	if err := t.StartRun(t.Context(), sqlc.StartRunParams{
		Seq: r.Seq, Version: int64(r.Version), ScriptHash: r.ScriptHash, Engine: r.Engine, Epoch: r.Epoch, Started: micros(started),
	}); err != nil {
		return nil, err
	}
	if err := t.ServeIntegration(t.Context(), sqlc.ServeIntegrationParams{ID: r.IntegrationID, Served: micros(started)}); err != nil {
		return nil, err
	}
	claim.Until = time.Now().Add(claim.Handle.(*handle).options.Lease(work.Integration))
	_, err = t.ExtendClaim(t.Context(), sqlc.ExtendClaimParams{
		ProjectID: claim.Mailbox.ProjectID, Lane: int64(claim.Mailbox.Lane), Epoch: claim.Epoch, Until: micros(claim.Until),
	})
	return work, err
}

func (d *Database) load(t Tx, row sqlc.HeadOfLaneRow) (*record.Work, error) {
	cause, err := t.GetActivity(t.Context(), sqlc.GetActivityParams{ID: row.Run.ActivityID, ProjectID: row.Run.ProjectID})
	if err != nil {
		return nil, err
	}
	project, err := t.GetProject(t.Context(), row.Run.ProjectID)
	if err != nil {
		return nil, err
	}
	version, err := t.DescribeVersion(t.Context(), sqlc.DescribeVersionParams{IntegrationID: row.Integration.ID, Number: row.Integration.Version})
	if err != nil {
		return nil, err
	}
	variables, err := t.ListVariables(t.Context(), row.Integration.ID)
	if err != nil {
		return nil, err
	}
	integration, err := integrationOf(row.Integration)
	return &record.Work{
		Run: runOf(row.Run, cause.Type, cause.Summary), Activity: activityOf(cause), Integration: integration, ProjectName: project.Name,
		Version: record.Version{
			IntegrationID: integration.ID, Number: integration.Version, Hash: version.Hash, Created: fromMicros(version.Created),
		},
		Variables: mapped(variables, variableOf),
	}, err
}

// giveUp completes the job first and looks for more work then, so that an Accept
// whose wake-up was dropped because of this job is seen.
func (d *Database) giveUp(t Tx, claim *record.Claim) error {
	h := claim.Handle.(*handle)
	// A job that is not ours any more is somebody else's to complete; waking does no harm.
	if err := t.Complete(context.WithoutCancel(h.ctx), h.job); err != nil {
		return err
	}
	if _, err := t.ExtendClaim(t.Context(), sqlc.ExtendClaimParams{
		ProjectID: claim.Mailbox.ProjectID, Lane: int64(claim.Mailbox.Lane), Epoch: claim.Epoch, Until: 0,
	}); err != nil {
		return err
	}
	if _, found, err := head(t, claim.Mailbox); err != nil || !found {
		return err
	}
	return t.Wake(claim.Mailbox)
}

// Extend implements record.Mailboxes. A claim that has run out stays lost, even if
// nobody else has taken the mailbox: what was true before may not be any more.
func (d *Database) Extend(ctx context.Context, claim *record.Claim, lease time.Duration) error {
	until := time.Now().Add(lease)
	err := d.Write(ctx, "extend claim", func(t Tx) error {
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

func (d *Database) wakeDue(ctx context.Context) error {
	var boxes []record.Mailbox
	err := d.Read(ctx, "look for retries", func(q sqlc.Querier) error {
		rows, err := q.DueMailboxes(ctx, micros(time.Now()))
		boxes = mapped(rows, func(row sqlc.DueMailboxesRow) record.Mailbox {
			return record.Mailbox{ProjectID: row.ProjectID, Lane: int(row.Lane)}
		})
		return err
	})
	if err != nil || len(boxes) == 0 {
		return err
	}
	return d.Write(ctx, "wake retries", func(t Tx) error { return t.Wake(boxes...) })
}
