package service

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	masterkey "cloche/secret"
	"cloche/storage/postgres"
	"cloche/storage/record"
)

// machines are servers that share a database, each behind a proxy of its own.
type machines struct {
	t       *testing.T
	dsn     string // not through a proxy
	servers []*server
	proxies []*proxy
}

func newMachines(t *testing.T, n int, flags ...string) *machines {
	t.Helper()
	dsn := databases.Database(t)
	cluster := databases.Cluster(t)
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(masterkey.NewKey(nil).Text()), 0o600); err != nil {
		t.Fatal(err)
	}
	m := &machines{t: t, dsn: dsn}
	var starting sync.WaitGroup
	for range n {
		p := newProxy(t, cluster.Address())
		s := &server{t: t, dir: t.TempDir(), flags: append([]string{
			"--database", strings.Replace(dsn, cluster.Address(), p.address(), 1), "--key-file", key,
			"--rate", "100000", "--burst", "100000",
		}, flags...)}
		m.proxies, m.servers = append(m.proxies, p), append(m.servers, s)
		t.Cleanup(s.kill)
		// All at once: they migrate the same database.
		starting.Go(func() {
			if err := s.tryStart(); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return m
}

// ordered notes in storage which activities it saw, and fails when it is not alone.
const ordered = `var s = require("storage");
if (s.get("busy")) console.log("overlap with", s.get("busy"));
s.set("busy", activity.id);
var n = (s.get("n") || 0) + 1;
for (var i = 0; i < 20000; i++);
s.set("n", n);
console.log(activity.id, n);
s.remove("busy")`

// TestMachines has three servers share a PostgreSQL under load, while they are killed,
// stopped and woken, their connections cut and delayed and the database crashes.
// Whatever was accepted must be recorded, once, in order and one at a time.
func TestMachines(t *testing.T) {
	t.Parallel()
	rounds := often(4, 6, 24)
	m := newMachines(t, 3, "--lease", "3s", "--grace", "1s")
	first := m.servers[0]
	project := first.project()
	ids := make([]string, 4)
	for i := range ids {
		ids[i] = first.integration(project, ordered, map[string]any{"environments": []string{fmt.Sprintf("env-%d", i)}})
	}
	load := newLoad(project)
	for round := range rounds {
		load.start(m.servers)
		time.Sleep(time.Duration(100+rand.Int64N(300)) * time.Millisecond)
		m.disturb(round)
		load.stop()
	}
	m.drained(project)
	t.Logf("%d activities were accepted in %d rounds, %d deliveries were not answered or refused", len(load.accepted), rounds, load.failed.Load())
	m.check(project, ids, load.accepted)
}

// disturb does one bad thing after another.
func (m *machines) disturb(round int) {
	m.t.Helper()
	n := rand.IntN(len(m.servers))
	s, p := m.servers[n], m.proxies[n]
	switch round % 6 {
	case 0:
		s.kill()
		s.start()
	case 1:
		p.cut()
	case 2:
		p.behave(20*time.Millisecond, false)
		time.Sleep(300 * time.Millisecond)
		p.behave(0, false)
	case 3:
		s.signal(syscall.SIGSTOP)
		time.Sleep(4 * time.Second) // the lease is over, others go on
		s.signal(syscall.SIGCONT)
	case 4:
		cluster := databases.Cluster(m.t)
		if err := cluster.Halt(true); err != nil {
			m.t.Fatal(err)
		}
		if err := cluster.Resume(); err != nil {
			m.t.Fatal(err)
		}
	case 5:
		p.behave(0, true)
		time.Sleep(300 * time.Millisecond)
		p.cut()
		p.behave(0, false)
	}
}

// load sends activities to servers in turn, from several goroutines.
type load struct {
	project string
	next    atomic.Int64
	failed  atomic.Int64
	ending  atomic.Bool
	wait    sync.WaitGroup

	mu       sync.Mutex
	accepted map[string]string
}

func newLoad(project string) *load { return &load{project: project, accepted: make(map[string]string)} }

func (l *load) start(servers []*server) {
	l.ending.Store(false)
	for sender := range 2 * len(servers) {
		to := *servers[sender%len(servers)]
		l.wait.Go(func() {
			for !l.ending.Load() {
				n := l.next.Add(1)
				id := fmt.Sprintf("act%d", n)
				body := fmt.Sprintf(`{"id":%q,"type":"environment.push","state":"complete","result":"success","environments":["env-%d"]}`, id, n%4)
				answer, status, err := to.deliver(l.project, body)
				if err != nil || status != 202 {
					l.failed.Add(1)
					time.Sleep(20 * time.Millisecond)
					continue
				}
				l.mu.Lock()
				l.accepted[id] = answer["id"].(string)
				l.mu.Unlock()
			}
		})
	}
}

func (l *load) stop() {
	l.ending.Store(true)
	l.wait.Wait()
}

// open opens the database beside the servers.
func (m *machines) open() *postgres.Database {
	m.t.Helper()
	db, err := postgres.Open(context.Background(), m.dsn, postgres.Options{})
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = db.Close() })
	return db
}

// drained waits until nothing waits any more.
func (m *machines) drained(project string) {
	m.t.Helper()
	db := m.open()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		n, err := db.Backlog(context.Background())
		if err == nil && n == 0 {
			return
		}
		if time.Now().After(deadline) {
			for i, s := range m.servers {
				m.t.Logf("server %d said:\n%s", i, s.log)
			}
			m.t.Fatalf("%d runs still wait, %v", n, err)
		}
	}
}

// check reads what was recorded.
func (m *machines) check(project string, integrations []string, accepted map[string]string) {
	m.t.Helper()
	ctx := context.Background()
	db := m.open()
	for sender, id := range accepted {
		runs, err := db.ListRuns(ctx, record.RunQuery{ProjectID: project, ActivityID: id, Limit: 10})
		// A script whose storage could not be reached has failed by our fault, and that is
		// what its record says.
		if err != nil || len(runs) != 1 || runs[0].Code != "ok" && runs[0].Code != "internal_error" {
			m.t.Fatalf("activity %s (%s) was accepted, and its runs are %+v, %v", id, sender, runs, err)
		}
	}
	for _, id := range integrations {
		runs, err := db.ListRuns(ctx, record.RunQuery{ProjectID: project, IntegrationID: id, Limit: 1000})
		if err != nil {
			m.t.Fatal(err)
		}
		slices.Reverse(runs)
		for n := 1; n < len(runs); n++ {
			if before, run := runs[n-1], runs[n]; run.Started.Before(before.Completed) {
				m.t.Fatalf("integration %s: run %d started at %v on its claim %d, before run %d ended at %v on claim %d",
					id, run.Seq, run.Started, run.Epoch, before.Seq, before.Completed, before.Epoch)
			}
		}
	}
}

// TestLogIsReadElsewhere follows a run on another server than the one that runs it.
func TestLogIsReadElsewhere(t *testing.T) {
	t.Parallel()
	peer := newWaiter(t)
	m := newMachines(t, 2, "--allow-network", "127.0.0.0/8")
	project := m.servers[0].project()
	id := m.servers[0].integration(project, fmt.Sprintf("console.log('before'); fetch(%q); console.log('after')", peer.URL), nil)
	answer, status, err := m.servers[0].deliver(project, anything)
	if err != nil || status != 202 {
		t.Fatal(answer, status, err)
	}
	<-peer.asked
	path := "/api/projects/" + project + "/integrations/" + id + "/activities/" + answer["runs"].([]any)[0].(string)
	for _, s := range m.servers { // one of them runs it, both must know
		for deadline := time.Now().Add(20 * time.Second); !strings.Contains(s.text(path+"/log?max_delay=0"), "before"); {
			if time.Now().After(deadline) {
				t.Fatalf("%s does not tell of a line that was written", s.url)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	close(peer.release)
	for _, s := range m.servers {
		if log := s.text(path + "/log"); strings.Count(log, "before") != 1 || !strings.Contains(log, "after") {
			t.Errorf("%s has the log\n%s", s.url, log)
		}
	}
}

// TestVersionsAreKnownEverywhere checks that a script changed on one server is the one
// that runs on the others.
func TestVersionsAreKnownEverywhere(t *testing.T) {
	t.Parallel()
	m := newMachines(t, 3)
	project := m.servers[0].project()
	id := m.servers[0].integration(project, "console.log('version 1')", nil)
	base := "/api/projects/" + project + "/integrations/" + id
	for version := 2; version < 8; version++ {
		m.servers[version%3].call("PATCH", base, map[string]any{"script": fmt.Sprintf("console.log('version %d')", version)}, 200)
		answer := m.servers[(version+1)%3].call("POST", "/api/projects/"+project+"/activities", anything, 202)
		run := base + "/activities/" + answer["runs"].([]any)[0].(string)
		if log := m.servers[(version+2)%3].text(run + "/log"); !strings.Contains(log, fmt.Sprintf("version %d", version)) {
			t.Errorf("after version %d: %s", version, log)
		}
	}
}

// A project sends no more to several servers than it may to one.
func TestRatesOverMachines(t *testing.T) {
	t.Parallel()
	const rate, burst = 20, 40
	m := newMachines(t, 2, "--rate", fmt.Sprint(rate), "--burst", fmt.Sprint(burst))
	project := m.servers[0].project()
	var accepted, refused atomic.Int64
	var wait sync.WaitGroup
	began := time.Now()
	for i := range 8 {
		wait.Go(func() {
			for n := range 25 {
				body := fmt.Sprintf(`{"id":"act%d-%d","type":"environment.push","state":"complete","result":"success","environments":[]}`, i, n)
				_, status, err := m.servers[i%2].deliver(project, body)
				switch {
				case err != nil:
					t.Error(err)
				case status == 202:
					accepted.Add(1)
				case status == 429:
					refused.Add(1)
				default:
					t.Errorf("status %d", status)
				}
			}
		})
	}
	wait.Wait()
	most := burst + int64(rate*time.Since(began).Seconds()) + 1
	if n := accepted.Load(); n < burst || n > most || n+refused.Load() != 200 {
		t.Errorf("%d were accepted and %d refused, want %d to %d of 200", n, refused.Load(), burst, most)
	}
}
