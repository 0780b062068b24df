package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cloche/activity"
	"cloche/service"
	"cloche/webhook"
)

// hooked returns a bundle with a project that takes deliveries of scheme, and the
// secret.
func hooked(t *testing.T, scheme webhook.Scheme, change ...func(*Config, *service.Config)) (*bundle, Project, string) {
	t.Helper()
	b := newBundle(t, change...)
	p := b.project("shop")
	hook := want[Webhook](b, http.StatusOK, "PUT", "/api/projects/"+p.ID+"/webhook", map[string]any{"scheme": scheme})
	if len(hook.Secrets) == 0 {
		return b, p, ""
	}
	return b, p, hook.Secrets[0]
}

func TestHookTakesEveryScheme(t *testing.T) {
	t.Parallel()
	for _, scheme := range webhook.Schemes() {
		t.Run(string(scheme), func(t *testing.T) {
			t.Parallel()
			b, p, secret := hooked(t, scheme)
			b.integration(p.ID, "console.log(1)")
			w := b.deliver(p.ID, scheme, secret, pushActivity)
			var accepted Accepted
			if err := json.Unmarshal(w.Body.Bytes(), &accepted); w.Code != http.StatusAccepted || err != nil {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if !activity.ValidID(accepted.ID) || len(accepted.Runs) != 1 || accepted.Duplicate {
				t.Errorf("accepted %+v", accepted)
			}
			stored := want[Activity](b, http.StatusOK, "GET", "/api/projects/"+p.ID+"/activities/"+accepted.ID, nil)
			if string(stored.Body) != pushActivity {
				t.Errorf("stored %s", stored.Body)
			}
		})
	}
}

func TestHookAnswersARepetitionAlike(t *testing.T) {
	t.Parallel()
	b, p, secret := hooked(t, webhook.Standard)
	b.integration(p.ID, "console.log(1)")
	signed, err := webhook.Sign(webhook.Standard, secret, []byte(pushActivity), "msg_1", b.now())
	if err != nil {
		t.Fatal(err)
	}
	send := func() Accepted {
		return want[Accepted](b, http.StatusAccepted, "POST", "/hooks/"+p.ID, pushActivity, func(r *http.Request) {
			for name, values := range signed {
				r.Header[name] = values
			}
		})
	}
	first, second := send(), send()
	if second.ID != first.ID || !second.Duplicate || first.Duplicate {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if all := want[[]Activity](b, http.StatusOK, "GET", "/api/projects/"+p.ID+"/activities", nil); len(all) != 1 {
		t.Errorf("%d activities are stored, want 1", len(all))
	}
}

// TestHookDeniesInOneShape is R1: who cannot sign learns nothing, not even which
// projects exist.
func TestHookDeniesInOneShape(t *testing.T) {
	t.Parallel()
	b, p, secret := hooked(t, webhook.JWS)
	silent := b.project("no scheme")
	answers := map[string]func() (int, http.Header, []byte){}
	add := func(name, project, body string, changes ...change) {
		answers[name] = func() (int, http.Header, []byte) {
			w := b.request("POST", "/hooks/"+project, body, changes...)
			h := w.Header().Clone()
			h.Del("X-Request-Id")
			return w.Code, h, w.Body.Bytes()
		}
	}
	signed, err := webhook.Sign(webhook.JWS, secret, []byte(pushActivity), "", b.now())
	if err != nil {
		t.Fatal(err)
	}
	signature := signed.Get("X-JWS-Signature")
	add("no signature", p.ID, pushActivity)
	add("unknown project", "aaaaaaaaaaaaa", pushActivity, header("X-JWS-Signature", signature))
	add("no ID", "x", pushActivity)
	add("prefix of an ID", p.ID[:8], pushActivity, header("X-JWS-Signature", signature))
	add("no scheme", silent.ID, pushActivity, header("X-JWS-Signature", signature))
	add("another body", p.ID, pushActivity+" ", header("X-JWS-Signature", signature))
	add("not JSON", p.ID, "{", header("X-JWS-Signature", signature))
	add("another scheme", p.ID, pushActivity, header("Authorization", "Bearer "+secret))
	add("alg none", p.ID, pushActivity, header("X-JWS-Signature", "eyJhbGciOiJub25lIn0.."))
	code, head, body := answers["no signature"]()
	if code != http.StatusUnauthorized || head.Get("WWW-Authenticate") == "" {
		t.Errorf("status %d, WWW-Authenticate %q", code, head.Get("WWW-Authenticate"))
	}
	for name, answer := range answers {
		c, h, text := answer()
		if c != code || !bytes.Equal(text, body) || !cmp.Equal(h, head) {
			t.Errorf("%s: status %d, %s; headers %s", name, c, text, cmp.Diff(head, h))
		}
	}
}

// counter counts what is read of a body.
type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// TestHookBoundsTheBody is R3: a body that is too large is not read further than it
// may be, whatever its sender says of its length.
func TestHookBoundsTheBody(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	b, p, secret := hooked(t, webhook.Bearer)
	fits := pushActivity + strings.Repeat(" ", limit-len(pushActivity))
	if w := b.deliver(p.ID, webhook.Bearer, secret, fits); w.Code != http.StatusAccepted {
		t.Errorf("a body of the limit: status %d: %.200s", w.Code, w.Body)
	}
	for name, length := range map[string]int64{"said": limit + 1, "chunked": -1, "a lie": 10} {
		body := &counter{Reader: strings.NewReader(fits + strings.Repeat(" ", 4<<20))}
		w := b.request("POST", "/hooks/"+p.ID, body, withToken(secret), func(r *http.Request) { r.ContentLength = length })
		if w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: status %d: %s", name, w.Code, w.Body)
		}
		if body.n > limit+64<<10 {
			t.Errorf("%s: %d bytes were read", name, body.n)
		}
	}
}

func TestHookTakesPlainJSONAlone(t *testing.T) {
	t.Parallel()
	b, p, secret := hooked(t, webhook.Bearer)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 8<<20))
	_ = z.Close()
	if w := b.request("POST", "/hooks/"+p.ID, bomb.Bytes(), withToken(secret), header("Content-Encoding", "gzip")); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("gzip: status %d", w.Code)
	}
	for kind, status := range map[string]int{
		"":                                  http.StatusAccepted,
		"application/json; charset=utf-8":   http.StatusAccepted,
		"application/cloudevents+json":      http.StatusAccepted,
		"text/plain":                        http.StatusUnsupportedMediaType,
		"application/x-www-form-urlencoded": http.StatusUnsupportedMediaType,
		"multipart/form-data; boundary=x":   http.StatusUnsupportedMediaType,
		"image/svg+json":                    http.StatusUnsupportedMediaType,
		"/;;=":                              http.StatusUnsupportedMediaType,
	} {
		w := b.deliver(p.ID, webhook.Bearer, secret, pushActivity, func(r *http.Request) {
			r.Header.Del("Content-Type")
			if kind != "" {
				r.Header.Set("Content-Type", kind)
			}
		})
		if w.Code != status {
			t.Errorf("Content-Type %q: status %d, want %d", kind, w.Code, status)
		}
	}
}

func TestHookSaysWhatIsWrongWithABody(t *testing.T) {
	t.Parallel()
	b, p, secret := hooked(t, webhook.Bearer)
	for body, field := range map[string]string{
		`{"state":"complete"}`:                              "type",
		`{"type":"environment.push","state":"sideways"}`:    "state",
		`{"type":"environment.push","result":"maybe"}`:      "result",
		`{"type":"environment.push","environments":"main"}`: "environments",
		`[]`: "", `{`: "", ``: "", `{"type":"a","type":"b"}`: "",
		strings.Repeat(`[`, 1<<19) + strings.Repeat(`]`, 1<<19): "",
		"{\"type\":\"\xff\"}": "",
	} {
		p := want[Problem](b, http.StatusUnprocessableEntity, "POST", "/hooks/"+p.ID, body, withToken(secret))
		if p.Code != CodeInvalid || p.Detail.IsZero() {
			t.Errorf("%.40s: %+v", body, p)
		}
		if _, ok := p.Errors[field]; field != "" && !ok {
			t.Errorf("%.40s: errors %v lack %q", body, p.Errors, field)
		}
	}
}

func TestHookRefusesWhenThereIsTooMuch(t *testing.T) {
	t.Parallel()
	t.Run("too fast", func(t *testing.T) {
		t.Parallel()
		b, p, secret := hooked(t, webhook.Bearer, func(_ *Config, s *service.Config) { s.Rate, s.Burst = 0.01, 1 })
		b.deliver(p.ID, webhook.Bearer, secret, pushActivity)
		w := b.deliver(p.ID, webhook.Bearer, secret, pushActivity)
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || w.Header().Get("Retry-After") == "0" {
			t.Errorf("status %d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	})
	t.Run("in circles", func(t *testing.T) {
		t.Parallel()
		b, p, secret := hooked(t, webhook.Bearer)
		if w := b.deliver(p.ID, webhook.Bearer, secret, pushActivity, header("Cloche-Hops", "5")); w.Code != http.StatusAccepted {
			t.Errorf("5 hops: status %d: %s", w.Code, w.Body)
		}
		problem := want[Problem](b, http.StatusUnprocessableEntity, "POST", "/hooks/"+p.ID, pushActivity, withToken(secret), header("Cloche-Hops", "6"))
		if problem.Code != CodeLoop {
			t.Errorf("6 hops: %+v", problem)
		}
		for _, text := range []string{"-1", "x", "1.5", "99999999999999999999"} {
			want[Problem](b, http.StatusBadRequest, "POST", "/hooks/"+p.ID, pushActivity, withToken(secret), header("Cloche-Hops", text))
		}
	})
	t.Run("stopping", func(t *testing.T) {
		t.Parallel()
		stop := make(chan struct{})
		b, p, secret := hooked(t, webhook.Bearer, func(c *Config, _ *service.Config) { c.Stop = stop })
		b.work()
		want[map[string]string](b, http.StatusOK, "GET", "/readyz", nil)
		close(stop)
		want[Problem](b, http.StatusServiceUnavailable, "GET", "/readyz", nil)
		if w := b.deliver(p.ID, webhook.Bearer, secret, pushActivity); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		want[map[string]string](b, http.StatusOK, "GET", "/healthz", nil)
	})
}

// TestFailuresStayInside: what goes wrong inside is for the log, not for the sender.
func TestFailuresStayInside(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	b, p, secret := hooked(t, webhook.Bearer, func(c *Config, s *service.Config) {
		c.Log = log.logger()
		s.Database = &failing{Database: s.Database}
	})
	b.service.Database.(*failing).broken.Store(true)
	for _, path := range []string{"/hooks/" + p.ID, "/api/projects/" + p.ID + "/activities"} {
		problem := want[Problem](b, http.StatusInternalServerError, "POST", path, pushActivity, withToken(secret), withoutToken(path))
		if problem.RequestID == "" || strings.Contains(problem.Detail.String(), "disk") {
			t.Errorf("%+v", problem)
		}
		if !strings.Contains(log.String(), problem.RequestID) || !strings.Contains(log.String(), "disk on fire") {
			t.Errorf("the log lacks %s and its cause: %s", problem.RequestID, log.String())
		}
	}
	want[Problem](b, http.StatusInternalServerError, "GET", "/api/projects", nil)
	want[Problem](b, http.StatusServiceUnavailable, "GET", "/readyz", nil)
}

// withoutToken takes the token off requests to the API, which is open.
func withoutToken(path string) change {
	return func(r *http.Request) {
		if strings.HasPrefix(path, "/api") {
			r.Header.Del("Authorization")
		}
	}
}
