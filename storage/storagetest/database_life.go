package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cloche/storage"
	"cloche/storage/record"
)

func lifeCases() []databaseCase {
	return []databaseCase{
		{"a closed database", testDatabaseClosed},
		{"a database that is closed while in use", testDatabaseCloseInUse},
		{"a context that has ended", testDatabaseEndedContext},
		{"contexts that end meanwhile", testDatabaseContextEnds},
		{"a database that can be written to", func(b *bed) { b.must(b.db.Ping(b.ctx)) }},
	}
}

// callDatabase calls every method that takes a context, with arguments that are good
// apart from it, and returns what each answered by its name.
func callDatabase(ctx context.Context, db record.Database, i record.Integration, run record.Run) map[string]error {
	var errs = make(map[string]error)
	_, errs["Project"] = db.Project(ctx, i.ProjectID)
	_, errs["ListProjects"] = db.ListProjects(ctx, "")
	_, errs["CreateIntegration"] = db.CreateIntegration(ctx, newIntegration(i.ProjectID), nil, "")
	_, errs["Integration"] = db.Integration(ctx, i.ProjectID, i.ID)
	_, errs["ListIntegrations"] = db.ListIntegrations(ctx, i.ProjectID, "")
	_, errs["UpdateIntegration"] = db.UpdateIntegration(ctx, i, []byte("new"), "")
	_, errs["ListVersions"] = db.ListVersions(ctx, i.ID)
	_, errs["Version"] = db.Version(ctx, i.ID, 1)
	_, errs["UseVersion"] = db.UseVersion(ctx, i.ProjectID, i.ID, 1)
	_, errs["SetVariable"] = db.SetVariable(ctx, record.Variable{ID: newID(), IntegrationID: i.ID, Name: "A", Kind: record.Plain})
	_, errs["ListVariables"] = db.ListVariables(ctx, i.ID)
	_, errs["TokenByHash"] = db.TokenByHash(ctx, [32]byte{1})
	_, errs["ListTokens"] = db.ListTokens(ctx)
	_, errs["Accept"] = db.Accept(ctx, newActivity(i.ProjectID), record.Delivery{}, all, newID)
	_, errs["Activity"] = db.Activity(ctx, i.ProjectID, run.ActivityID)
	_, errs["ListActivities"] = db.ListActivities(ctx, i.ProjectID, 10)
	_, errs["Backlog"] = db.Backlog(ctx)
	_, errs["ListRuns"] = db.ListRuns(ctx, record.RunQuery{ProjectID: i.ProjectID, Limit: 10})
	_, errs["Run"] = db.Run(ctx, i.ProjectID, run.ID)
	_, errs["Lines"] = db.Lines(ctx, run, 0, 10)
	_, errs["Redrive"] = db.Redrive(ctx, i.ProjectID, run.ID, newID())
	_, errs["CancelRun"] = db.CancelRun(ctx, i.ProjectID, run.ID)
	_, errs["Prune"] = db.Prune(ctx, now().Add(time.Hour), now().Add(time.Hour), 10)
	errs["CreateProject"] = db.CreateProject(ctx, record.Project{ID: newID(), Concurrency: 1})
	errs["UpdateProject"] = db.UpdateProject(ctx, record.Project{ID: i.ProjectID, Concurrency: 1})
	errs["CreateToken"] = db.CreateToken(ctx, record.Token{ID: newID(), Hash: [32]byte{2}})
	errs["DeleteVariable"] = db.DeleteVariable(ctx, i.ID, "A")
	errs["DeleteToken"] = db.DeleteToken(ctx, "token")
	errs["Ping"] = db.Ping(ctx)
	errs["DeleteIntegration"] = db.DeleteIntegration(ctx, i.ProjectID, i.ID)
	errs["DeleteProject"] = db.DeleteProject(ctx, i.ProjectID)
	return errs
}

func testDatabaseClosed(b *bed) {
	i := b.add()
	run := b.run(b.accept(all).Runs[0])
	for range 2 {
		b.must(b.db.Close())
		for name, err := range callDatabase(b.ctx, b.db, i, run) {
			b.want(name+" after Close", err, storage.ErrClosed)
		}
		b.want("Work after Close", b.db.Work(b.ctx, workOptions(), steps(b.db, succeed)), storage.ErrClosed)
		claim := record.Claim{Mailbox: record.Mailbox{ProjectID: b.project.ID}, Epoch: 1, Until: now().Add(time.Hour)}
		b.want("Extend after Close", b.db.Extend(b.ctx, &claim, time.Minute), storage.ErrClosed)
		b.want("Append after Close", b.db.Append(b.ctx, &claim, run, lines(1, 1)), storage.ErrClosed)
		for name, err := range callAll(b.ctx, b.db.StoreFor(&claim), storage.Scope(i.ID)) {
			b.want("StoreFor's "+name+" after Close", err, storage.ErrClosed)
		}
	}
	b.db = b.harness.Open(b.T)
	b.wantIntegration(i)
}

// testDatabaseCloseInUse checks that calls racing with Close happen whole or say that
// the database is closed.
func testDatabaseCloseInUse(b *bed) {
	i := b.add()
	var group sync.WaitGroup
	var mu sync.Mutex
	var stored []string
	begun := make(chan struct{}, writers)
	for range writers {
		group.Go(func() {
			for n := 0; ; n++ {
				accepted, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf(newID(), ""), all, newID)
				_, read := b.db.Backlog(b.ctx)
				if n == 0 {
					begun <- struct{}{}
				}
				if err != nil {
					b.want("Accept while closing", err, storage.ErrClosed)
					return
				}
				if read != nil {
					b.want("Backlog while closing", read, storage.ErrClosed)
				}
				mu.Lock()
				stored = append(stored, accepted.Runs...)
				mu.Unlock()
			}
		})
	}
	for range writers {
		<-begun
	}
	b.must(b.db.Close())
	group.Wait()
	b.db = b.harness.Open(b.T)
	if runs := b.runs(i); len(runs) != min(len(stored), 1000) {
		b.Errorf("there are %d runs, want those of the %d that were accepted", len(runs), len(stored))
	}
	for _, id := range stored {
		b.run(id)
	}
}

func testDatabaseEndedContext(b *bed) {
	i := b.add()
	run := b.run(b.accept(all).Runs[0])
	cancelled, cancel := context.WithCancel(b.ctx)
	cancel()
	late, cancel := context.WithDeadline(b.ctx, time.Unix(0, 0))
	defer cancel()
	for _, c := range []struct {
		ctx  context.Context
		want error
	}{{cancelled, context.Canceled}, {late, context.DeadlineExceeded}} {
		for name, err := range callDatabase(c.ctx, b.db, i, run) {
			b.want(name, err, c.want)
		}
	}
	if err := b.db.Work(cancelled, workOptions(), steps(b.db, succeed)); err != nil && !errors.Is(err, context.Canceled) {
		b.Errorf("Work = %v", err)
	}
	b.wantIntegration(i)
	b.wantBacklog(1)
	b.wantActivities(1)
}

// testDatabaseContextEnds ends contexts at all moments of an Accept and checks that the
// error tells what happened.
func testDatabaseContextEnds(b *bed) {
	b.add()
	for n := range 60 {
		ctx, cancel := context.WithTimeout(b.ctx, time.Duration(n)*20*time.Microsecond)
		a := newActivity(b.project.ID)
		accepted, err := b.db.Accept(ctx, a, deliveryOf(fmt.Sprint(n), ""), all, newID)
		cancel()
		_, stored := b.db.Activity(b.ctx, b.project.ID, a.ID)
		switch {
		case err == nil && stored == nil && len(accepted.Runs) == 1:
		case errors.Is(err, context.DeadlineExceeded) && errors.Is(stored, record.ErrNotFound):
		default:
			b.Fatalf("Accept = %+v, %v; the activity: %v", accepted, err, stored)
		}
	}
}
