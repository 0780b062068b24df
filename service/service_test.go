package service_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/secret"
	"cloche/service"
	"cloche/storage/record"
	"cloche/storage/sqlite"
)

// bed is a service on a database of its own.
type bed struct {
	t       *testing.T
	service *service.Service
	db      record.Database
	project record.Project
}

func newBed(t *testing.T, change func(*service.Config)) *bed {
	t.Helper()
	ctx := context.Background()
	db, err := sqlite.OpenDatabase(ctx, filepath.Join(t.TempDir(), "runner.db"), sqlite.Options{Synchronous: sqlite.SynchronousNormal})
	if err != nil {
		t.Fatal(err)
	}
	config := service.Config{
		Database: db, Engine: engine(t), Keys: secret.NewKeyring(secret.NewKey(rand.Reader)),
		Fetch: hostfuncs.FetchConfig{AllowPrivate: true}, Grace: time.Second,
	}
	if change != nil {
		change(&config)
	}
	s, err := service.New(config)
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(running) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	project, err := s.CreateProject(ctx, "test", 0)
	if err != nil {
		t.Fatal(err)
	}
	return &bed{t, s, db, project}
}

func engine(t *testing.T) *host.Engine {
	t.Helper()
	e, err := host.New(context.Background(), host.Config{CacheDir: cacheDir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(context.Background()) })
	return e
}

func (b *bed) add(script string, change func(*service.IntegrationSpec)) record.Integration {
	b.t.Helper()
	spec := service.IntegrationSpec{Script: &script}
	if change != nil {
		change(&spec)
	}
	i, _, err := b.service.AddIntegration(context.Background(), b.project.ID, spec)
	if err != nil {
		b.t.Fatal(err)
	}
	return i
}

// push hands in an activity and waits for all its runs.
func (b *bed) push(body string) []record.Run {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	accepted, err := b.service.Push(ctx, b.project.ID, []byte(body), 0)
	if err != nil {
		b.t.Fatal(err)
	}
	runs := make([]record.Run, len(accepted.Runs))
	for n, id := range accepted.Runs {
		runs[n], _ = b.follow(id)
	}
	return runs
}

func (b *bed) follow(id string) (record.Run, string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var text strings.Builder
	for event, err := range b.service.Follow(ctx, b.project.ID, id, 0) {
		if err != nil {
			b.t.Fatal(err)
		}
		if event.Run != nil {
			return *event.Run, text.String()
		}
		text.WriteString(event.Line.Level + ": " + event.Line.Text + "\n")
	}
	b.t.Fatalf("the log of run %s ended without the run", id)
	return record.Run{}, ""
}

const push = `{"type":"environment.push","state":"complete","result":"success","environments":["main"],"project":"x"}`

func TestRunIsRecorded(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	b.add(`var s = require("storage"); s.set("n", (s.get("n") || 0) + 1); console.log("run", s.get("n"), activity.type, project.title)`, nil)
	for n, want := range []string{"log: run 1 environment.push test\n", "log: run 2 environment.push test\n"} {
		runs := b.push(push)
		if len(runs) != 1 || runs[0].State != "complete" || runs[0].Result != "success" || runs[0].Code != "ok" || runs[0].Version != 1 {
			t.Fatalf("push %d: %+v", n, runs)
		}
		if r, log := b.follow(runs[0].ID); log != want || r.Engine != host.Artifact() || len(r.Seed) != 32 || r.Steps == 0 {
			t.Errorf("push %d: log %q, want %q; run %+v", n, log, want, r)
		}
	}
}
