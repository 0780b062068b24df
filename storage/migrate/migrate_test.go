package migrate_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"cloche/activity"
	"cloche/storage"
	"cloche/storage/migrate"
	"cloche/storage/postgres"
	"cloche/storage/record"
)

// tables are those of the service. One that is added belongs here, too.
func tables() []string {
	return []string{
		"activity", "delivery", "integration", "line", "mailbox", "project", "run", "storage_entry", "storage_usage",
		"token", "variable", "version",
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	must(t, err)
	return string(text)
}

func read(t testing.TB, path string) contents {
	t.Helper()
	db := openFile(t, path)
	defer func() { must(t, db.Close()) }()
	return snapshot(t, db)
}

// compare checks that both sides tell the same.
func compare(t testing.TB, got record.Database, want contents) {
	t.Helper()
	if diff := cmp.Diff(want, snapshot(t, got)); diff != "" {
		t.Errorf("the copy differs (- source, + copy):\n%.4000s", diff)
	}
}

func exec(t testing.TB, dsn, query string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(context.Background(), query, args...)
	must(t, err)
}

func TestEverythingIsCopied(t *testing.T) {
	t.Parallel()
	path, dsn := newFile(t), server.Database(t)
	want := read(t, path)
	if want.Backlog == 0 || len(want.Runs) < 60 || len(want.Lines) == 0 {
		t.Fatalf("the source has too little in it: %d runs, %d of them wait", len(want.Runs), want.Backlog)
	}
	before := readFile(t, path)
	copied := make(map[string]bool)
	var last migrate.Progress
	result, err := run(context.Background(), t, path, dsn, migrate.Options{Progress: func(p migrate.Progress) {
		copied[p.Table] = true
		if p.Overall < last.Overall {
			t.Errorf("progress goes back from %+v to %+v", last, p)
		}
		last = p
	}})
	must(t, err)
	if last.Overall != last.Total || last.Total != 3*result.Rows || result.Resumed {
		t.Errorf("the last progress is %+v, the result %+v", last, result)
	}
	if got := slices.Sorted(maps.Keys(copied)); !slices.Equal(got, tables()) {
		t.Errorf("the copied tables are %q, want %q", got, tables())
	}
	if readFile(t, path) != before {
		t.Error("the bytes of the source have changed")
	}
	for _, side := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(path + side); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the file %s is left behind: %v", side, err)
		}
	}
	compare(t, openTarget(t, dsn), want)
}

// TestCopyWorks checks what the contents do not show: numbers, deliveries and claims.
func TestCopyWorks(t *testing.T) {
	t.Parallel()
	path, dsn := newFile(t), server.Database(t)
	_, err := run(context.Background(), t, path, dsn, migrate.Options{Rows: 10})
	must(t, err)
	ctx := context.Background()
	here, there := openFile(t, path), openTarget(t, dsn)
	defer func() { must(t, here.Close()) }()
	projects, err := there.ListProjects(ctx, "")
	must(t, err)
	for n, text := range oddTexts() {
		a := record.Activity{ID: newID(), ProjectID: projects[0].ID, State: activity.StateComplete, Body: []byte(text), Created: moment(n)}
		d := record.Delivery{ID: deliveryID(n), Hash: sha256.Sum256([]byte(text))}
		got, err := there.Accept(ctx, a, d, all, newID)
		must(t, err)
		want, err := here.Accept(ctx, a, d, all, newID)
		must(t, err)
		if !got.Duplicate || got.Differs || got.ActivityID != want.ActivityID || !slices.Equal(got.Runs, want.Runs) {
			t.Errorf("delivery %d again: %+v, want %+v", n, got, want)
		}
	}
	a := record.Activity{ID: newID(), ProjectID: projects[0].ID, State: activity.StateComplete, Body: []byte("{}"), Created: moment(100)}
	var seqs [2]int64
	for n, db := range []record.Database{here, there} {
		accepted, err := db.Accept(ctx, a, record.Delivery{}, all, newID)
		must(t, err)
		made, err := db.Run(ctx, a.ProjectID, accepted.Runs[0])
		must(t, err)
		seqs[n] = made.Seq
	}
	if seqs[0] != seqs[1] {
		t.Errorf("the next run of the source has number %d, that of the copy %d", seqs[0], seqs[1])
	}
	workThrough(t, there)
}

// workThrough works on all that waits and may start, without anybody being woken anew.
func workThrough(t testing.TB, db record.Database) {
	t.Helper()
	backlog, err := db.Backlog(context.Background())
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan struct{}, backlog)
	done := make(chan error, 1)
	go func() {
		done <- db.Work(ctx, options(), func(ctx context.Context, claim *record.Claim, work *record.Work) (err error) {
			for work != nil && err == nil {
				work, err = db.Step(ctx, claim, outcome(work, 0), true)
				ended <- struct{}{}
			}
			return err
		})
	}()
	waiting := 0 // behind a retry whose time has not come
	for _, r := range snapshot(t, db).Runs {
		if r.State == activity.StatePending && blocked(t, db, r) {
			waiting++
		}
	}
	for range int(backlog) - waiting {
		<-ended
	}
	stop()
	must(t, <-done)
}

// blocked reports whether a run waits for a retry.
func blocked(t testing.TB, db record.Database, r record.Run) bool {
	t.Helper()
	runs, err := db.ListRuns(context.Background(), record.RunQuery{
		ProjectID: r.ProjectID, IntegrationID: r.IntegrationID, States: []string{"pending"}, Limit: 1000,
	})
	must(t, err)
	return slices.ContainsFunc(runs, func(other record.Run) bool { return other.Attempt > 1 })
}

// TestResume ends a copy at every table of every phase, with errors and with the end of
// its context, and goes on.
func TestResume(t *testing.T) {
	t.Parallel()
	path, dsn := newFile(t), server.Database(t)
	want := read(t, path)
	for _, phase := range []migrate.Phase{migrate.Reading, migrate.Copying, migrate.Checking} {
		for _, table := range tables() {
			ctx, cancel := context.WithCancel(context.Background())
			result, err := run(ctx, t, path, dsn, migrate.Options{Rows: 3, Progress: func(p migrate.Progress) {
				if p.Phase == phase && p.Table == table && p.Done >= min(3, p.Rows) {
					cancel()
				}
			}})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%s %s: %v", phase, table, err)
			}
			if begun := phase != migrate.Reading && table != "project"; begun && !result.Resumed && phase == migrate.Checking {
				t.Errorf("%s %s did not go on where it was", phase, table)
			}
			_, err = postgres.Open(context.Background(), dsn, postgres.Options{})
			if half := phase != migrate.Reading; errors.Is(err, postgres.ErrHalfImported) != half {
				t.Fatalf("%s %s: Open = %v", phase, table, err)
			}
		}
	}
	result, err := run(context.Background(), t, path, dsn, migrate.Options{})
	must(t, err)
	if !result.Resumed {
		t.Error("the copy began anew")
	}
	compare(t, openTarget(t, dsn), want)
}

// copyOf returns a copy of a database that nobody has open.
func copyOf(t testing.TB, path string) string {
	t.Helper()
	twin := filepath.Join(t.TempDir(), "copy.db")
	must(t, os.WriteFile(twin, []byte(readFile(t, path)), 0o600))
	return twin
}

func TestOtherSource(t *testing.T) {
	t.Parallel()
	path, dsn := newFile(t), server.Database(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := run(ctx, t, path, dsn, migrate.Options{Rows: 3, Progress: func(p migrate.Progress) {
		if p.Phase == migrate.Copying && p.Table == "version" && p.Done > 0 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := run(context.Background(), t, newFile(t), dsn, migrate.Options{}); !errors.Is(err, migrate.ErrOtherSource) {
		t.Errorf("another source: %v", err)
	}
	changed := copyOf(t, path)
	db := openFile(t, changed)
	must(t, db.Store().Set(context.Background(), "a scope of nobody", "new", storage.Number(1), storage.Limits{}))
	must(t, db.Close())
	if _, err := run(context.Background(), t, changed, dsn, migrate.Options{}); !errors.Is(err, migrate.ErrOtherSource) {
		t.Errorf("a source that has changed: %v", err)
	}
	if _, err := run(context.Background(), t, path, dsn, migrate.Options{}); err != nil {
		t.Errorf("the source itself: %v", err)
	}
}

func TestTargetIsNotEmpty(t *testing.T) {
	t.Parallel()
	path, dsn := newFile(t), server.Database(t)
	_, err := run(context.Background(), t, path, dsn, migrate.Options{})
	must(t, err)
	if _, err := run(context.Background(), t, path, dsn, migrate.Options{}); !errors.Is(err, migrate.ErrNotEmpty) {
		t.Errorf("a second copy: %v", err)
	}
	openTarget(t, dsn) // is as good as it was
}

// TestConnectionsBreak has the server end all connections while rows are copied.
func TestConnectionsBreak(t *testing.T) {
	t.Parallel()
	path, dsn := newFile(t), server.Database(t)
	want := read(t, path)
	for _, at := range []migrate.Progress{{Phase: migrate.Copying, Table: "run"}, {Phase: migrate.Checking, Table: "line"}} {
		_, err := run(context.Background(), t, path, dsn, migrate.Options{Rows: 3, Progress: func(p migrate.Progress) {
			if p.Phase == at.Phase && p.Table == at.Table {
				exec(t, dsn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
			}
		}})
		if !errors.Is(err, postgres.ErrUnavailable) {
			t.Errorf("%s %s: %v", at.Phase, at.Table, err)
		}
	}
	_, err := run(context.Background(), t, path, dsn, migrate.Options{})
	must(t, err)
	compare(t, openTarget(t, dsn), want)
}

func TestServingTarget(t *testing.T) {
	t.Parallel()
	path, dsn := newFile(t), server.Database(t)
	db := openTarget(t, dsn)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- db.Work(ctx, options(), nil) }()
	defer func() {
		stop()
		must(t, <-done)
	}()
	conn, err := pgx.Connect(ctx, dsn)
	must(t, err)
	defer conn.Close(context.Background())
	for led := false; !led; {
		must(t, conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM river.river_leader)").Scan(&led))
	}
	if _, err := run(ctx, t, path, dsn, migrate.Options{}); !errors.Is(err, migrate.ErrServing) {
		t.Errorf("the error is %v", err)
	}
}

// TestDifferencesAreFound changes each table of the copy before it is compared.
func TestDifferencesAreFound(t *testing.T) {
	t.Parallel()
	path := newFile(t)
	changes := map[string]string{
		"delivery": "DELETE FROM delivery WHERE ctid = (SELECT min(ctid) FROM delivery)",
		"run":      "UPDATE run SET message = message || '\\x00' WHERE seq = (SELECT max(seq) FROM run)",
		"line":     "INSERT INTO line SELECT run, 999, time, level, text FROM line ORDER BY run LIMIT 1",
		"mailbox":  "UPDATE mailbox SET until = 1 WHERE ctid = (SELECT min(ctid) FROM mailbox)",
		"token":    "UPDATE token SET project_id = (SELECT min(id) FROM project) WHERE project_id IS NULL",
		"variable": "UPDATE variable SET value = '' WHERE id = (SELECT max(id) FROM variable WHERE value <> '')",
	}
	for table, change := range changes {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			copied, dsn := copyOf(t, path), server.Database(t)
			done := false
			_, err := run(context.Background(), t, copied, dsn, migrate.Options{Progress: func(p migrate.Progress) {
				if p.Phase == migrate.Checking && !done {
					done = true
					exec(t, dsn, change)
				}
			}})
			if !errors.Is(err, migrate.ErrDifferent) || !strings.Contains(err.Error(), "table "+table) {
				t.Errorf("the error is %v", err)
			}
			if _, err := postgres.Open(context.Background(), dsn, postgres.Options{}); !errors.Is(err, postgres.ErrHalfImported) {
				t.Errorf("Open = %v", err)
			}
		})
	}
}
