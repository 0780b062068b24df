//go:build cgo

package sqlite

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"cloche/activity"
	"cloche/storage/record"
)

// BenchmarkStep runs through a mailbox that is far behind: recording a run and starting
// the next one, as one transaction.
func BenchmarkStep(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	d, project := benchmarkDatabase(b)
	for range b.N + 1 {
		benchmarkAccept(b, d, project)
	}
	b.ResetTimer()
	left := b.N
	err := d.Work(ctx, record.WorkOptions{
		Workers: 1, Longest: time.Hour, Grace: time.Second,
		Lease: func(record.Integration) time.Duration { return time.Hour },
	}, func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		for work != nil {
			if left == 0 {
				b.StopTimer()
				cancel()
			}
			left--
			r := work.Run
			r.State, r.Result, r.Code, r.Completed = activity.StateComplete, activity.ResultSuccess, "ok", time.Now()
			var err error
			work, err = d.Step(context.WithoutCancel(ctx), claim, &record.Outcome{Run: r, Lines: []record.Line{
				{Number: 1, Time: r.Completed, Level: "log", Text: "pushed to main"},
			}}, left >= 0)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAccept takes activities one after the other, each with a commit of its own.
func BenchmarkAccept(b *testing.B) {
	d, project := benchmarkDatabase(b)
	for b.Loop() {
		benchmarkAccept(b, d, project)
	}
}

func benchmarkDatabase(b *testing.B) (*Database, record.Project) {
	b.Helper()
	ctx := context.Background()
	d, err := OpenDatabase(ctx, filepath.Join(b.TempDir(), "bench.db"), Options{Synchronous: SynchronousNormal})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	now := time.Now()
	project := record.Project{ID: newBenchmarkID(), Name: "bench", Concurrency: 1, Created: now, Updated: now}
	if err := d.CreateProject(ctx, project); err != nil {
		b.Fatal(err)
	}
	if _, err := d.CreateIntegration(ctx, record.Integration{
		ID: newBenchmarkID(), ProjectID: project.ID, Enabled: true, Filter: activity.DefaultFilter(), Created: now, Updated: now,
	}, []byte("1"), "hash"); err != nil {
		b.Fatal(err)
	}
	return d, project
}

func newBenchmarkID() string { return activity.NewID(rand.Reader) }

func benchmarkAccept(b *testing.B, d *Database, project record.Project) {
	b.Helper()
	_, err := d.Accept(context.Background(), record.Activity{
		ID: newBenchmarkID(), ProjectID: project.ID, Type: "environment.push", State: activity.StateComplete,
		Result: activity.ResultSuccess, Body: make([]byte, 3000), Created: time.Now(),
	}, record.Delivery{ID: newBenchmarkID()}, func(all []record.Integration) []record.Integration { return all }, newBenchmarkID)
	if err != nil {
		b.Fatal(err)
	}
}
