package service

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"cloche/activity"
	"cloche/storage"
	"cloche/storage/postgres"
	"cloche/storage/record"
	"cloche/storage/sqlite"
)

// remembering writes what it was given into the log and the storage, byte for byte.
const remembering = `var s = require("storage");
s.set("last \u0000", "é\u0000" + activity.id);
s.set("n", (s.get("n") || 0) + 1);
console.log("saw", activity.id, "\u0000", variables.SECRET.length);`

// sent is how many activities the old server is sent.
const sent = 60

// migration is a server's file that goes to PostgreSQL.
type migration struct {
	*server
	project     string
	integration string
	dsn         string
}

// newMigration has a server do some work, kills it in the middle of it, and leaves more
// to do.
func newMigration(t *testing.T, waiting int) *migration {
	t.Helper()
	s := newServer(t, "--workers", "1")
	m := &migration{server: s, dsn: databases.Database(t)}
	m.project = s.project()
	m.integration = s.integration(m.project, "1", map[string]any{"environments": []string{"*"}})
	path := "/api/projects/" + m.project + "/integrations/" + m.integration
	s.call("PATCH", path, map[string]any{"script": remembering}, 200)
	s.call("POST", path+"/variables", map[string]any{"name": "SECRET", "value": "hidden value", "is_sensitive": true}, 201)
	for n := range sent {
		if answer, status, err := s.deliver(m.project, m.body(n)); err != nil || status != 202 {
			t.Fatal(answer, status, err)
		}
	}
	for len(s.call("GET", path+"/activities?state=complete", nil, 200)["list"].([]any)) < 5 {
		time.Sleep(5 * time.Millisecond)
	}
	s.kill()
	m.accept(waiting)
	return m
}

func (m *migration) body(n int) string {
	return fmt.Sprintf(`{"id":"act%d","type":"environment.push","state":"complete","result":"success","environments":["e"]}`, n)
}

// accept takes activities without a server.
func (m *migration) accept(n int) {
	m.t.Helper()
	ctx := context.Background()
	db, err := sqlite.OpenDatabase(ctx, m.database(), sqlite.Options{Synchronous: sqlite.SynchronousNormal})
	if err != nil {
		m.t.Fatal(err)
	}
	defer db.Close()
	var wait sync.WaitGroup
	for sender := range 16 {
		wait.Go(func() {
			for i := sender; i < n; i += 16 {
				a := record.Activity{
					ID: activity.NewID(rand.Reader), ProjectID: m.project, Type: "environment.push", State: activity.StateComplete,
					Result: activity.ResultSuccess, Body: []byte(m.body(1000 + i)), Created: time.Now().UTC(),
				}
				all := func(list []record.Integration) []record.Integration { return list }
				if _, err := db.Accept(ctx, a, record.Delivery{}, all, func() string { return activity.NewID(rand.Reader) }); err != nil {
					m.t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

// migrate runs the command and kills it when it says a line, or after a time; "" and 0
// are never. It returns what it said, and how it ended.
func (m *migration) migrate(line string, after time.Duration) (said string, err error) {
	m.t.Helper()
	command := runner(m.dir, "migrate", "--from", m.database(), "--to", m.dsn)
	stderr, err := command.StderrPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		m.t.Fatal(err)
	}
	if after > 0 {
		killer := time.AfterFunc(after, func() { _ = command.Process.Kill() })
		defer killer.Stop()
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		said += lines.Text() + "\n"
		if line != "" && strings.HasPrefix(lines.Text(), line) {
			_ = command.Process.Kill()
		}
	}
	return said, command.Wait()
}

// TestMigrateKilled kills the command with SIGKILL at every table of every phase and at
// random moments, and starts it again. What it leaves is refused by servers until it is
// complete; then it is all there, and what waited runs.
func TestMigrateKilled(t *testing.T) {
	t.Parallel()
	waiting, rounds := often(1_000, 2_000, 12_000), often(3, 3, 15)
	m := newMigration(t, waiting)
	before := m.sourceBytes()
	kills := 0
	for _, phase := range []string{"reading", "copying", "checking"} {
		for _, table := range []string{"project", "version", "activity", "run", "line", "storage_entry"} {
			said, err := m.migrate(phase+": "+table, 0)
			if err == nil { // the last tables are few rows: it was faster
				m.checkCopy(waiting, said, before)
				return
			}
			kills++
		}
		if phase == "copying" && !m.refused() {
			t.Logf("the copy was complete before the signal came, after %d kills", kills)
			m.checkCopy(waiting, "", before)
			return
		}
		for range rounds {
			said, err := m.migrate("", time.Duration(mathrand.Int64N(int64(600*time.Millisecond))))
			if err == nil {
				t.Logf("after %d kills the copy was complete", kills)
				m.checkCopy(waiting, said, before)
				return
			}
			kills++
		}
	}
	said, err := m.migrate("", 0)
	if err != nil && strings.Contains(said, "the target is not empty") && !m.refused() {
		t.Logf("the copy was complete before a signal came, after %d kills", kills)
		m.checkCopy(waiting, "", before)
		return
	}
	if err != nil {
		t.Fatalf("after %d kills: %v\n%s", kills, err, said)
	}
	t.Logf("after %d kills the copy was completed", kills)
	m.checkCopy(waiting, said, before)
}

// sourceBytes returns the file.
func (m *migration) sourceBytes() []byte {
	m.t.Helper()
	file, err := os.ReadFile(m.database())
	if err != nil {
		m.t.Fatal(err)
	}
	return file
}

// refused checks that a server does not open half a copy. It returns false if the copy
// is whole: a server opens it.
func (m *migration) refused() bool {
	m.t.Helper()
	half := &server{t: m.t, dir: m.t.TempDir(), flags: []string{"--database", m.dsn, "--key-file", m.database() + ".key"}}
	err := half.tryStart()
	if err == nil {
		half.stop() // one that is killed looks as if it were there for some seconds
		return false
	}
	if want := "runner: the database is a copy that is not complete: 'runner migrate' completes it\n"; !strings.HasSuffix(err.Error(), want) {
		m.t.Fatalf("serve on half a copy: %v", err)
	}
	return true
}

// checkCopy checks that the target has what the source has, and works.
func (m *migration) checkCopy(waiting int, said string, before []byte) {
	m.t.Helper()
	if want := "--key-file " + m.database() + ".key"; said != "" && !strings.Contains(said, want) {
		m.t.Errorf("the command does not name the key file:\n%s", said)
	}
	if !slices.Equal(m.sourceBytes(), before) {
		m.t.Error("the bytes of the source have changed")
	}
	output, err := runner(m.dir, "migrate", "--from", m.database(), "--to", m.dsn).CombinedOutput()
	if want := "the target is not empty: its table "; err == nil || !strings.Contains(string(output), want) {
		m.t.Errorf("migrate once more: %v\n%s", err, output)
	}
	there := &server{t: m.t, dir: m.t.TempDir(), flags: []string{"--database", m.dsn, "--key-file", m.database() + ".key"}}
	there.start()
	m.t.Cleanup(there.kill)
	path := "/api/projects/" + m.project + "/integrations/" + m.integration
	m.drained(waiting)
	m.checkRuns(waiting)
	if versions := there.call("GET", path+"/versions", nil, 200)["list"].([]any); len(versions) != 2 {
		m.t.Errorf("the versions are %v", versions)
	}
	runs := there.call("GET", path+"/activities?count=1", nil, 200)["list"].([]any)
	log := there.text(path + "/activities/" + runs[0].(map[string]any)["id"].(string) + "/log")
	if !contains(log, "saw") || !contains(log, `\u0000 12`) {
		m.t.Errorf("the log of the newest run is %q", log)
	}
}

// drained waits until nothing waits any more.
func (m *migration) drained(waiting int) {
	m.t.Helper()
	db := m.open()
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		n, err := db.Backlog(context.Background())
		if err == nil && n == 0 {
			return
		}
		if time.Now().After(deadline) {
			m.t.Fatalf("%d runs of more than %d still wait, %v", n, waiting, err)
		}
	}
}

func (m *migration) open() *postgres.Database {
	m.t.Helper()
	db, err := postgres.Open(context.Background(), m.dsn, postgres.Options{})
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = db.Close() })
	return db
}

// checkRuns checks that all activities have run once, and that the scripts' storage went
// on from where it was.
func (m *migration) checkRuns(waiting int) {
	m.t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, m.dsn)
	if err != nil {
		m.t.Fatal(err)
	}
	defer conn.Close(ctx)
	var runs, fine, activities int
	err = conn.QueryRow(ctx, "SELECT count(*), count(*) FILTER (WHERE code = 'ok' AND attempt = 1), count(DISTINCT activity_id) FROM run").
		Scan(&runs, &fine, &activities)
	if want := sent + waiting; err != nil || runs != want || fine != want || activities != want {
		m.t.Errorf("%d runs of %d activities, %d of them fine, %v; want %d of each", runs, activities, fine, err, want)
	}
	n, _, err := m.open().Store().Get(ctx, storage.Scope(m.integration), "n")
	// A run that was killed has counted before it ran again.
	if count, _ := n.AsNumber(); err != nil || count < float64(runs) || count > float64(runs+1) {
		m.t.Errorf("the scripts have counted %v of %d runs, %v", n, runs, err)
	}
}
