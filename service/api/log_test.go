package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"cloche/hostfuncs"
	"cloche/service"
)

// stage is a server that scripts fetch from: it answers when the test lets it.
type stage struct {
	*httptest.Server
	release chan struct{}
}

func newStage(t *testing.T) *stage {
	s := &stage{release: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-s.release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// live returns a bundle behind a real server, with a run that has printed "one" and
// waits for the stage to print "two", and the path of its log.
func live(t *testing.T, change ...func(*Config, *service.Config)) (*bundle, *stage, *httptest.Server, string) {
	t.Helper()
	s := newStage(t)
	b := newBundle(t, append(change, func(_ *Config, c *service.Config) {
		c.Fetch = hostfuncs.FetchConfig{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
		c.Grace = time.Millisecond
	})...)
	b.work()
	p := b.project("shop")
	i := b.integration(p.ID, fmt.Sprintf("console.log('one'); fetch(%q); console.log('two')", s.URL))
	accepted := want[Accepted](b, http.StatusAccepted, "POST", "/api/projects/"+p.ID+"/activities", pushActivity)
	server := httptest.NewUnstartedServer(b.handler)
	server.Config.ReadTimeout = 200 * time.Millisecond // as NewServer has one, and shorter than the streams
	server.Config.WriteTimeout = 200 * time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	return b, s, server, i.Links["activities"].Href + "/" + accepted.Runs[0] + "/log"
}

// openStream opens a log and returns its lines, which end with the test.
func openStream(t *testing.T, url string, headers map[string]string) (*http.Response, *bufio.Scanner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response, bufio.NewScanner(response.Body)
}

// until reads lines until one contains text, and returns them all.
func until(t *testing.T, lines *bufio.Scanner, text string) []string {
	t.Helper()
	var read []string
	for lines.Scan() {
		read = append(read, lines.Text())
		if strings.Contains(lines.Text(), text) {
			return read
		}
	}
	t.Fatalf("no %q in %q: %v", text, read, lines.Err())
	return nil
}

// events are the headers that ask for server-sent events.
func events() map[string]string { return map[string]string{"Accept": "text/event-stream"} }

func TestLogIsFollowedLive(t *testing.T) {
	t.Parallel()
	_, s, server, path := live(t)
	response, lines := openStream(t, server.URL+path, events())
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("Content-Type %q", kind)
	}
	before := until(t, lines, `"message":"one"`)
	if !slices.Contains(before, "id: 1") || !slices.Contains(before, "event: line") {
		t.Errorf("before: %q", before)
	}
	for range 20 { // longer than the server's deadlines for answers
		until(t, lines, ": alive")
	}
	close(s.release)
	after := until(t, lines, "event: end")
	if !strings.Contains(strings.Join(after, "\n"), `"message":"two"`) {
		t.Errorf("after: %q", after)
	}
	var r Run
	if err := json.Unmarshal([]byte(strings.TrimPrefix(until(t, lines, "data: ")[0], "data: ")), &r); err != nil || !r.Finished() || r.Code != "ok" {
		t.Errorf("end: %v: %+v", err, r)
	}
	for lines.Scan() {
		if lines.Text() != "" {
			t.Errorf("after the end: %q", lines.Text())
		}
	}
}

// TestLogGoesOnWhereItBrokeOff: no line comes twice or not at all.
func TestLogGoesOnWhereItBrokeOff(t *testing.T) {
	t.Parallel()
	_, s, server, path := live(t)
	response, lines := openStream(t, server.URL+path, events())
	read := until(t, lines, `"message":"one"`)
	response.Body.Close()
	last := ""
	for _, line := range read {
		if id, found := strings.CutPrefix(line, "id: "); found {
			last = id
		}
	}
	close(s.release)
	_, lines = openStream(t, server.URL+path, map[string]string{"Accept": "text/event-stream", "Last-Event-ID": last})
	text := strings.Join(until(t, lines, "event: end"), "\n")
	if strings.Contains(text, `"message":"one"`) || !strings.Contains(text, `"message":"two"`) {
		t.Errorf("the rest: %s", text)
	}
}

func TestLogAsJSONLines(t *testing.T) {
	t.Parallel()
	b, s, server, path := live(t)
	_, lines := openStream(t, server.URL+path, events())
	until(t, lines, `"message":"one"`)

	items := func(query string) []LogItem {
		t.Helper()
		_, lines := openStream(t, server.URL+path+query, nil)
		var all []LogItem
		for lines.Scan() {
			var item LogItem
			if err := json.Unmarshal(lines.Bytes(), &item); err != nil {
				t.Fatalf("%v: %s", err, lines.Text())
			}
			all = append(all, item)
		}
		return all
	}
	for _, item := range items("?max_delay=50") {
		if item.Seal {
			t.Error("a log is sealed while its run goes on")
		}
	}
	close(s.release)
	all := items("")
	if last := all[len(all)-1]; !last.Seal || last.Data != nil {
		t.Errorf("the last item is %+v", last)
	}
	b.ended(strings.TrimSuffix(path, "/log"))
	stored := items("?max_delay=0")
	if len(stored) != len(all) || !stored[len(stored)-1].Seal || stored[0].Data.Message != "one\n" || stored[0].ID != 1 {
		t.Errorf("stored: %+v, followed: %+v", stored, all)
	}
	if some := items("?start_at=2&max_items=1"); len(some) != 1 || some[0].ID != stored[1].ID || some[0].Seal {
		t.Errorf("some: %+v", some)
	}
	for _, query := range []string{"?start_at=x", "?max_items=-1", "?max_delay=1s"} {
		want[Problem](b, http.StatusBadRequest, "GET", path+query, nil)
	}
}

// TestStopEndsStreams: a server can shut down while logs are followed.
func TestStopEndsStreams(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	_, _, server, path := live(t, func(c *Config, _ *service.Config) { c.Stop = stop })
	_, sse := openStream(t, server.URL+path, events())
	_, items := openStream(t, server.URL+path, nil)
	until(t, sse, `"message":"one"`)
	close(stop)
	for sse.Scan() {
		if strings.Contains(sse.Text(), "event: end") {
			t.Error("the stream says that the run has ended")
		}
	}
	for items.Scan() {
		if strings.Contains(items.Text(), `"seal":true`) {
			t.Error("the log is sealed")
		}
	}
}
