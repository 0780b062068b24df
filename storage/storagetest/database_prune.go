package storagetest

import (
	"context"
	"time"

	"cloche/storage"
	"cloche/storage/record"
)

func pruneCases() []databaseCase {
	return []databaseCase{
		{"pruning what is old and has ended", testPrune},
		{"pruning a few at a time", testPruneLimit},
		{"pruning deliveries", testPruneDeliveries},
		{"pruning tokens", testPruneTokens},
	}
}

func (b *bed) must2Int(n int, err error) int {
	b.Helper()
	b.must(err)
	return n
}

// acceptAt takes an activity that came at a time.
func (b *bed) acceptAt(at time.Time, d record.Delivery) record.Accepted {
	b.Helper()
	a := newActivity(b.project.ID)
	a.Created = at
	accepted, err := b.db.Accept(b.ctx, a, d, all, newID)
	b.must(err)
	return accepted
}

func testPrune(b *bed) {
	i := b.add()
	horizon := now().Add(-time.Hour)
	old := b.acceptAt(horizon.Add(-time.Microsecond), record.Delivery{})
	atHorizon := b.acceptAt(horizon, record.Delivery{})
	j := b.newJournal()
	stop := b.work(workOptions(), j.notingEnds(b.db, func(work *record.Work) *record.Outcome {
		outcome := succeed(work)
		outcome.Lines = []record.Line{{Number: 1, Time: now(), Level: "log", Text: "x"}}
		return outcome
	}))
	j.wait(2)
	stop()
	oldRun := b.run(old.Runs[0])
	waiting := b.acceptAt(horizon.Add(-2*time.Hour), record.Delivery{})

	if n := b.must2Int(b.db.Prune(b.ctx, horizon, horizon, 100)); n != 1 {
		b.Errorf("Prune = %d, want 1", n)
	}
	_, err := b.db.Activity(b.ctx, b.project.ID, old.ActivityID)
	b.want("Activity of what was pruned", err, record.ErrNotFound)
	_, err = b.db.Run(b.ctx, b.project.ID, old.Runs[0])
	b.want("Run of what was pruned", err, record.ErrNotFound)
	if lines, err := b.db.Lines(b.ctx, oldRun, 0, 10); err != nil || len(lines) != 0 {
		b.Errorf("the log of what was pruned is %+v, %v", lines, err)
	}
	for _, kept := range []record.Accepted{atHorizon, waiting} {
		if _, err := b.db.Activity(b.ctx, b.project.ID, kept.ActivityID); err != nil {
			b.Errorf("Activity of what was to stay: %v", err)
		}
		b.run(kept.Runs[0])
	}
	if n := b.must2Int(b.db.Prune(b.ctx, horizon, horizon, 100)); n != 0 {
		b.Errorf("Prune again = %d, want 0", n)
	}
	b.wantIntegration(b.must2(b.db.Integration(b.ctx, b.project.ID, i.ID)))
}

func testPruneLimit(b *bed) {
	start := now().Add(-time.Hour)
	var ids []string
	for n := range 5 {
		ids = append(ids, b.acceptAt(start.Add(time.Duration(n)), record.Delivery{}).ActivityID)
	}
	for _, want := range []int{2, 2, 1, 0} {
		if n := b.must2Int(b.db.Prune(b.ctx, now(), now(), 2)); n != want {
			b.Errorf("Prune = %d, want %d", n, want)
		}
	}
	for _, id := range ids {
		_, err := b.db.Activity(b.ctx, b.project.ID, id)
		b.want("Activity", err, record.ErrNotFound)
	}
}

func testPruneDeliveries(b *bed) {
	horizon := now().Add(-time.Hour)
	for _, c := range []struct {
		id        string
		at        time.Time
		duplicate bool
	}{
		{"older", horizon.Add(-time.Microsecond), false},
		{"at the horizon", horizon, true},
	} {
		b.acceptAt(c.at, deliveryOf(c.id, "body"))
		b.must2Int(b.db.Prune(b.ctx, horizon.Add(-time.Hour), horizon, 100))
		again, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf(c.id, "body"), all, newID)
		if err != nil || again.Duplicate != c.duplicate {
			b.Errorf("a delivery that was %s comes again: %+v, %v", c.id, again, err)
		}
	}
}

func testPruneTokens(b *bed) {
	horizon := now().Add(-time.Hour)
	for n, expires := range []time.Time{{}, now().Add(time.Hour), horizon.Add(-time.Hour)} {
		b.must(b.db.CreateToken(b.ctx, record.Token{
			ID: newID(), Hash: [32]byte{byte(n)}, Scopes: []string{"read"}, Created: moment(n), Expires: expires,
		}))
	}
	b.must2Int(b.db.Prune(b.ctx, horizon, horizon, 100))
	for n, want := range []error{nil, nil, record.ErrNotFound} {
		_, err := b.db.TokenByHash(b.ctx, [32]byte{byte(n)})
		b.want("TokenByHash", err, want)
	}
}

func deleteCases() []databaseCase {
	return []databaseCase{
		{"deleting an integration", testDeleteIntegration},
		{"deleting a project", testDeleteProject},
	}
}

// fill gives an integration a variable, storage, and a run that has ended with a log.
func (b *bed) fill(i record.Integration) record.Run {
	b.Helper()
	_, err := b.db.SetVariable(b.ctx, record.Variable{
		ID: newID(), IntegrationID: i.ID, Name: "A", Kind: record.Plain, Created: now(), Updated: now(),
	})
	b.must(err)
	in(b.T, b.db.Store(), storage.Scope(i.ID)).set("k", storage.Number(1), storage.Limits{})
	accepted := b.acceptIn(i.ProjectID, only(i.ID))
	ended := make(chan struct{})
	stop := b.work(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		outcome := succeed(work)
		outcome.Lines = []record.Line{{Number: 1, Time: now(), Level: "log", Text: "x"}}
		_, err := b.db.Step(ctx, claim, outcome, false)
		close(ended)
		return err
	})
	received(b, "the run's end", ended)
	stop()
	return b.runIn(i.ProjectID, accepted.Runs[0])
}

// wantGone checks that nothing is left of an integration and a run of it.
func (b *bed) wantGone(i record.Integration, run record.Run) {
	b.Helper()
	_, err := b.db.Integration(b.ctx, i.ProjectID, i.ID)
	b.want("Integration", err, record.ErrNotFound)
	_, err = b.db.Version(b.ctx, i.ID, 1)
	b.want("Version", err, record.ErrNotFound)
	_, err = b.db.Run(b.ctx, i.ProjectID, run.ID)
	b.want("Run", err, record.ErrNotFound)
	variables, err := b.db.ListVariables(b.ctx, i.ID)
	b.must(err)
	versions, err := b.db.ListVersions(b.ctx, i.ID)
	b.must(err)
	lines, err := b.db.Lines(b.ctx, run, 0, 10)
	b.must(err)
	if len(variables)+len(versions)+len(lines) > 0 || len(b.runs(i)) > 0 {
		b.Errorf("left of %s: %v, %v, %v, %v", i.ID, variables, versions, lines, b.runs(i))
	}
	f := in(b.T, b.db.Store(), storage.Scope(i.ID))
	f.wantAbsent("k")
	f.wantUsage(0, 0)
}

// wantKept checks that all that fill made is there.
func (b *bed) wantKept(i record.Integration, run record.Run) {
	b.Helper()
	variables, err := b.db.ListVariables(b.ctx, i.ID)
	b.must(err)
	lines, err := b.db.Lines(b.ctx, run, 0, 10)
	b.must(err)
	if len(variables) != 1 || len(lines) != 1 || len(b.runs(i)) == 0 {
		b.Errorf("of %s there are the variables %v and the log %v", i.ID, variables, lines)
	}
	in(b.T, b.db.Store(), storage.Scope(i.ID)).wantValue("k", storage.Number(1))
}

func testDeleteIntegration(b *bed) {
	gone, kept := b.add(), b.add()
	goneRun, keptRun := b.fill(gone), b.fill(kept)
	waiting := b.accept(all)
	b.must(b.db.DeleteIntegration(b.ctx, b.project.ID, gone.ID))
	b.wantGone(gone, goneRun)
	b.wantKept(kept, keptRun)
	_, err := b.db.Run(b.ctx, b.project.ID, waiting.Runs[0])
	b.want("Run that waited", err, record.ErrNotFound)
	b.wantBacklog(1)
	b.wantActivities(3)
}

func testDeleteProject(b *bed) {
	gone, kept := b.add(), b.addTo(b.addProject(1).ID)
	goneRun, keptRun := b.fill(gone), b.fill(kept)
	accepted, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf("d", "body"), all, newID)
	b.must(err)
	b.must(b.db.DeleteProject(b.ctx, b.project.ID))
	b.wantGone(gone, goneRun)
	b.wantKept(kept, keptRun)
	_, err = b.db.Activity(b.ctx, b.project.ID, accepted.ActivityID)
	b.want("Activity", err, record.ErrNotFound)
	b.wantActivities(0)
	b.wantBacklog(0)

	// One of the same ID has nothing of the first.
	b.must(b.db.CreateProject(b.ctx, b.project))
	again, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf("d", "body"), all, newID)
	if err != nil || again.Duplicate || len(again.Runs) != 0 {
		b.Errorf("Accept = %+v, %v", again, err)
	}
}
