package api

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIntegrationHasTheVendorsShape: the names and forms of its JSON are what
// programs written for the vendor read.
func TestIntegrationHasTheVendorsShape(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	p := b.project("shop")
	base := "/api/projects/" + p.ID + "/integrations"
	type entity = map[string]json.RawMessage
	created := want[struct {
		Embedded struct{ Entity entity } `json:"_embedded"`
		Warnings []string
	}](b, http.StatusCreated, "POST", base, map[string]any{"type": "script", "script": "console.log(1)", "excluded_environments": []string{"dev"}})
	got := created.Embedded.Entity
	for name, text := range map[string]string{
		"type": `"script"`, "role": `""`, "script": `"console.log(1)"`, "events": `["environment.push"]`, "states": `["complete"]`,
		"environments": `["*"]`, "excluded_environments": `["dev"]`, "result": `"success"`, "version": `1`, "enabled": `true`,
	} {
		if string(got[name]) != text {
			t.Errorf("%s is %s, want %s", name, got[name], text)
		}
	}
	if !regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00"$`).Match(got["created_at"]) {
		t.Errorf("created_at is %s", got["created_at"])
	}
	var links Links
	if err := json.Unmarshal(got["_links"], &links); err != nil {
		t.Fatal(err)
	}
	again := want[entity](b, http.StatusOK, "GET", links["self"].Href, nil)
	if d := cmp.Diff(got, again); d != "" {
		t.Errorf("what was created is not what is shown: %s", d)
	}
	if list := want[[]entity](b, http.StatusOK, "GET", base, nil); len(list) != 1 || !cmp.Equal(list[0], got) {
		t.Errorf("the list holds %v", list)
	}
}

func TestInvalidIntegrationSaysWhichFields(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	p := b.project("shop")
	base := "/api/projects/" + p.ID + "/integrations"
	for name, c := range map[string]struct {
		body  any
		field string
	}{
		"no script":     {map[string]any{"type": "script"}, "script"},
		"syntax":        {map[string]any{"script": "var ="}, "script"},
		"state":         {map[string]any{"script": "1", "states": []string{"sideways"}}, "states"},
		"no states":     {map[string]any{"script": "1", "states": []string{}}, "states"},
		"result":        {map[string]any{"script": "1", "result": "maybe"}, "result"},
		"type":          {map[string]any{"script": "1", "type": "webhook"}, "type"},
		"wrong kind":    {map[string]any{"script": 1}, "script"},
		"unknown field": {map[string]any{"script": "1", "evnets": []string{"*"}}, "evnets"},
		"negative":      {map[string]any{"script": "1", "limits": map[string]any{"cpu_ms": -1}}, "limits.cpu_ms"},
	} {
		p := want[Problem](b, http.StatusBadRequest, "POST", base, c.body)
		if _, ok := p.Detail.Fields[c.field]; !ok || p.Status != http.StatusBadRequest || p.Code != CodeInvalid {
			t.Errorf("%s: %+v, want the field %s", name, p, c.field)
		}
	}
	for _, text := range []string{"{", "", "[]", "null", `"x"`} {
		p := want[Problem](b, http.StatusBadRequest, "POST", base, text)
		if p.Detail.IsZero() {
			t.Errorf("%q: %+v", text, p)
		}
	}
	if w := b.request("POST", base, map[string]any{"script": strings.Repeat("x", 5<<20)}); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("5 MiB: status %d", w.Code)
	}
}

// TestErrorsShowNoValues: what was sent may be a secret, and answers are logged in
// many places.
func TestErrorsShowNoValues(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	p := b.project("shop")
	i := b.integration(p.ID, "1")
	path := "/api/projects/" + p.ID + "/integrations/" + i.ID + "/variables"
	for _, body := range []string{
		`{"name":"K","value":{"secret":"hunter2"}}`, `{"name":"K","value":"x","extra":"hunter2"}`, `{"name":"K","value":"hunter2`,
		`{"name":"K","value":"hunter2","is_json":true}`, `{"name":"K","value":"x","is_sensitive":"hunter2"}`, `"hunter2"`,
	} {
		if w := b.request("POST", path, body); w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), "hunter2") {
			t.Errorf("%s: status %d: %s", body, w.Code, w.Body)
		}
	}
}

func TestVersionsAndRollback(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	p := b.project("shop")
	i := b.integration(p.ID, "console.log(1)")
	self := i.Links["self"].Href
	updated := want[Changed[Integration]](b, http.StatusOK, "PATCH", self, map[string]any{"script": "console.log(2)"}).Embedded.Entity
	if updated.Version != 2 || updated.Script != "console.log(2)" {
		t.Errorf("updated: %+v", updated)
	}
	if p := want[Problem](b, http.StatusConflict, "PATCH", self, map[string]any{"script": "console.log(2)"}); p.Code != CodeUnchanged {
		t.Errorf("unchanged: %+v", p)
	}
	versions := want[[]Version](b, http.StatusOK, "GET", self+"/versions", nil)
	if len(versions) != 2 || versions[0].Number != 2 || !versions[0].Current || versions[1].Current || versions[0].Hash == versions[1].Hash {
		t.Errorf("versions: %+v", versions)
	}
	if v := want[Version](b, http.StatusOK, "GET", versions[1].Links["self"].Href, nil); v.Script != "console.log(1)" {
		t.Errorf("version 1: %+v", v)
	}
	back := want[Changed[Integration]](b, http.StatusOK, "POST", self+"/rollback", map[string]any{"version": 1}).Embedded.Entity
	if back.Version != 1 || back.Script != "console.log(1)" {
		t.Errorf("rolled back: %+v", back)
	}
	want[Problem](b, http.StatusNotFound, "POST", self+"/rollback", map[string]any{"version": 9})
	want[Problem](b, http.StatusNotFound, "GET", self+"/versions/9", nil)
	want[Problem](b, http.StatusBadRequest, "GET", self+"/versions/x", nil)
	if v := want[Validated](b, http.StatusOK, "POST", self+"/validate", nil); !v.Valid {
		t.Errorf("validated: %+v", v)
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	p := b.project("shop")
	i := b.integration(p.ID, "1")
	base := i.Links["variables"].Href
	plain := want[Changed[Variable]](b, http.StatusCreated, "POST", base, map[string]any{
		"name": "URL", "value": "https://x.test", "attributes": map[string]string{"owner": "ada"},
	}).Embedded.Entity
	if valueOf(plain.Value) != "https://x.test" || plain.Attributes["owner"] != "ada" || plain.Sensitive {
		t.Errorf("plain: %+v", plain)
	}
	hidden := want[Changed[Variable]](b, http.StatusCreated, "POST", base, map[string]any{"name": "KEY", "value": "hunter22", "is_sensitive": true}).Embedded.Entity
	if hidden.Value != nil || !hidden.Sensitive {
		t.Errorf("sensitive: %+v", hidden)
	}
	if w := b.request("GET", base, nil); strings.Contains(w.Body.String(), "hunter22") {
		t.Errorf("the list shows a secret: %s", w.Body)
	}
	patched := want[Changed[Variable]](b, http.StatusOK, "PATCH", base+"/URL", map[string]any{"value": "{}", "is_json": true}).Embedded.Entity
	if valueOf(patched.Value) != "{}" || !patched.JSON || patched.ID != plain.ID {
		t.Errorf("patched: %+v", patched)
	}
	want[Done](b, http.StatusOK, "DELETE", base+"/"+hidden.ID, nil)
	want[Problem](b, http.StatusNotFound, "DELETE", base+"/"+hidden.ID, nil)
	names := mapped(want[[]Variable](b, http.StatusOK, "GET", base, nil), func(v Variable) string { return v.Name })
	if !slices.Equal(names, []string{"URL"}) {
		t.Errorf("names: %v", names)
	}
}

func TestRunsAreActivities(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.work()
	p := b.project("shop")
	i := b.integration(p.ID, "console.log('hello'); throw new Error('no')")
	accepted := want[Accepted](b, http.StatusAccepted, "POST", "/api/projects/"+p.ID+"/activities", pushActivity)
	base := i.Links["activities"].Href
	r := b.ended(base + "/" + accepted.Runs[0])
	if r.Type != "integration.script" || r.State != "complete" || valueOf(r.Result) != "failure" || r.Code != "script_error" ||
		r.CompletionPercent != 100 || r.StartedAt == nil || r.CompletedAt == nil || !slices.Equal(r.Environments, []string{"main"}) {
		t.Errorf("run %+v", r)
	}
	if r.Text != "environment.push: Ada pushed to main" || r.Description != "environment.push: <user>Ada</user> pushed to main" {
		t.Errorf("text %q, description %q", r.Text, r.Description)
	}
	if want := (RunParameters{accepted.ID, "environment.push", 1, 1}); r.Parameters != want {
		t.Errorf("parameters %+v, want %+v", r.Parameters, want)
	}
	if !strings.Contains(r.Log, "hello\n") || !strings.Contains(r.Message, "no") || !strings.Contains(string(r.Receipt), `"cpu_ns"`) {
		t.Errorf("log %q, message %q, receipt %s", r.Log, r.Message, r.Receipt)
	}
	again := want[Changed[Run]](b, http.StatusCreated, "POST", r.Links["redrive"].Href, nil).Embedded.Entity
	if again.Parameters.Attempt != 2 || again.ID == r.ID {
		t.Errorf("redriven %+v", again)
	}
	b.ended(base + "/" + again.ID)
	for query, n := range map[string]int{
		"": 2, "?limit=1": 1, "?count=1": 1, "?state=pending,in_progress": 0, "?state=complete": 2, "?result=success": 0, "?result=failure": 2,
		"?starts_at=2001-01-01T00:00:00Z": 0, "?dead=true": 1, // the first was tried again
	} {
		if list := want[[]Run](b, http.StatusOK, "GET", base+query, nil); len(list) != n {
			t.Errorf("%s: %d runs, want %d", query, len(list), n)
		}
	}
	for _, query := range []string{"?limit=0", "?limit=1001", "?limit=x", "?state=sideways", "?result=x", "?starts_at=yesterday"} {
		want[Problem](b, http.StatusBadRequest, "GET", base+query, nil)
	}
	if list := want[[]Run](b, http.StatusOK, "GET", "/api/projects/"+p.ID+"/activities/"+accepted.ID+"/runs", nil); len(list) != 2 {
		t.Errorf("the activity caused %d runs, want 2", len(list))
	}
	want[Problem](b, http.StatusConflict, "POST", r.Links["cancel"].Href, nil)
}

func TestCancelAndRedeploy(t *testing.T) {
	t.Parallel()
	b := newBundle(t) // nobody works, so the run waits
	p := b.project("shop")
	i := b.integration(p.ID, "1")
	accepted := want[Accepted](b, http.StatusAccepted, "POST", "/api/projects/"+p.ID+"/environments/feature%2Fx/redeploy", nil)
	runs := want[[]Run](b, http.StatusOK, "GET", i.Links["activities"].Href, nil)
	if len(runs) != 1 || runs[0].Parameters.ActivityType != "environment.redeploy" || !slices.Equal(runs[0].Environments, []string{"feature/x"}) {
		t.Fatalf("runs %+v of %+v", runs, accepted)
	}
	r := want[Changed[Run]](b, http.StatusOK, "POST", runs[0].Links["cancel"].Href, nil).Embedded.Entity
	if r.State != "cancelled" || valueOf(r.Result) != "failure" || r.CompletionPercent != 100 {
		t.Errorf("cancelled %+v", r)
	}
}

// TestNothingIsFoundElsewhere: an ID of another project or integration leads
// nowhere.
func TestNothingIsFoundElsewhere(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ours, theirs := b.project("ours"), b.project("theirs")
	i, j := b.integration(ours.ID, "1"), b.integration(ours.ID, "2")
	accepted := want[Accepted](b, http.StatusAccepted, "POST", "/api/projects/"+ours.ID+"/activities", pushActivity)
	runs := want[[]Run](b, http.StatusOK, "GET", i.Links["activities"].Href, nil)
	for _, path := range []string{
		"/api/projects/" + theirs.ID + "/integrations/" + i.ID,
		"/api/projects/" + theirs.ID + "/integrations/" + i.ID + "/activities",
		"/api/projects/" + theirs.ID + "/integrations/" + i.ID + "/variables",
		"/api/projects/" + theirs.ID + "/integrations/" + i.ID + "/versions",
		"/api/projects/" + theirs.ID + "/activities/" + accepted.ID,
		"/api/projects/" + theirs.ID + "/activities/" + accepted.ID + "/runs",
		j.Links["activities"].Href + "/" + runs[0].ID,
		j.Links["activities"].Href + "/" + runs[0].ID + "/log",
		"/api/projects/nothing", "/api/nothing", "/nothing", "/",
	} {
		if p := want[Problem](b, http.StatusNotFound, "GET", path, nil); p.Code != CodeNotFound {
			t.Errorf("%s: %+v", path, p)
		}
	}
	if w := b.request("PUT", "/api/projects", "{}"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("PUT: status %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestPrefixesOfIDs(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	p := b.project("shop")
	i := b.integration(p.ID, "1")
	got := want[Integration](b, http.StatusOK, "GET", "/api/projects/"+p.ID[:6]+"/integrations/"+i.ID[:6], nil)
	if got.ID != i.ID {
		t.Errorf("got %s, want %s", got.ID, i.ID)
	}
	for range 40 { // then two begin with the same letter
		b.project("other")
	}
	ambiguous := 0
	for _, letter := range "abcdefghijklmnopqrstuvwxyz0123456789" {
		if b.request("GET", "/api/projects/"+string(letter), nil).Code == http.StatusConflict {
			ambiguous++
		}
	}
	if ambiguous == 0 {
		t.Error("no prefix is ambiguous")
	}
}

func TestWebhookSecretsAreShownOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	p := b.project("shop")
	path := "/api/projects/" + p.ID + "/webhook"
	if hook := want[Webhook](b, http.StatusOK, "GET", path, nil); hook.Scheme != "" || hook.HasSecret || hook.URL != "http://localhost:8080/hooks/"+p.ID {
		t.Errorf("before: %+v", hook)
	}
	set := want[Webhook](b, http.StatusOK, "PUT", path, map[string]any{"scheme": "standard"})
	if len(set.Secrets) != 1 || !strings.HasPrefix(set.Secrets[0], "whsec_") || !strings.Contains(set.How, "webhook-signature") {
		t.Errorf("set: %+v", set)
	}
	if hook := want[Webhook](b, http.StatusOK, "GET", path, nil); hook.Secrets != nil || !hook.HasSecret || hook.Scheme != "standard" {
		t.Errorf("after: %+v", hook)
	}
	for _, body := range []any{map[string]any{"scheme": "rot13"}, map[string]any{"scheme": "jws", "secrets": []string{"x"}}, map[string]any{}} {
		want[Problem](b, http.StatusBadRequest, "PUT", path, body)
	}
}

func TestRootLeadsOn(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	root := want[Root](b, http.StatusOK, "GET", "/api", nil)
	for relation, link := range root.Links {
		if w := b.request("GET", link.Href, nil); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", relation, w.Code)
		}
	}
	if events := want[[]EventType](b, http.StatusOK, "GET", "/api/events", nil); len(events) < 57 {
		t.Errorf("%d events", len(events))
	}
}
