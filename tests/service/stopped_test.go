package service

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestStoppedPastItsClaim stops the process with SIGSTOP while a script waits in fetch,
// lets its claim run out and has it go on. What the script does then must come to
// nothing: the run starts again, and is recorded once.
func TestStoppedPastItsClaim(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	waiting, release := make(chan struct{}, 10), make(chan struct{})
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := asked.Add(1)
		if n == 1 {
			waiting <- struct{}{}
			<-release
		}
		fmt.Fprint(w, n)
	}))
	t.Cleanup(peer.Close)
	s := newServer(t, "--lease", "2s", "--allow-network", "127.0.0.0/8")
	project := s.project()
	id := s.integration(project, fmt.Sprintf(`var s = require("storage"), n = fetch(%q).text();
s.set("answers", (s.get("answers") || "") + n + ";"); console.log("answer", n, s.get("answers"))`, peer.URL), map[string]any{
		"environments": []string{"*"},
	})
	answer, status, err := s.deliver(project, `{"type":"environment.push","state":"complete","result":"success"}`)
	if err != nil || status != 202 {
		t.Fatal(answer, status, err)
	}
	<-waiting
	s.signal(syscall.SIGSTOP)
	time.Sleep(4 * time.Second) // the lease is over
	close(release)
	s.signal(syscall.SIGCONT)

	run := answer["runs"].([]any)[0].(string)
	path := "/api/projects/" + project + "/integrations/" + id + "/activities"
	var got map[string]any
	for range 1000 {
		if got = s.call("GET", path+"/"+run, nil, 200); got["state"] == "complete" {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if got["state"] != "complete" || got["code"] != "ok" {
		t.Fatalf("the run: %v\n%s", got, s.log)
	}
	if list := s.call("GET", path, nil, 200)["list"].([]any); len(list) != 1 {
		t.Errorf("%d runs are recorded, want 1: %v", len(list), list)
	}
	log := s.text(path + "/" + run + "/log")
	if want := "answer 2 2;"; !contains(log, want) || contains(log, "1;") {
		t.Errorf("the log has not the second try alone, which ends with %q:\n%s", want, log)
	}
}
