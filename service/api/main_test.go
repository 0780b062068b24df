package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloche/host"
	"cloche/secret"
	"cloche/service"
	"cloche/storage/sqlite"
	"cloche/webhook"
)

// engine runs the scripts of all tests.
var engine *host.Engine

func TestMain(m *testing.M) {
	cache, err := os.MkdirTemp("", "cloche-test-*")
	if err == nil {
		engine, err = host.New(context.Background(), host.Config{CacheDir: cache})
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	_ = engine.Close(context.Background())
	_ = os.RemoveAll(cache)
	os.Exit(code)
}

// bundle is a handler over a service and a database of its own.
type bundle struct {
	t       *testing.T
	service *service.Service
	api     *api
	handler http.Handler
}

// newBundle makes a bundle; change may change the configurations.
func newBundle(t *testing.T, change ...func(*Config, *service.Config)) *bundle {
	t.Helper()
	database, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "runner.db"), sqlite.Options{Synchronous: sqlite.SynchronousNormal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = database.Close() })
	inner := service.Config{Database: database, Engine: engine, Keys: secret.NewKeyring(secret.NewKey(nil))}
	outer := Config{Heartbeat: 20 * time.Millisecond}
	for _, c := range change {
		c(&outer, &inner)
	}
	b := &bundle{t: t}
	if b.service, err = service.New(inner); err != nil {
		t.Fatal(err)
	}
	outer.Service = b.service
	b.api = newAPI(outer)
	b.handler = b.api.handler()
	return b
}

// work runs the service until the test ends.
func (b *bundle) work() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = b.service.Run(ctx)
	}()
	b.t.Cleanup(func() {
		cancel()
		<-done
	})
	for b.service.Ready(ctx) != nil {
		time.Sleep(time.Millisecond)
	}
}

// change is a change to a request.
type change func(*http.Request)

func header(name, value string) change {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func withToken(text string) change { return header("Authorization", "Bearer "+text) }

func withHost(name string) change { return func(r *http.Request) { r.Host = name } }

// request sends a request from this machine; body is nil, a string, []byte, or
// something to send as JSON.
func (b *bundle) request(method, path string, body any, changes ...change) *httptest.ResponseRecorder {
	b.t.Helper()
	var reader io.Reader
	switch v := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(v)
	case []byte:
		reader = bytes.NewReader(v)
	case io.Reader:
		reader = v
	default:
		text, err := json.Marshal(v)
		if err != nil {
			b.t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r := httptest.NewRequest(method, path, reader)
	r.Host = "localhost:8080"
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range changes {
		c(r)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

// want sends a request and decodes the answer, which must have the status.
func want[T any](b *bundle, status int, method, path string, body any, changes ...change) T {
	b.t.Helper()
	w := b.request(method, path, body, changes...)
	if w.Code != status {
		b.t.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	kind := "application/json"
	if status >= 400 {
		kind = problemType
	}
	if got := w.Header().Get("Content-Type"); got != kind {
		b.t.Errorf("%s %s: Content-Type %q, want %q", method, path, got, kind)
	}
	var value T
	if err := json.Unmarshal(w.Body.Bytes(), &value); err != nil {
		b.t.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
	}
	return value
}

func (b *bundle) project(name string) Project {
	b.t.Helper()
	return want[Changed[Project]](b, http.StatusCreated, "POST", "/api/projects", map[string]any{"name": name}).Embedded.Entity
}

// integration adds a script that every activity starts.
func (b *bundle) integration(project, script string) Integration {
	b.t.Helper()
	return want[Changed[Integration]](b, http.StatusCreated, "POST", "/api/projects/"+project+"/integrations", map[string]any{
		"type": "script", "script": script, "events": []string{"*"}, "states": []string{"*"}, "result": "*",
	}).Embedded.Entity
}

const pushActivity = `{"id":"k3vq7mzt2pd5a","type":"environment.push","state":"complete","result":"success","environments":["main"],` +
	`"text":"Ada pushed to main","description":"<user>Ada</user> pushed to main","payload":{}}`

// deliver sends a signed activity to a project with the scheme and the secret.
func (b *bundle) deliver(project string, scheme webhook.Scheme, secret, body string, changes ...change) *httptest.ResponseRecorder {
	b.t.Helper()
	signed, err := webhook.Sign(scheme, secret, []byte(body), fmt.Sprintf("msg_%d", time.Now().UnixNano()), time.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	return b.request("POST", "/hooks/"+project, body, append([]change{func(r *http.Request) {
		for name, values := range signed {
			r.Header[name] = values
		}
	}}, changes...)...)
}

// ended waits until a run has ended.
func (b *bundle) ended(path string) Run {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		r := want[Run](b, http.StatusOK, "GET", path, nil)
		if r.Finished() {
			return r
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("run %s is still %s", r.ID, r.State)
		}
	}
}
