package api

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestServerHasLimits(t *testing.T) {
	t.Parallel()
	s := NewServer(http.NotFoundHandler(), nil)
	if s.ReadHeaderTimeout != 5*time.Second || s.ReadTimeout != 15*time.Second || s.WriteTimeout != 30*time.Second ||
		s.IdleTimeout != time.Minute || s.MaxHeaderBytes != 16<<10 {
		t.Errorf("%+v", s)
	}
}

// TestConnectionsAreLimited is R4: idle connections take what there is and no more.
func TestConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(newBundle(t).handler, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(LimitConnections(inner, 2))
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	ask := func(c net.Conn) (string, error) {
		_ = c.SetDeadline(time.Now().Add(500 * time.Millisecond))
		_, _ = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
		return bufio.NewReader(c).ReadString('\n')
	}
	var open []net.Conn
	for range 3 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		open = append(open, c)
		time.Sleep(20 * time.Millisecond) // so that they are accepted in this order
	}
	if line, err := ask(open[2]); err == nil {
		t.Errorf("the third connection was answered: %q", line)
	}
	open[0].Close()
	if line, err := ask(open[1]); err != nil || !strings.Contains(line, "200") {
		t.Errorf("the second connection: %q, %v", line, err)
	}
}

// TestSlowHeadersAreCutOff is R4: the server waits for headers, but not long.
func TestSlowHeadersAreCutOff(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(newBundle(t).handler)
	server.Config.ReadHeaderTimeout = 50 * time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_, _ = io.WriteString(c, "POST /hooks/x HTTP/1.1\r\nHost: loc")
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadAll(c); err != nil {
		t.Errorf("the connection was not closed: %v", err)
	}
}

func TestPanicsAreAnswered(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	a := newAPI(Config{Log: log.logger()})
	a.mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("boom") })
	a.mux.HandleFunc("GET /late", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic("boom")
	})
	server := httptest.NewServer(a.handler())
	t.Cleanup(server.Close)
	response, err := http.Get(server.URL + "/panic")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	response.Body.Close()
	id := response.Header.Get("X-Request-Id")
	if response.StatusCode != http.StatusInternalServerError || strings.Contains(string(text), "boom") || !strings.Contains(string(text), id) {
		t.Errorf("status %d: %s", response.StatusCode, text)
	}
	if !strings.Contains(log.String(), "boom") || !strings.Contains(log.String(), id) {
		t.Errorf("log: %s", log.String())
	}
	if response, err = http.Get(server.URL + "/late"); err == nil {
		_, err = io.ReadAll(response.Body)
		response.Body.Close()
	}
	if err == nil {
		t.Error("half an answer passes for a whole one")
	}
}

func TestAnswersCarrySecurityHeaders(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, path := range []string{"/healthz", "/readyz", "/api/projects", "/openapi.json", "/nothing", "/hooks/x"} {
		h := b.request("GET", path, nil).Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestAccessLogHasNoSecrets(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	b := newBundle(t)
	b.api.Log = log.logger()
	b.request("GET", "/api/projects?token=query-secret", nil, withToken("header-secret"))
	if text := log.String(); !strings.Contains(text, "path=/api/projects") || strings.Contains(text, "secret") {
		t.Errorf("log: %s", text)
	}
}
