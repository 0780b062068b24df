//go:build cgo

package sqlite

import (
	"bufio"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloche/activity"
	"cloche/storage/record"
)

// workerEnv makes this test binary a process that works on the database at the path it
// holds, and never ends its first run.
const workerEnv = "CLOCHE_STORAGE_TEST_WORKER"

// runWorker prints the project and the run once that is in progress.
func runWorker(path string) error {
	ctx := context.Background()
	db, err := OpenDatabase(ctx, path, Options{})
	if err != nil {
		return err
	}
	project, runs, err := acceptOne(ctx, db)
	if err != nil {
		return err
	}
	return db.Work(ctx, testWork(), func(ctx context.Context, _ *record.Claim, work *record.Work) error {
		if work.Run.ID != runs[0] {
			return errors.New("an unknown run")
		}
		fmt.Println(project, work.Run.ID)
		<-ctx.Done()
		return ctx.Err()
	})
}

func testWork() record.WorkOptions {
	return record.WorkOptions{
		Workers: 4, Longest: time.Hour, Grace: 20 * time.Second,
		Lease: func(record.Integration) time.Duration { return time.Hour },
	}
}

func newID() string { return activity.NewID(rand.Reader) }

// acceptOne makes a project with an integration and has an activity come in.
func acceptOne(ctx context.Context, db *Database) (project string, runs []string, err error) {
	p := record.Project{ID: newID(), Concurrency: 1, Created: time.Now(), Updated: time.Now()}
	i := record.Integration{ID: newID(), ProjectID: p.ID, Enabled: true, Created: time.Now(), Updated: time.Now()}
	if err := db.CreateProject(ctx, p); err != nil {
		return "", nil, err
	}
	if _, err := db.CreateIntegration(ctx, i, []byte("1"), "hash"); err != nil {
		return "", nil, err
	}
	accepted, err := db.Accept(ctx, record.Activity{ID: newID(), ProjectID: p.ID, Body: []byte("{}"), Created: time.Now()},
		record.Delivery{}, func(list []record.Integration) []record.Integration { return list }, newID)
	return p.ID, accepted.Runs, err
}

func openDatabase(t *testing.T, path string) *Database {
	t.Helper()
	db, err := OpenDatabase(context.Background(), path, Options{})
	if err != nil {
		t.Fatalf("OpenDatabase: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return db
}

// workOne works until one run has been recorded, and returns it as it was started.
func workOne(t *testing.T, db *Database) record.Run {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	runs, done := make(chan record.Run, 10), make(chan error, 1)
	go func() {
		done <- db.Work(ctx, testWork(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
			r := work.Run
			r.State, r.Result, r.Code, r.Completed = activity.StateComplete, activity.ResultSuccess, "ok", time.Now()
			_, err := db.Step(ctx, claim, &record.Outcome{Run: r}, false)
			runs <- work.Run
			return err
		})
	}()
	var run record.Run
	select {
	case run = <-runs:
	case <-time.After(20 * time.Second):
		t.Error("nothing was run")
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Work: %v", err)
	}
	return run
}

// jobs returns the states of the jobs in the file at path, through a connection that is
// no Database's.
func jobs(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var states sql.NullString
	if err := db.QueryRow("SELECT group_concat(state) FROM river_job").Scan(&states); err != nil {
		t.Fatal(err)
	}
	return states.String
}

// TestKilledWhileWorking kills a process in the middle of a run. Whoever opens the
// database next runs it again at once, though its claim and its job would last an hour.
func TestKilledWhileWorking(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	worker := startProcess(t, workerEnv, path)
	line, err := bufio.NewReader(worker.stdout).ReadString('\n')
	project, id, found := strings.Cut(strings.TrimSpace(line), " ")
	if _, second := OpenDatabase(context.Background(), path, Options{}); !errors.Is(second, record.ErrInUse) {
		t.Errorf("OpenDatabase while a process works = %v, want ErrInUse", second)
	}
	_ = worker.command.Process.Kill()
	_ = worker.command.Wait() // killed
	if err != nil || !found {
		t.Fatalf("the worker printed %q, %v: %s", line, err, worker.stderr)
	}
	if states := jobs(t, path); states != "running" {
		t.Fatalf("it left the jobs %q, want one that is running", states)
	}

	db := openDatabase(t, path)
	before, err := db.Run(context.Background(), project, id)
	if err != nil || before.State != activity.StateInProgress {
		t.Fatalf("the run is %+v, %v; want one in progress", before, err)
	}
	began := time.Now()
	again := workOne(t, db)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it was run again after %v", took)
	}
	if again.ID != id || again.Attempt != 1 || again.Epoch <= before.Epoch {
		t.Errorf("what was run is %+v, want %+v in a later epoch", again, before)
	}
}

// TestJobsOfDeletedProject checks that a job whose mailbox is gone ends with it, and is
// not tried again for ever.
func TestJobsOfDeletedProject(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "test.db")
	db := openDatabase(t, path)
	project, _, err := acceptOne(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.DeleteProject(ctx, project); err != nil {
		t.Fatal(err)
	}
	if _, _, err := acceptOne(ctx, db); err != nil {
		t.Fatal(err)
	}
	workOne(t, db)
	if states := jobs(t, path); states != "completed,completed" {
		t.Errorf("the jobs are %s, want two that are completed", states)
	}
}
