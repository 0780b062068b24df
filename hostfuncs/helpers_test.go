package hostfuncs

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"cloche/host"
)

// args are the arguments of one fetch, with the defaults of fetch.js.
type args struct {
	url, method, redirect string
	body                  any // nil, string, []byte
	timeout               float64
	headers               []string
}

func (a args) call() *host.Call {
	values := []host.Value{
		host.StringValue(a.url), host.StringValue(or(a.method, "GET")), host.NullValue(),
		host.StringValue(or(a.redirect, redirectFollow)), host.NumberValue(a.timeout),
	}
	switch body := a.body.(type) {
	case string:
		values[argBody] = host.StringValue(body)
	case []byte:
		values[argBody] = host.BytesValue(body)
	}
	for _, text := range a.headers {
		values = append(values, host.StringValue(text))
	}
	return host.NewCall(values...)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// recorder keeps what a fetch reports.
type recorder struct {
	lines   []string
	out, in int64
}

func (r *recorder) Log(level, text string) { r.lines = append(r.lines, level+" "+text) }
func (r *recorder) Transferred(out, in int64) {
	r.out += out
	r.in += in
}

// answer is a response as the script's side reads it.
type answer struct {
	status     int
	statusText string
	url        string
	redirected bool
	headers    []string
	body       string
}

func (a answer) get(name string) []string {
	var values []string
	for i := 0; i < len(a.headers); i += 2 {
		if a.headers[i] == name {
			values = append(values, a.headers[i+1])
		}
	}
	return values
}

func decodeAnswer(t testing.TB, value host.Value) answer {
	t.Helper()
	list := value.List()
	if len(list) != 6 || list[4].Kind() != host.List || list[5].Kind() != host.Bytes {
		t.Fatalf("the answer has the wrong shape: %v", value)
	}
	a := answer{
		status: int(list[0].Number()), statusText: list[1].Text(), url: list[2].Text(),
		redirected: list[3].Bool(), body: list[5].Text(),
	}
	for _, h := range list[4].List() {
		a.headers = append(a.headers, h.Text())
	}
	return a
}

// loopback admits what the tests listen at.
func loopback() FetchConfig { return FetchConfig{AllowPrivate: true} }

func newSession(t testing.TB, config FetchConfig) *session {
	t.Helper()
	f, err := NewFetcher(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f.client.session()
}

func (s *session) try(ctx context.Context, a args) (host.Value, *recorder, error) {
	report := &recorder{}
	value, err := s.fetch(ctx, a.call(), report)
	return value, report, err
}

func (s *session) must(t testing.TB, a args) answer {
	t.Helper()
	value, _, err := s.try(t.Context(), a)
	if err != nil {
		t.Fatalf("%s: %v", a.url, err)
	}
	return decodeAnswer(t, value)
}

// wantCode checks that err is an exception of the kind that scripts are promised.
func wantCode(t testing.TB, err error, code string) *host.Exception {
	t.Helper()
	var e *host.Exception
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an exception with %s", err, code)
	}
	if e.Code != code || e.Name != "TypeError" || !strings.HasPrefix(e.Message, "fetch: ") {
		t.Fatalf("got %s %q (%s), want %s", e.Name, e.Message, e.Code, code)
	}
	return e
}

func (s *session) refused(t testing.TB, a args, code string) string {
	t.Helper()
	value, _, err := s.try(t.Context(), a)
	if err == nil {
		t.Fatalf("%s: got %v, want %s", a.url, decodeAnswer(t, value).status, code)
	}
	return wantCode(t, err, code).Message
}

func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func serveTLS(t testing.TB, handler http.HandlerFunc) (*httptest.Server, *x509.CertPool) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server, roots
}

// serveRaw answers every connection with talk, after the request's head was read.
func serveRaw(t testing.TB, talk func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 64<<10))
			talk(conn)
			_ = conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

// forever writes text again and again until the other side has gone.
func forever(conn net.Conn, head, text string) {
	_, err := fmt.Fprint(conn, head)
	for err == nil {
		_, err = conn.Write([]byte(text))
	}
}

func prefixes(texts ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}
