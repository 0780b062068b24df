package storagetest

import (
	"context"

	"cloche/activity"
	"cloche/storage"
	"cloche/storage/record"
)

func endCases() []databaseCase {
	return []databaseCase{
		{"cancelling a run that waits", testCancel},
		{"an integration is deleted while it runs", testDeletedIntegrationRuns},
		{"a project is deleted while it runs", testDeletedProjectRuns},
		{"a project is deleted while its runs wait", testDeletedProjectWaits},
	}
}

func testCancel(b *bed) {
	i := b.add()
	first, second, third := b.accept(all).Runs[0], b.accept(all).Runs[0], b.accept(all).Runs[0]
	before := now()
	cancelled, err := b.db.CancelRun(b.ctx, b.project.ID, second)
	b.must(err)
	b.equal("what CancelRun returns", cancelled, b.run(second))
	if cancelled.State != activity.StateCancelled || cancelled.Result != activity.ResultFailure || cancelled.Code != activity.CodeCancelled ||
		cancelled.Message == "" || cancelled.Completed.Before(before) || !cancelled.Started.IsZero() || cancelled.Dead {
		b.Errorf("the run is %+v", cancelled)
	}
	_, err = b.db.CancelRun(b.ctx, b.project.ID, second)
	b.want("CancelRun again", err, record.ErrConflict)
	j := b.newJournal()
	b.work(workOptions(), j.noting(b.db))
	b.equal("the order of ends", j.wait(2), []string{first, third})
	b.equal("the run", b.run(second), cancelled)
	again, err := b.db.Redrive(b.ctx, b.project.ID, second, newID())
	b.must(err)
	b.equal("the order of ends", j.wait(3), []string{first, third, again.ID})
	if n := len(b.runs(i)); n != 4 {
		b.Errorf("there are %d runs, want 4", n)
	}
}

// testDeletedIntegrationRuns checks that the mailbox goes on with the next integration,
// and that the deleted one's run leaves nothing behind.
func testDeletedIntegrationRuns(b *bed) {
	gone, kept := b.add(), b.add()
	b.accept(only(gone.ID))
	next := b.accept(only(kept.ID)).Runs[0]
	ended := make(chan *record.Work, 1)
	b.work(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		if work.Integration.ID != gone.ID {
			b.Errorf("the first run is of %s", work.Integration.ID)
		}
		b.want("DeleteIntegration", b.db.DeleteIntegration(ctx, gone.ProjectID, gone.ID), nil)
		outcome := retryAfter(work, 0)
		outcome.Lines = []record.Line{{Number: 1, Time: now(), Level: "log", Text: "x"}}
		second, err := b.db.Step(ctx, claim, outcome, true)
		if ended <- second; err == nil && second != nil {
			_, err = b.db.Step(ctx, claim, succeed(second), true)
			ended <- nil
		}
		return err
	})
	second := received(b, "the first step", ended)
	if second == nil || second.Run.ID != next {
		b.Fatalf("Step = %+v, want the run of the other integration", second)
	}
	received(b, "the second step", ended)
	if r := b.run(next); r.Code != "ok" {
		b.Errorf("the run is %+v", r)
	}
	b.wantBacklog(0)
	if runs := b.runs(gone); len(runs) > 0 {
		b.Errorf("there are runs of the deleted integration: %+v", runs)
	}
}

func testDeletedProjectRuns(b *bed) {
	i := b.add()
	b.accept(all)
	done := make(chan error, 1)
	stop := b.work(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		store := b.db.StoreFor(claim)
		b.want("DeleteProject", b.db.DeleteProject(ctx, b.project.ID), nil)
		b.want("Set", store.Set(ctx, storage.Scope(i.ID), "k", storage.Number(1), storage.Limits{}), record.ErrClaimLost)
		_, err := b.db.Step(ctx, claim, succeed(work), true)
		done <- err
		return err
	})
	b.want("Step", received(b, "the step", done), record.ErrClaimLost)
	stop()
	in(b.T, b.db.Store(), storage.Scope(i.ID)).wantUsage(0, 0)
	b.wantBacklog(0)
}

func testDeletedProjectWaits(b *bed) {
	b.add()
	b.accept(all)
	other := b.addTo(b.addProject(1).ID)
	b.must(b.db.DeleteProject(b.ctx, b.project.ID))
	options := workOptions()
	options.Workers = 1
	j := b.newJournal()
	b.work(options, j.noting(b.db))
	for n := range 3 {
		accepted := b.acceptIn(other.ProjectID, all)
		if got := j.wait(n + 1)[n]; got != accepted.Runs[0] {
			b.Errorf("run %s was run, want %s", got, accepted.Runs[0])
		}
	}
}
