package service_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"cloche/activity"
	"cloche/service"
	"cloche/storage/record"
)

// TestOrder has racing producers send activities to many integrations: each must see
// them in the order in which they were accepted, one at a time.
func TestOrder(t *testing.T) {
	t.Parallel()
	const integrations, producers = 20, 8
	each := 1250 // 10,000 activities
	if testing.Short() {
		each = 50
	}
	b := newBed(t, func(c *service.Config) { c.Concurrency = 8 })
	ctx := context.Background()
	var all []record.Integration
	for n := range integrations {
		all = append(all, b.add(`1`, func(spec *service.IntegrationSpec) {
			spec.Environments = &[]string{fmt.Sprintf("env-%d", n)}
		}))
	}
	var wait sync.WaitGroup
	for producer := range producers {
		wait.Go(func() {
			for k := range each {
				body := fmt.Sprintf(`{"type":"environment.push","result":"success","environments":["env-%d"]}`, (producer+k)%integrations)
				if _, err := b.service.Push(ctx, b.project.ID, []byte(body), 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	b.drained(3 * time.Minute)
	total := 0
	for _, i := range all {
		runs := b.allRuns(i.ID)
		total += len(runs)
		for n := 1; n < len(runs); n++ {
			before, run := runs[n-1], runs[n]
			if run.Started.Before(before.Completed) {
				t.Fatalf("integration %s: run %d started at %v, before run %d ended at %v", i.ID, run.Seq, run.Started, before.Seq, before.Completed)
			}
		}
	}
	if total != producers*each {
		t.Errorf("%d runs, want %d", total, producers*each)
	}
}

// drained waits until no run waits.
func (b *bed) drained(most time.Duration) {
	b.t.Helper()
	for deadline := time.Now().Add(most); ; time.Sleep(20 * time.Millisecond) {
		n, err := b.db.Backlog(context.Background())
		if err != nil {
			b.t.Fatal(err)
		}
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%d runs still wait", n)
		}
	}
}

// allRuns returns the runs of an integration, oldest first.
func (b *bed) allRuns(integration string) []record.Run {
	b.t.Helper()
	runs, err := b.db.ListRuns(context.Background(), record.RunQuery{ProjectID: b.project.ID, IntegrationID: integration, Limit: 1000})
	if err != nil {
		b.t.Fatal(err)
	}
	slices.Reverse(runs)
	return runs
}

// TestFairness has one project far behind: another's activities start soon all the
// same. How soon is measured by BenchmarkFairness; here it is that they do not wait for
// the backlog.
func TestFairness(t *testing.T) {
	t.Parallel()
	backlog := 2000
	if testing.Short() {
		backlog = 1000
	}
	b := newBed(t, func(c *service.Config) { c.Workers = 8 })
	ctx := context.Background()
	for range 4 {
		b.add(`for (var i = 0; i < 20000; i++);`, nil)
	}
	for range backlog / 4 {
		if _, err := b.service.Push(ctx, b.project.ID, []byte(push), 0); err != nil {
			t.Fatal(err)
		}
	}
	quiet, err := b.service.CreateProject(ctx, "quiet", 0)
	if err != nil {
		t.Fatal(err)
	}
	other := &bed{t, b.service, b.db, quiet}
	other.add(`1`, nil)
	for range 5 {
		if runs := other.push(push); runs[0].State != activity.StateComplete {
			t.Fatalf("%+v", runs)
		}
	}
	if n, err := b.db.Backlog(ctx); err != nil || n == 0 {
		t.Errorf("when the other project's runs had ended, nothing of the backlog of %d was left (%v): they waited for it, or it is too small", backlog, err)
	}
}
