package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"cloche/service"
)

// token makes a token, without the API.
func (b *bundle) token(project string, scopes ...string) string {
	b.t.Helper()
	text, _, err := b.service.CreateToken(b.t.Context(), service.TokenSpec{Project: project, Scopes: scopes})
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// TestScopes goes through every operation with every scope: it is let in with what
// it needs, and never with less.
func TestScopes(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	p := b.project("shop")
	tokens := map[scope]string{}
	for s, name := range map[scope]string{scopeRead: "read", scopeWrite: "write", scopeAdmin: "admin"} {
		tokens[s] = b.token("", name)
	}
	all := "/api/projects/" + p.ID
	for _, c := range []struct {
		method, path string
		need         scope
	}{
		{"GET", "/api", scopeRead}, {"GET", "/api/events", scopeRead}, {"GET", "/api/projects", scopeRead}, {"POST", "/api/projects", scopeAdmin},
		{"GET", all, scopeRead}, {"PATCH", all, scopeAdmin}, {"DELETE", all + "x", scopeAdmin},
		{"GET", all + "/webhook", scopeRead}, {"PUT", all + "/webhook", scopeAdmin},
		{"GET", all + "/integrations", scopeRead}, {"POST", all + "/integrations", scopeWrite},
		{"GET", all + "/integrations/x", scopeRead}, {"PATCH", all + "/integrations/x", scopeWrite}, {"DELETE", all + "/integrations/x", scopeWrite},
		{"POST", all + "/integrations/x/validate", scopeRead}, {"POST", all + "/integrations/x/rollback", scopeWrite},
		{"GET", all + "/integrations/x/versions", scopeRead}, {"GET", all + "/integrations/x/versions/1", scopeRead},
		{"GET", all + "/integrations/x/variables", scopeRead}, {"POST", all + "/integrations/x/variables", scopeWrite},
		{"PATCH", all + "/integrations/x/variables/x", scopeWrite}, {"DELETE", all + "/integrations/x/variables/x", scopeWrite},
		{"GET", all + "/integrations/x/activities", scopeRead}, {"GET", all + "/integrations/x/activities/x", scopeRead},
		{"GET", all + "/integrations/x/activities/x/log", scopeRead}, {"POST", all + "/integrations/x/activities/x/cancel", scopeWrite},
		{"POST", all + "/integrations/x/activities/x/redrive", scopeWrite},
		{"GET", all + "/activities", scopeRead}, {"POST", all + "/activities", scopeWrite}, {"GET", all + "/activities/x", scopeRead},
		{"GET", all + "/activities/x/runs", scopeRead}, {"POST", all + "/environments/x/redeploy", scopeWrite},
		{"GET", "/api/tokens", scopeAdmin}, {"POST", "/api/tokens", scopeAdmin}, {"DELETE", "/api/tokens/x", scopeAdmin},
	} {
		for s, text := range tokens {
			// An empty body is refused after the token was looked at.
			w := b.request(c.method, c.path, nil, withToken(text))
			if refused := w.Code == http.StatusForbidden; refused != (s < c.need) || w.Code == http.StatusUnauthorized || w.Code >= 500 {
				t.Errorf("%s %s with scope %v: status %d, needs %v", c.method, c.path, s, w.Code, c.need)
			}
		}
		for name, change := range map[string]change{
			"no token": func(*http.Request) {}, "a wrong token": withToken("rnr_wrong"), "an empty token": withToken(""),
			"another kind": header("Authorization", "Basic cm46cm4="),
		} {
			if w := b.request(c.method, c.path, nil, change); w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s with %s: status %d", c.method, c.path, name, w.Code)
			}
		}
	}
	if n := b.api.countOperations(); n != 35 {
		t.Errorf("there are %d operations; the table has 35", n)
	}
}

// countOperations counts what needs a token, the pages of the server apart.
func (a *api) countOperations() int {
	n := 0
	for _, item := range a.huma.OpenAPI().Paths {
		for _, o := range []any{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if fmt.Sprint(o) != "<nil>" {
				n++
			}
		}
	}
	return n - len([]string{"/hooks", "/healthz", "/readyz"})
}

func TestTokenOfOneProjectSeesThatAlone(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ours := b.project("ours")
	theirs := b.project("theirs")
	b.integration(theirs.ID, "1")
	token := withToken(b.token(ours.ID, "admin"))
	if list := want[[]Project](b, http.StatusOK, "GET", "/api/projects", nil, token); len(list) != 1 || list[0].ID != ours.ID {
		t.Errorf("the list holds %+v", list)
	}
	missing := want[Problem](b, http.StatusNotFound, "GET", "/api/projects/aaaaaaaaaaaaa", nil, token)
	for _, path := range []string{"", "/integrations", "/activities", "/webhook"} {
		if p := want[Problem](b, http.StatusNotFound, "GET", "/api/projects/"+theirs.ID+path, nil, token); p.Detail.Text != missing.Detail.Text {
			t.Errorf("%s: %+v", path, p)
		}
		if w := b.request("GET", "/api/projects/"+ours.ID[:1]+path, nil, token); w.Code != http.StatusOK {
			t.Errorf("%s by a prefix: status %d: %s", path, w.Code, w.Body)
		}
	}
	want[Problem](b, http.StatusNotFound, "POST", "/api/projects/"+theirs.ID+"/activities", pushActivity, token)
	for _, c := range [][2]string{{"POST", "/api/projects"}, {"GET", "/api/tokens"}, {"POST", "/api/tokens"}, {"DELETE", "/api/tokens/x"}} {
		want[Problem](b, http.StatusForbidden, c[0], c[1], nil, token)
	}
	want[Done](b, http.StatusOK, "DELETE", "/api/projects/"+ours.ID, nil, token)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	created := want[Changed[Token]](b, http.StatusCreated, "POST", "/api/tokens", map[string]any{"scopes": []string{"admin"}, "name": "first", "expires_in": 60}).Embedded.Entity
	if created.Text == "" || created.ExpiresAt == nil || time.Until(created.ExpiresAt.Time) > time.Minute {
		t.Errorf("created %+v", created)
	}
	want[Problem](b, http.StatusUnauthorized, "GET", "/api/tokens", nil)
	admin := withToken(created.Text)
	if list := want[[]Token](b, http.StatusOK, "GET", "/api/tokens", nil, admin); len(list) != 1 || list[0].Text != "" || list[0].Name != "first" {
		t.Errorf("list %+v", list)
	}
	for _, body := range []any{map[string]any{"scopes": []string{}}, map[string]any{"scopes": []string{"root"}}, map[string]any{}} {
		want[Problem](b, http.StatusBadRequest, "POST", "/api/tokens", body, admin)
	}
	second := want[Changed[Token]](b, http.StatusCreated, "POST", "/api/tokens", map[string]any{"scopes": []string{"read"}}, admin).Embedded.Entity
	want[[]Project](b, http.StatusOK, "GET", "/api/projects", nil, withToken(second.Text))
	want[Done](b, http.StatusOK, "DELETE", "/api/tokens/"+second.ID, nil, admin)
	want[Problem](b, http.StatusUnauthorized, "GET", "/api/projects", nil, withToken(second.Text))
}

// TestOpenAccessIsForThisMachine: without tokens the API is open, but neither to a
// page in a browser (CSRF, DNS rebinding) nor to the world behind a proxy.
func TestOpenAccessIsForThisMachine(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for name, c := range map[string]struct {
		change change
		status int
	}{
		"localhost":             {withHost("localhost:8080"), http.StatusOK},
		"LOCALHOST":             {withHost("LOCALHOST"), http.StatusOK},
		"127.0.0.1":             {withHost("127.0.0.1:8080"), http.StatusOK},
		"127.8.8.8":             {withHost("127.8.8.8"), http.StatusOK},
		"::1":                   {withHost("[::1]:8080"), http.StatusOK},
		"::1 without a port":    {withHost("[::1]"), http.StatusOK},
		"another name":          {withHost("rebind.attacker.test:8080"), http.StatusForbidden},
		"localhost.attacker":    {withHost("localhost.attacker.test"), http.StatusForbidden},
		"127.0.0.1.attacker":    {withHost("127.0.0.1.attacker.test"), http.StatusForbidden},
		"another address":       {withHost("192.168.0.1"), http.StatusForbidden},
		"no host":               {withHost(""), http.StatusForbidden},
		"a decimal address":     {withHost("2130706433"), http.StatusForbidden},
		"own origin":            {header("Origin", "http://localhost:8080"), http.StatusOK},
		"another origin":        {header("Origin", "https://attacker.test"), http.StatusForbidden},
		"another port":          {header("Origin", "http://localhost:3000"), http.StatusForbidden},
		"null origin":           {header("Origin", "null"), http.StatusForbidden},
		"same-origin":           {header("Sec-Fetch-Site", "same-origin"), http.StatusOK},
		"typed in":              {header("Sec-Fetch-Site", "none"), http.StatusOK},
		"same-site":             {header("Sec-Fetch-Site", "same-site"), http.StatusForbidden},
		"cross-site":            {header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		"through a proxy":       {header("X-Forwarded-For", "203.0.113.1"), http.StatusForbidden},
		"through another proxy": {header("Forwarded", "for=203.0.113.1"), http.StatusForbidden},
	} {
		if w := b.request("GET", "/api/projects", nil, c.change); w.Code != c.status {
			t.Errorf("%s: status %d, want %d: %s", name, w.Code, c.status, w.Body)
		}
		// The hook has its own proof: a signature.
		if w := b.request("POST", "/hooks/aaaaaaaaaaaaa", "{}", c.change); w.Code != http.StatusUnauthorized {
			t.Errorf("hook, %s: status %d", name, w.Code)
		}
	}
	for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"} {
		if w := b.request("POST", "/api/projects", `{"name":"x"}`, header("Content-Type", kind)); w.Code != http.StatusUnsupportedMediaType {
			t.Errorf("%s: status %d", kind, w.Code)
		}
	}
	required := newBundle(t, func(c *Config, _ *service.Config) { c.RequireToken = true })
	want[Problem](required, http.StatusUnauthorized, "GET", "/api/projects", nil)
	want[Problem](b, http.StatusUnauthorized, "GET", "/api/projects", nil, withToken("rnr_none"))
}

func TestMetricsNeedAToken(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(c *Config, _ *service.Config) {
		c.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1\n") })
	})
	p := b.project("shop")
	if w := b.request("GET", "/metrics", nil); w.Code != http.StatusOK || w.Body.String() != "up 1\n" {
		t.Errorf("open: status %d", w.Code)
	}
	read, one := withToken(b.token("", "read")), withToken(b.token(p.ID, "admin"))
	for name, c := range map[string]struct {
		change change
		status int
	}{"none": {func(*http.Request) {}, 401}, "read": {read, 200}, "of one project": {one, 403}} {
		if w := b.request("GET", "/metrics", nil, c.change); w.Code != c.status {
			t.Errorf("%s: status %d, want %d", name, w.Code, c.status)
		}
	}
	if w := newBundle(t).request("GET", "/metrics", nil); w.Code != http.StatusNotFound {
		t.Errorf("without metrics: status %d", w.Code)
	}
}

func TestTrustedHandlerAsksForNoToken(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(c *Config, _ *service.Config) { c.Trusted = true })
	if _, _, err := b.service.CreateToken(context.Background(), service.TokenSpec{Scopes: []string{"read"}}); err != nil {
		t.Fatal(err)
	}
	want[[]Project](b, http.StatusOK, "GET", "/api/projects", nil, withHost("anything"))
}
