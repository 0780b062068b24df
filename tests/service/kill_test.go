package service

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloche/storage"
	"cloche/storage/record"
	"cloche/storage/sqlite"
)

// counting writes to storage before and after, so that a run that was torn shows: both
// values must be of the same run, or one run apart.
const counting = `var s = require("storage");
var n = (s.get("begun") || 0) + 1;
s.set("begun", n);
s.set("seen:" + n % 100, "x".repeat(500));
console.log(activity.id, n);
s.set("ended", n);`

// TestKill kills the server with SIGKILL at random moments under load, many times.
// Whatever was accepted must be run and recorded, once; the integrity of the database
// and of the scripts' storage must hold; and the queue must go on by itself.
func TestKill(t *testing.T) {
	t.Parallel()
	rounds := often(10, 30, 200)
	s := newServer(t, "--rate", "100000", "--burst", "100000")
	project := s.project()
	const integrations = 4
	ids := make([]string, integrations)
	for i := range ids {
		ids[i] = s.integration(project, counting, map[string]any{"environments": []string{fmt.Sprintf("env-%d", i)}})
	}
	p := &producer{project: project, accepted: make(map[string]string)}
	var slowest time.Duration
	for round := range rounds {
		p.send(s, 6)
		time.Sleep(time.Duration(rand.Int64N(int64(150 * time.Millisecond))))
		s.kill()
		p.wait.Wait()
		began := time.Now()
		s.start()
		if took := s.goesOn(project, ids, began); took > slowest {
			slowest = took
			t.Logf("round %d: the queue went on %v after the restart began", round, took)
		}
	}
	s.drained()
	s.stop()
	t.Logf("%d activities were accepted in %d rounds, %d deliveries were not answered; the queue went on after %v at most",
		len(p.accepted), rounds, p.unanswered.Load(), slowest)
	checkRecords(t, s.database(), project, ids, p.accepted)
}

// producer sends activities from several goroutines until the server is gone.
type producer struct {
	project    string
	wait       sync.WaitGroup
	next       atomic.Int64
	unanswered atomic.Int64

	mu       sync.Mutex
	accepted map[string]string // the sender's ID of an activity, and ours
}

func (p *producer) send(s *server, senders int) {
	url := *s
	for range senders {
		p.wait.Go(func() {
			for {
				n := p.next.Add(1)
				id := fmt.Sprintf("act%d", n)
				body := fmt.Sprintf(`{"id":%q,"type":"environment.push","state":"complete","result":"success","environments":["env-%d"]}`, id, n%4)
				answer, status, err := url.deliver(p.project, body)
				if err != nil {
					p.unanswered.Add(1)
					return
				}
				if status == 202 {
					p.mu.Lock()
					p.accepted[id] = answer["id"].(string)
					p.mu.Unlock()
				}
			}
		})
	}
}

// goesOn waits until a run ends that was under way or waited when the server was
// killed; there may be none.
func (s *server) goesOn(project string, integrations []string, since time.Time) time.Duration {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		left := false
		for _, id := range integrations {
			answer := s.call("GET", "/api/projects/"+project+"/integrations/"+id+"/activities?limit=1", nil, 200)
			list, _ := answer["list"].([]any)
			if len(list) == 0 {
				continue
			}
			newest := list[0].(map[string]any)
			if newest["state"] != "complete" {
				left = true
				continue
			}
			if text, _ := newest["completed_at"].(string); text != "" {
				completed, err := time.Parse("2006-01-02T15:04:05.000000-07:00", text)
				if err != nil {
					s.t.Fatal(err)
				}
				if completed.After(since) {
					return completed.Sub(since)
				}
			}
		}
		if !left {
			return 0
		}
	}
	s.t.Fatal("the queue does not go on after the restart")
	return 0
}

// drained waits until nothing waits any more.
func (s *server) drained() {
	s.t.Helper()
	for range 3000 {
		if s.metric("cloche_runs_unfinished") == "0" && s.metric("cloche_runs_in_progress") == "0" {
			time.Sleep(1100 * time.Millisecond) // the gauge is a second old
			if s.metric("cloche_runs_unfinished") == "0" {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatal("runs still wait")
}

func (s *server) metric(name string) string {
	s.t.Helper()
	for line := range strings.Lines(s.text("/metrics")) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			return strings.TrimSpace(value)
		}
	}
	s.t.Fatalf("no metric %s", name)
	return ""
}

// checkRecords reads the database of a server that has ended.
func checkRecords(t *testing.T, path, project string, integrations []string, accepted map[string]string) {
	t.Helper()
	ctx := context.Background()
	db, err := sqlite.OpenDatabase(ctx, path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for sender, id := range accepted {
		runs, err := db.ListRuns(ctx, record.RunQuery{ProjectID: project, ActivityID: id, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(runs) != 1 || runs[0].Code != "ok" || runs[0].Attempt != 1 {
			t.Fatalf("activity %s (%s) was accepted, and its runs are %+v", id, sender, runs)
		}
		lines, err := db.Lines(ctx, runs[0], 0, 10)
		if err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0].Text, sender+" ") {
			t.Fatalf("the log of the run of %s is %+v, %v", sender, lines, err)
		}
	}
	for _, id := range integrations {
		checkStorage(t, db, id)
	}
}

// checkStorage compares what the script counted with what is there.
func checkStorage(t *testing.T, db record.Database, integration string) {
	t.Helper()
	ctx := context.Background()
	scope := storage.Scope(integration)
	number := func(key string) float64 {
		v, found, err := db.Store().Get(ctx, scope, key)
		n, ok := v.AsNumber()
		if err != nil || !found || !ok {
			t.Fatalf("storage %s of %s: %v, %v, %v", key, integration, v, found, err)
		}
		return n
	}
	if begun, ended := number("begun"), number("ended"); begun != ended {
		t.Errorf("integration %s: %v runs began, the last that ended counted %v", integration, begun, ended)
	}
	keys, err := db.Store().Keys(ctx, scope)
	if err != nil {
		t.Fatal(err)
	}
	sum := storage.Usage{Keys: len(keys)}
	for _, key := range keys {
		v, _, err := db.Store().Get(ctx, scope, key)
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := v.AsString(); ok && text != strings.Repeat("x", 500) {
			t.Errorf("the value of %s is half-written: %q", key, text)
		}
		sum.Bytes += storage.EntryBytes(key, v)
	}
	if usage, err := db.Store().Usage(ctx, scope); err != nil || usage != sum {
		t.Errorf("usage of %s is %+v, %v; its entries sum up to %+v", integration, usage, err, sum)
	}
}
