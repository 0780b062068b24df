package service_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cloche/activity"
	"cloche/service"
	"cloche/storage"
	"cloche/storage/record"
)

// TestSecretsAreRedacted checks that no form of a sensitive value reaches a record,
// wherever the script sends it.
func TestSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	const value = "hunter2-is-no-password"
	i := b.add(`console.log(variables.KEY, btoa(variables.KEY), "x" + btoa("ab" + variables.KEY));
		console.log({key: variables.KEY}, encodeURIComponent(variables.KEY), variables.DOC.inner);
		throw new Error("failed with " + variables.KEY)`, nil)
	ctx := context.Background()
	for _, v := range []service.VariableSpec{
		{Name: "KEY", Value: value, Sensitive: true},
		{Name: "DOC", Value: `{"inner":"another-secret-text"}`, JSON: true, Sensitive: true},
	} {
		stored, err := b.service.SetVariable(ctx, b.project.ID, i.ID, v)
		if err != nil || stored.Value != "" {
			t.Fatalf("SetVariable = %+v, %v; want no value", stored, err)
		}
	}
	run := b.push(push)[0]
	_, log := b.follow(run.ID)
	for _, leak := range []string{value, "another-secret-text", base64.StdEncoding.EncodeToString([]byte(value))[:20]} {
		if strings.Contains(log, leak) || strings.Contains(run.Message, leak) {
			t.Errorf("%q is in the log or the message %q:\n%s", leak, run.Message, log)
		}
	}
	if strings.Count(log, "[redacted KEY]") < 5 || !strings.Contains(log, "[redacted DOC]") || !strings.Contains(run.Message, "[redacted KEY]") {
		t.Errorf("message %q, log:\n%s", run.Message, log)
	}
	stored, err := b.db.ListVariables(ctx, i.ID)
	if err != nil || len(stored) != 2 {
		t.Fatal(stored, err)
	}
	for _, v := range stored {
		if strings.Contains(v.Value, "secret") || !strings.HasPrefix(v.Value, "v1.") {
			t.Errorf("variable %s is stored as %q", v.Name, v.Value)
		}
	}
}

// TestVariableOfAnotherProject checks that a row copied to another integration does
// not decrypt.
func TestVariableOfAnotherProject(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	ctx := context.Background()
	mine, theirs := b.add("1", nil), b.add("console.log(variables.KEY)", nil)
	if _, err := b.service.SetVariable(ctx, b.project.ID, mine.ID, service.VariableSpec{Name: "KEY", Value: "0123456789", Sensitive: true}); err != nil {
		t.Fatal(err)
	}
	rows, err := b.db.ListVariables(ctx, mine.ID)
	if err != nil {
		t.Fatal(err)
	}
	copied := rows[0]
	copied.ID, copied.IntegrationID = "copied", theirs.ID
	if _, err := b.db.SetVariable(ctx, copied); err != nil {
		t.Fatal(err)
	}
	for _, run := range b.push(push) {
		want := "ok"
		if run.IntegrationID == theirs.ID {
			want = "internal_error"
		}
		if run.Code != want {
			t.Errorf("the run of %s ended with %s, want %s", run.IntegrationID, run.Code, want)
		}
	}
}

func TestRetryAndDeadLetter(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	ctx := context.Background()
	flaky := `var s = require("storage"), n = (s.get("n") || 0) + 1; s.set("n", n); if (n % 3) throw new Error("try " + n)`
	retry := func(attempts int) func(*service.IntegrationSpec) {
		return func(spec *service.IntegrationSpec) {
			spec.Retry = &activity.RetryPolicy{Attempts: attempts, Backoff: 10 * time.Millisecond, MaxBackoff: 20 * time.Millisecond}
		}
	}
	i := b.add(flaky, retry(3))
	first := b.push(push)[0]
	if first.Result != activity.ResultFailure || first.Dead {
		t.Fatalf("the first attempt: %+v", first)
	}
	last := b.waitAttempt(i.ID, 3)
	if last.Result != activity.ResultSuccess || last.ActivityID != first.ActivityID {
		t.Errorf("the third attempt: %+v", last)
	}

	once := b.add(`throw new Error("always")`, nil)
	b.push(push)
	if letter := b.waitAttempt(once.ID, 1); !letter.Dead {
		t.Errorf("what failed without a policy is no dead letter: %+v", letter)
	}

	dead := b.add(`throw new Error("always")`, retry(2))
	b.push(push)
	letter := b.waitAttempt(dead.ID, 2)
	if !letter.Dead {
		t.Errorf("the last attempt of a policy is no dead letter: %+v", letter)
	}
	letters, err := b.service.Runs(ctx, record.RunQuery{ProjectID: b.project.ID, IntegrationID: dead.ID, Dead: true, Limit: 10})
	if err != nil || len(letters) != 1 || letters[0].ID != letter.ID {
		t.Errorf("dead letters: %+v, %v", letters, err)
	}
	again, err := b.service.Redrive(ctx, b.project.ID, letter.ID)
	if err != nil || again.Attempt != 3 {
		t.Fatalf("Redrive = %+v, %v", again, err)
	}
	if r, _ := b.follow(again.ID); r.Code != "script_error" {
		t.Errorf("the redriven run: %+v", r)
	}
}

// waitAttempt waits until the attempt of an integration's newest activity has ended.
func (b *bed) waitAttempt(integration string, attempt int) record.Run {
	b.t.Helper()
	for range 300 {
		runs, err := b.db.ListRuns(context.Background(), record.RunQuery{ProjectID: b.project.ID, IntegrationID: integration, Limit: 1})
		if err != nil {
			b.t.Fatal(err)
		}
		if len(runs) == 1 && runs[0].Attempt == attempt && runs[0].State.Finished() {
			return runs[0]
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.t.Fatalf("attempt %d of %s did not end", attempt, integration)
	return record.Run{}
}

// TestARetryHoldsBackWhatFollows checks that order is kept when a run has to be tried
// again.
func TestARetryHoldsBackWhatFollows(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *service.Config) { c.Concurrency = 1 })
	ordered := `var s = require("storage"); s.set("seen", (s.get("seen") || "") + activity.id + " ");`
	failing := b.add(ordered+`if (s.get("seen") === "one ") throw new Error("later")`, func(spec *service.IntegrationSpec) {
		spec.Retry = &activity.RetryPolicy{Attempts: 2, Backoff: 3 * time.Second, MaxBackoff: 3 * time.Second}
	})
	other := b.add(ordered, nil)
	var last []string
	for _, id := range []string{"one", "two"} {
		body := fmt.Sprintf(`{"id":%q,"type":"environment.push","result":"success"}`, id)
		accepted, err := b.service.Push(context.Background(), b.project.ID, []byte(body), 0)
		if err != nil {
			t.Fatal(err)
		}
		last = accepted.Runs
	}
	for _, id := range last {
		b.follow(id)
	}
	for integration, want := range map[string]string{failing.ID: "one one two ", other.ID: "one two "} {
		v, _, err := b.db.Store().Get(context.Background(), storage.Scope(integration), "seen")
		if got, _ := v.AsString(); err != nil || got != want {
			t.Errorf("integration %s saw %q, %v; want %q", integration, got, err, want)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	hanging := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		hanging <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	b := newBed(t, func(c *service.Config) { c.Concurrency = 1 })
	b.add(fmt.Sprintf("fetch(%q)", server.URL), nil)
	ctx := context.Background()
	var ids []string
	for range 2 {
		accepted, err := b.service.Push(ctx, b.project.ID, []byte(push), 0)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, accepted.Runs...)
	}
	<-hanging
	waiting, err := b.service.Cancel(ctx, b.project.ID, ids[1])
	if err != nil || waiting.State != activity.StateCancelled {
		t.Fatalf("Cancel of a run that waits = %+v, %v", waiting, err)
	}
	if _, err := b.service.Cancel(ctx, b.project.ID, ids[0]); err != nil {
		t.Fatal(err)
	}
	if run, log := b.follow(ids[0]); run.State != activity.StateCancelled || run.Code != "cancelled" || !strings.Contains(log, "cancelled") {
		t.Errorf("the run that was under way: %+v, log %q", run, log)
	}
	if _, err := b.service.Cancel(ctx, b.project.ID, ids[0]); !errors.Is(err, service.ErrConflict) {
		t.Errorf("Cancel of a run that has ended = %v", err)
	}
}

// TestLogIsFollowedLive checks that a line is seen while the script goes on.
func TestLogIsFollowedLive(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(server.Close)
	b := newBed(t, nil)
	b.add(fmt.Sprintf("console.log('before'); fetch(%q); console.log('after')", server.URL), nil)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	accepted, err := b.service.Push(ctx, b.project.ID, []byte(push), 0)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for event, err := range b.service.Follow(ctx, b.project.ID, accepted.Runs[0], 0) {
		if err != nil {
			t.Fatal(err)
		}
		if event.Run != nil {
			break
		}
		if lines = append(lines, event.Line.Text); event.Line.Text == "before" {
			close(release) // the script could not go on before we have seen the line
		}
	}
	if len(lines) != 4 || lines[3] != "after" {
		t.Errorf("lines: %q", lines)
	}
}

func TestDeletedWhileRunning(t *testing.T) {
	t.Parallel()
	began, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(began); <-release }))
	t.Cleanup(server.Close)
	b := newBed(t, func(c *service.Config) { c.Concurrency = 1 })
	ctx := context.Background()
	i := b.add(fmt.Sprintf("fetch(%q); require('storage').set('k', 1)", server.URL), nil)
	if _, err := b.service.Push(ctx, b.project.ID, []byte(push), 0); err != nil {
		t.Fatal(err)
	}
	<-began
	if err := b.service.DeleteIntegration(ctx, b.project.ID, i.ID); err != nil {
		t.Fatal(err)
	}
	close(release)
	next := b.add("console.log('next')", nil)
	if runs := b.push(push); len(runs) != 1 || runs[0].IntegrationID != next.ID || runs[0].Code != "ok" {
		t.Errorf("the run of the next integration: %+v", runs)
	}
}
