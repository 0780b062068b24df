package hostfuncs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// It is not parallel: others' goroutines would look like leaks.
func TestFetchLeavesNoGoroutines(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	release := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang" {
			<-release
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 1000))
	})
	s := newSession(t, FetchConfig{AllowPrivate: true, MaxResponseBytes: 100})
	s.refused(t, args{url: server.URL}, codeTooLarge)
	if _, _, err := s.try(ctx, args{url: server.URL + "/hang"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the error of the context", err)
	}
	close(release)
	server.Close()
}

func TestFetchPostIsByteExact(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen *http.Request
	var body []byte
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = r.Clone(context.Background())
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("X-Answer", "yes")
		w.Header().Add("Set-Cookie", "a=1, b")
		w.Header().Add("Set-Cookie", "c=2")
		w.WriteHeader(201)
		_, _ = w.Write([]byte{0, 0xff, '\r', '\n', 0x80})
	})
	sent := make([]byte, 256)
	for i := range sent {
		sent[i] = byte(i)
	}
	s := newSession(t, loopback())
	got := s.must(t, args{
		url: server.URL + "/a%2Fb//c|d?q=1&q=%zz'#frag", method: "post", body: sent,
		headers: []string{"x-one", " 1 ", "x-two", "a", "x-two", "é", "content-type", "application/x"},
	})
	if string(body) != string(sent) || seen.ContentLength != 256 || len(seen.TransferEncoding) != 0 {
		t.Errorf("the body arrived as %q", body)
	}
	if seen.Method != "POST" || seen.RequestURI != "/a%2Fb//c%7Cd?q=1&q=%zz%27" {
		t.Errorf("got %s %s", seen.Method, seen.RequestURI)
	}
	want := http.Header{
		"Accept": {"*/*"}, "Accept-Encoding": {"gzip"}, "Connection": {"close"}, "Content-Length": {"256"},
		"Content-Type": {"application/x"}, "User-Agent": {"cloche-runner/1"}, "X-One": {"1"}, "X-Two": {"a", "é"},
	}
	if diff := cmp.Diff(want, seen.Header); diff != "" {
		t.Errorf("headers differ (-want +got):\n%s", diff)
	}
	if got.status != 201 || got.statusText != "Created" || got.body != "\x00\xff\r\n\x80" || got.redirected {
		t.Errorf("got %+v", got)
	}
	if got.url != server.URL+"/a%2Fb//c|d?q=1&q=%zz%27" {
		t.Errorf("the URL is %s", got.url)
	}
	if cookies := got.get("set-cookie"); !slices.Equal(cookies, []string{"a=1, b", "c=2"}) || got.get("x-answer")[0] != "yes" {
		t.Errorf("got the headers %q", got.headers)
	}
}

func TestFetchStatuses(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var status int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &status)
		w.WriteHeader(status)
	})
	s := newSession(t, loopback())
	for _, status := range []int{200, 204, 206, 300, 304, 305, 400, 401, 404, 418, 429, 500, 503, 511} {
		got := s.must(t, args{url: fmt.Sprintf("%s/%d", server.URL, status)})
		if got.status != status || got.statusText != http.StatusText(status) {
			t.Errorf("%d: got %+v", status, got)
		}
	}
}

func TestFetchHead(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "99999999999")
		w.Header().Set("Content-Encoding", "gzip")
	})
	got := newSession(t, loopback()).must(t, args{url: server.URL, method: "head"})
	if got.body != "" || got.get("content-length")[0] != "99999999999" || got.get("content-encoding")[0] != "gzip" {
		t.Errorf("got %+v", got)
	}
}

func TestFetchOverTLS(t *testing.T) {
	t.Parallel()
	server, roots := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	})
	if got := newSession(t, FetchConfig{AllowPrivate: true, RootCAs: roots}).must(t, args{url: server.URL}); got.body != "HTTP/1.1" {
		t.Errorf("got %q", got.body)
	}
	unknown := newSession(t, loopback()).refused(t, args{url: server.URL}, codeNetwork)
	if !strings.Contains(unknown, "certificate") {
		t.Errorf("the message gives no reason: %s", unknown)
	}
	// The certificate is one for example.com and 127.0.0.1.
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	wrong := newSession(t, FetchConfig{AllowPrivate: true, RootCAs: roots}).
		refused(t, args{url: "https://localhost:" + port}, codeNetwork)
	if !strings.Contains(wrong, "localhost") {
		t.Errorf("the message gives no reason: %s", wrong)
	}
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	newSession(t, loopback()).refused(t, args{url: strings.Replace(plain.URL, "http:", "https:", 1)}, codeNetwork)
}

func TestFetchLog(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "hello secret")
	})
	config := loopback()
	fixed := time.Now()
	config.Now = func() time.Time { return fixed }
	s := newSession(t, config)
	_, report, err := s.try(t.Context(), args{
		url: server.URL + "/p a?token=secret#secret", method: "POST", body: "a secret",
		headers: []string{"authorization", "secret"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"http HTTP request: POST " + server.URL + "/p%20a (8 bytes)",
		"http HTTP response: 200 OK (12 bytes, 0 ms)",
	}
	if diff := cmp.Diff(want, report.lines); diff != "" {
		t.Errorf("lines differ (-want +got):\n%s", diff)
	}
	if report.out != 8 || report.in != 12 {
		t.Errorf("transferred %d and %d", report.out, report.in)
	}
	failures := []struct {
		args args
		want []string
	}{
		{args{url: "http://user:secret@h/?secret"}, []string{"http HTTP request: the URL is not valid", "http HTTP response: failed: EINVAL after 0 ms"}},
		{args{url: server.URL + "/x?secret", method: "a b"}, []string{"http HTTP request: (invalid method) " + server.URL + "/x (0 bytes)", "http HTTP response: failed: EINVAL after 0 ms"}},
		{args{url: server.URL + "/x?secret", headers: []string{"secret"}}, []string{"http HTTP request: GET " + server.URL + "/x (0 bytes)", "http HTTP response: failed: EINVAL after 0 ms"}},
		{args{url: "http://127.0.0.1:1/?secret"}, []string{"http HTTP request: GET http://127.0.0.1:1/ (0 bytes)", "http HTTP response: failed: ENETWORK after 0 ms"}},
	}
	for _, test := range failures {
		_, report, err := s.try(t.Context(), test.args)
		if diff := cmp.Diff(test.want, report.lines); diff != "" {
			t.Errorf("lines differ (-want +got):\n%s", diff)
		}
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got the error %v", test.args.url, err)
		}
	}
}

func TestFetchBudgets(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	s := newSession(t, FetchConfig{AllowPrivate: true, MaxFetches: 3})
	for range 3 {
		s.must(t, args{url: server.URL})
	}
	if message := s.refused(t, args{url: server.URL}, codeBudget); !strings.Contains(message, "3 requests") {
		t.Errorf("got %s", message)
	}
	other := s.client.session()
	other.must(t, args{url: server.URL})
}

func TestFetchTimeout(t *testing.T) {
	t.Parallel()
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	began := time.Now()
	message := newSession(t, loopback()).refused(t, args{url: server.URL + "/?secret", timeout: 100}, codeTimedOut)
	if took := time.Since(began); took < 90*time.Millisecond || took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	if !strings.Contains(message, "100 ms") || !strings.Contains(message, "127.0.0.1:") {
		t.Errorf("got %s", message)
	}
	config := loopback()
	config.Timeout = 100 * time.Millisecond
	for _, ms := range []float64{0, 1e9, 1e300} {
		newSession(t, config).refused(t, args{url: server.URL, timeout: ms}, codeTimedOut)
	}
}

func TestFetchEndsWithItsRun(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = io.WriteString(w, "x")
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	})
	for _, path := range []string{"/head", "/body"} {
		ctx, cancel := context.WithCancel(t.Context())
		var cancelled time.Time
		time.AfterFunc(50*time.Millisecond, func() {
			cancelled = time.Now()
			cancel()
		})
		_, report, err := newSession(t, loopback()).try(ctx, args{url: server.URL + path})
		took := time.Since(cancelled)
		if err != context.Canceled {
			t.Errorf("%s: got %v, want context.Canceled itself", path, err)
		}
		// The promise is 20 ms; a loaded machine with the race detector gets more.
		if took > 200*time.Millisecond {
			t.Errorf("%s: it took %v to end", path, took)
		}
		if len(report.lines) != 2 || !strings.Contains(report.lines[1], "failed: the run ended after") {
			t.Errorf("got the lines %q", report.lines)
		}
	}
}

func TestFetcherIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.URL.RawQuery)
	})
	f, err := NewFetcher(loopback())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var group sync.WaitGroup
	for n := range 80 { // more than maxConnsPerHost
		group.Go(func() {
			run := f.Run()
			for range 2 {
				value, err := run(t.Context(), args{url: fmt.Sprintf("%s/?%d", server.URL, n)}.call())
				if err != nil {
					t.Error(err)
					return
				}
				if got := decodeAnswer(t, value); got.body != fmt.Sprint(n) {
					t.Errorf("got the answer of another: %s", got.body)
				}
			}
		})
	}
	group.Wait()
}

func TestTransport(t *testing.T) {
	t.Parallel()
	s := newSession(t, FetchConfig{})
	transport := s.transport.(*http.Transport)
	// A proxy would be what the guard sees; a kept connection what another run left.
	if transport.Proxy != nil || !transport.DisableKeepAlives || transport.TLSClientConfig.InsecureSkipVerify {
		t.Error("the transport is not as it must be")
	}
}

func TestFetchConfigIsChecked(t *testing.T) {
	t.Parallel()
	bad := map[string]FetchConfig{
		"MaxFetches":       {MaxFetches: -1},
		"MaxLookups":       {MaxLookups: -1},
		"MaxRequestBytes":  {MaxRequestBytes: -1},
		"MaxResponseBytes": {MaxResponseBytes: 1<<30 + 1},
		"Timeout":          {Timeout: 31 * time.Second},
		"UserAgent":        {UserAgent: "a\r\nb: c"},
		"AllowNetworks":    {AllowNetworks: make([]netip.Prefix, 1)},
		"DenyNetworks":     {DenyNetworks: make([]netip.Prefix, 1)},
		"AllowHosts":       {AllowHosts: []string{"http://example.com/"}},
	}
	for field, config := range bad {
		if _, err := NewFetcher(config); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: got the error %v", field, err)
		}
	}
}
