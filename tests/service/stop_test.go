package service

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// waiter is a server whose answers wait until they are released.
type waiter struct {
	*httptest.Server
	asked   chan struct{}
	release chan struct{}
}

func newWaiter(t *testing.T) *waiter {
	w := &waiter{asked: make(chan struct{}, 100), release: make(chan struct{})}
	w.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		w.asked <- struct{}{}
		select {
		case <-w.release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(w.Close)
	return w
}

const anything = `{"type":"environment.push","state":"complete","result":"success"}`

// TestStopWaitsForRuns checks that a run that is under way may end, and that nothing new
// begins meanwhile.
func TestStopWaitsForRuns(t *testing.T) {
	t.Parallel()
	peer := newWaiter(t)
	s := newServer(t, "--allow-network", "127.0.0.0/8")
	project := s.project()
	id := s.integration(project, fmt.Sprintf("fetch(%q); console.log('done')", peer.URL), nil)
	for range 2 {
		if answer, status, err := s.deliver(project, strings.Replace(anything, "{", fmt.Sprintf(`{"id":"a%d",`, time.Now().UnixNano()), 1)); err != nil || status != 202 {
			t.Fatal(answer, status, err)
		}
	}
	<-peer.asked
	time.AfterFunc(300*time.Millisecond, func() { close(peer.release) })
	s.stop()
	s.start()
	s.drained()
	path := "/api/projects/" + project + "/integrations/" + id + "/activities"
	list := s.call("GET", path, nil, 200)["list"].([]any)
	if len(list) != 2 {
		t.Fatalf("%d runs, want 2", len(list))
	}
	for _, item := range list {
		if run := item.(map[string]any); run["code"] != "ok" {
			t.Errorf("a run ended with %v", run)
		}
	}
	if len(peer.asked) != 1 {
		t.Errorf("the peer was asked %d times more, want once: by the second run alone", len(peer.asked))
	}
}

// TestStopHandsBack checks that a run that takes too long when the server stops is
// started again by the next one.
func TestStopHandsBack(t *testing.T) {
	t.Parallel()
	peer := newWaiter(t)
	s := newServer(t, "--allow-network", "127.0.0.0/8", "--grace", "100ms")
	project := s.project()
	id := s.integration(project, fmt.Sprintf("fetch(%q); console.log('done')", peer.URL), nil)
	answer, status, err := s.deliver(project, anything)
	if err != nil || status != 202 {
		t.Fatal(answer, status, err)
	}
	<-peer.asked
	s.stop()
	close(peer.release)
	s.start()
	s.drained()
	run := s.call("GET", "/api/projects/"+project+"/integrations/"+id+"/activities/"+answer["runs"].([]any)[0].(string), nil, 200)
	if run["code"] != "ok" {
		t.Errorf("the run: %v", run)
	}
}

// TestLoopEnds has a script send what it got to its own project.
func TestLoopEnds(t *testing.T) {
	t.Parallel()
	s := newServer(t, "--allow-network", "127.0.0.0/8", "--max-hops", "3")
	project := entity(s.call("POST", "/api/projects", map[string]any{"name": "loop"}, 201))
	s.call("PUT", "/api/projects/"+project+"/webhook", map[string]any{"scheme": "bearer", "secrets": []string{secret}}, 200)
	id := s.integration(project, fmt.Sprintf(`var r = fetch(%q, {method: "POST", headers: {authorization: "Bearer %s", "content-type": "application/json",
"cloche-hops": "0", "idempotency-key": crypto.randomUUID()}, body: JSON.stringify(activity)}); console.log(r.status, r.text())`, s.url+"/hooks/"+project, secret), nil)
	s.call("POST", "/api/projects/"+project+"/activities", anything, 202)
	path := "/api/projects/" + project + "/integrations/" + id + "/activities"
	var list []any
	for range 500 {
		s.drained()
		if list = s.call("GET", path, nil, 200)["list"].([]any); len(list) >= 4 {
			break
		}
	}
	if len(list) != 4 { // the first, and three that scripts caused
		t.Fatalf("%d runs, want 4", len(list))
	}
	last := s.text(path + "/" + list[0].(map[string]any)["id"].(string) + "/log")
	if !strings.Contains(last, "422") || !strings.Contains(last, "loop") {
		t.Errorf("the last log does not say that it is a loop:\n%s", last)
	}
}
