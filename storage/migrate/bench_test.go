package migrate_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"cloche/activity"
	"cloche/storage"
	"cloche/storage/migrate"
	"cloche/storage/record"
)

// What BenchmarkMigrate migrates.
const (
	benchProjects   = 10
	benchScripts    = 1_000
	benchActivities = 100_000
	benchKeys       = 100_000
)

// BenchmarkMigrate migrates 1,000 scripts, 100,000 activities of 1 KiB, each with a
// delivery and a run, half of the runs with ten lines of log, and 100,000 stored values.
func BenchmarkMigrate(b *testing.B) {
	path := filepath.Join(b.TempDir(), "runner.db")
	db := openFile(b, path)
	fillMuch(b, db)
	must(b, db.Close())
	var result migrate.Result
	for b.Loop() {
		b.StopTimer()
		dsn := server.Database(b)
		b.StartTimer()
		var err error
		result, err = run(context.Background(), b, path, dsn, migrate.Options{})
		must(b, err)
	}
	b.ReportMetric(float64(result.Rows), "rows")
}

func fillMuch(b *testing.B, db record.Database) {
	b.Helper()
	ctx := context.Background()
	var integrations []record.Integration
	for range benchProjects {
		p := record.Project{ID: newID(), Name: "bench", Concurrency: 16, Created: moment(1), Updated: moment(1)}
		must(b, db.CreateProject(ctx, p))
		for range benchScripts / benchProjects {
			i := record.Integration{ID: newID(), ProjectID: p.ID, Enabled: true, Filter: activity.DefaultFilter(), Created: moment(1), Updated: moment(1)}
			script := []byte(strings.Repeat("console.log(activity.id);\n", 40))
			i, err := db.CreateIntegration(ctx, i, script, hashOf(script))
			must(b, err)
			integrations = append(integrations, i)
		}
	}
	body := fmt.Appendf(nil, `{"type":"environment.push","x":%q}`, strings.Repeat("x", 1000))
	together(benchActivities, func(n int) error {
		i := integrations[n%len(integrations)]
		a := record.Activity{
			ID: newID(), ProjectID: i.ProjectID, Type: "environment.push", State: activity.StateComplete,
			Result: activity.ResultSuccess, Body: body, Created: moment(n),
		}
		only := func([]record.Integration) []record.Integration { return []record.Integration{i} }
		_, err := db.Accept(ctx, a, record.Delivery{ID: a.ID, Hash: sha256.Sum256(body)}, only, newID)
		return err
	}, b)
	together(benchKeys, func(n int) error {
		i := integrations[n%len(integrations)]
		return db.Store().Set(ctx, storage.Scope(i.ID), fmt.Sprint("key ", n), storage.String(strings.Repeat("v", 100)), storage.Limits{})
	}, b)
	workHalf(b, db)
}

// together calls f for 0 to n-1, many at a time.
func together(n int, f func(int) error, b *testing.B) {
	b.Helper()
	const callers = 128
	var wait sync.WaitGroup
	for caller := range callers {
		wait.Go(func() {
			for i := caller; i < n; i += callers {
				if err := f(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

// workHalf ends half of the runs, with ten lines each.
func workHalf(b *testing.B, db record.Database) {
	b.Helper()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan struct{})
	done := make(chan error, 1)
	settings := options()
	settings.Workers = 64
	go func() {
		done <- db.Work(ctx, settings, func(drain context.Context, claim *record.Claim, work *record.Work) (err error) {
			for work != nil && err == nil {
				work, err = db.Step(drain, claim, longLog(work), ctx.Err() == nil)
				select {
				case ended <- struct{}{}:
				case <-ctx.Done():
				}
			}
			return err
		})
	}()
	for range benchActivities / 2 {
		<-ended
	}
	stop()
	must(b, <-done)
}

func longLog(work *record.Work) *record.Outcome {
	r := work.Run
	r.State, r.Result, r.Code, r.Completed = activity.StateComplete, activity.ResultSuccess, activity.CodeOK, moment(1)
	r.Seed = make([]byte, 32)
	outcome := &record.Outcome{Run: r}
	for n := range 10 {
		outcome.Lines = append(outcome.Lines, record.Line{Number: n + 1, Time: moment(n), Level: "log", Text: strings.Repeat("text ", 20)})
	}
	return outcome
}
