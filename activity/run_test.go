package activity_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cloche/activity"
)

// TestRunStates changes runs at random: whatever is tried, a run is in a line of the
// table in the documentation of Run, and what is refused changes nothing.
func TestRunStates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		run := activity.NewRun()
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			before := run
			next, allowed, err := change(t, run)
			if (err == nil) != allowed {
				t.Fatalf("%+v: got %v, allowed is %v", before, err, allowed)
			}
			if err != nil && (!errors.Is(err, activity.ErrTransition) || next != before) {
				t.Fatalf("%+v became %+v: %v", before, next, err)
			}
			run = next
			checkRun(t, run)
			if run.Attempt != before.Attempt && (run.Attempt != before.Attempt+1 || before.Result != activity.ResultFailure) {
				t.Fatalf("%+v became %+v", before, run)
			}
		}
	})
}

func change(t *rapid.T, run activity.Run) (next activity.Run, allowed bool, err error) {
	pending, under := run.State == activity.StatePending, run.State == activity.StateInProgress
	switch rapid.SampledFrom([]string{"start", "release", "finish", "cancel", "retry"}).Draw(t, "change") {
	case "start":
		next, err = run.Start()
		return next, pending, err
	case "release":
		next, err = run.Release()
		return next, under, err
	case "finish":
		code := rapid.SampledFrom([]string{"ok", "script_error", "cancelled", "something_new", ""}).Draw(t, "code")
		next, err = run.Finish(code)
		return next, under && code != "", err
	case "cancel":
		next, err = run.Cancel()
		return next, pending || under, err
	default:
		next, err = run.Retry()
		return next, run.State == activity.StateComplete && run.Result == activity.ResultFailure, err
	}
}

func checkRun(t *rapid.T, r activity.Run) {
	ok := false
	switch r.State {
	case activity.StatePending, activity.StateInProgress:
		ok = r.Result == "" && r.Code == ""
	case activity.StateComplete:
		ok = r.Result == activity.ResultSuccess && r.Code == "ok" ||
			r.Result == activity.ResultFailure && r.Code != "" && r.Code != "ok" && r.Code != "cancelled"
	case activity.StateCancelled:
		ok = r.Result == activity.ResultFailure && r.Code == "cancelled"
	}
	if !ok || r.Attempt < 1 {
		t.Fatalf("%+v", r)
	}
}

func TestRunZero(t *testing.T) {
	t.Parallel()
	var zero activity.Run
	for _, change := range []func() (activity.Run, error){zero.Start, zero.Release, zero.Cancel, zero.Retry, func() (activity.Run, error) { return zero.Finish("ok") }} {
		if got, err := change(); got != zero || !errors.Is(err, activity.ErrTransition) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	run, _ := activity.NewRun().Start()
	if _, err := run.Retry(); err.Error() != "activity: no such change of state: a run that is in progress cannot retry" {
		t.Error(err)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for _, s := range activity.States() {
		want := strings.ReplaceAll(string(s), "_", " ")
		if got := activity.DisplayState(s); got != want || !s.Valid() {
			t.Errorf("%s: %q, valid %v", s, got, s.Valid())
		}
		if s.Finished() != (s == "complete" || s == "cancelled") {
			t.Errorf("%s: Finished is %v", s, s.Finished())
		}
	}
	if activity.State("").Valid() || activity.Result("").Valid() || activity.State("Complete").Valid() {
		t.Error("what is none is valid")
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{1})
	const n = 20_000
	seen := make(map[string]bool, n)
	var first, rest [256]int
	for range n {
		id := activity.NewID(random)
		if !activity.ValidID(id) || seen[id] || id[0] <= '9' {
			t.Fatalf("%q", id)
		}
		seen[id] = true
		first[id[0]]++
		for i := range id[1:] {
			rest[id[1+i]]++
		}
	}
	uniform(t, "first", first[:], 26, n)
	uniform(t, "rest", rest[:], 36, 12*n)
	if id := activity.NewID(nil); !activity.ValidID(id) {
		t.Errorf("%q", id)
	}
}

// uniform checks the χ² of counts: with d degrees of freedom it is d±√(2d), so six
// deviations are no chance. A remainder instead of a rejection gives hundreds.
func uniform(t *testing.T, name string, counts []int, kinds, total int) {
	t.Helper()
	expected, chi, found := float64(total)/float64(kinds), 0.0, 0
	for _, n := range counts {
		if n > 0 {
			found++
			chi += (float64(n) - expected) * (float64(n) - expected) / expected
		}
	}
	degrees := float64(kinds - 1)
	if found != kinds || chi > degrees+6*math.Sqrt(2*degrees) {
		t.Errorf("%s: %d characters, χ² is %.0f for %.0f degrees", name, found, chi, degrees)
	}
}

func TestNewIDBytes(t *testing.T) {
	t.Parallel()
	// 234 and above would favour the first letters, 252 and above the first characters.
	source := append([]byte{255, 234, 233, 252, 251, 0, 35, 36}, make([]byte, 100)...)
	if id := activity.NewID(bytes.NewReader(source)); id != "z9a9aaaaaaaaa" {
		t.Errorf("%q", id)
	}
	defer func() {
		if recover() == nil {
			t.Error("a source that fails gives an id")
		}
	}()
	activity.NewID(iotest.ErrReader(errors.New("broken")))
}

func TestValidID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"ypalrypnezbye": true, "767u4hathojjw": true, "": false, "ypalrypnezby": false, "ypalrypnezbyee": false,
		"Ypalrypnezbye": false, "ypalrypnezby-": false, "ypalrypnezb\xc3\xa9": false, "ypalrypnezby\n": false,
	} {
		if got := activity.ValidID(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
}

func TestRetryPolicyDelay(t *testing.T) {
	t.Parallel()
	standard := activity.RetryPolicy{Attempts: 20}
	for _, c := range []struct {
		policy  activity.RetryPolicy
		attempt int
		random  float64
		want    time.Duration
	}{
		{standard, 1, 0, 0},
		{standard, 1, 0.5, 5 * time.Second},
		{standard, 2, 0.5, 10 * time.Second},
		{standard, 3, 1, 40 * time.Second},
		{standard, 10, 1, time.Hour},
		{standard, 1 << 40, 1, time.Hour},
		{standard, 0, 1, 10 * time.Second},
		{standard, -5, 1, 10 * time.Second},
		{standard, 1, 2, 10 * time.Second},
		{standard, 1, -1, 0},
		{standard, 1, math.NaN(), 0},
		{standard, 1, math.Inf(1), 10 * time.Second},
		{activity.RetryPolicy{Backoff: time.Second, MaxBackoff: 3 * time.Second}, 2, 1, 2 * time.Second},
		{activity.RetryPolicy{Backoff: time.Second, MaxBackoff: 3 * time.Second}, 3, 1, 3 * time.Second},
		{activity.RetryPolicy{Backoff: 2 * time.Hour}, 2, 1, 2 * time.Hour},
		{activity.RetryPolicy{Backoff: -1}, 1 << 40, 1, 0},
		{activity.RetryPolicy{Backoff: 1, MaxBackoff: math.MaxInt64}, 1 << 40, 1, 24 * time.Hour},
		{activity.RetryPolicy{MaxBackoff: -1}, 5, 1, 0},
	} {
		if got := c.policy.Delay(c.attempt, c.random); got != c.want {
			t.Errorf("%+v after %d with %v: %v, want %v", c.policy, c.attempt, c.random, got, c.want)
		}
	}
}

func TestRetryPolicyRetries(t *testing.T) {
	t.Parallel()
	three := activity.RetryPolicy{Attempts: 3}
	for _, c := range []struct {
		policy  activity.RetryPolicy
		code    string
		attempt int
		want    bool
	}{
		{activity.RetryPolicy{}, "script_error", 1, false},
		{three, "script_error", 1, true},
		{three, "script_error", 2, true},
		{three, "script_error", 3, false},
		{three, "internal_error", 1, true},
		{three, "syntax_error", 1, false},
		{three, "stack_overflow", 1, false},
		{three, "ok", 1, false},
		{three, "cancelled", 1, false},
		{activity.RetryPolicy{Attempts: 2, Codes: []string{"something_new"}}, "something_new", 1, true},
		{activity.RetryPolicy{Attempts: 2, Codes: []string{"something_new"}}, "script_error", 1, false},
		{activity.RetryPolicy{Attempts: 2, Codes: []string{"ok"}}, "ok", 1, false},
	} {
		if got := c.policy.Retries(c.code, c.attempt); got != c.want {
			t.Errorf("%+v, %s, attempt %d: %v", c.policy, c.code, c.attempt, got)
		}
	}
}

func TestRetryPolicyValidate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		policy activity.RetryPolicy
		want   []string
	}{
		{activity.RetryPolicy{}, nil},
		{activity.RetryPolicy{Attempts: 20, Backoff: time.Second, MaxBackoff: 24 * time.Hour, Codes: []string{"something_new"}}, nil},
		{activity.RetryPolicy{Attempts: 21}, []string{"retry.attempts"}},
		{activity.RetryPolicy{Attempts: -1}, []string{"retry.attempts"}},
		{activity.RetryPolicy{Backoff: -1}, []string{"retry.backoff"}},
		{activity.RetryPolicy{Backoff: 25 * time.Hour}, []string{"retry.backoff", "retry.max_backoff"}},
		{activity.RetryPolicy{MaxBackoff: time.Second}, []string{"retry.max_backoff"}},
		{activity.RetryPolicy{Codes: []string{"ok"}}, []string{"retry.codes"}},
		{activity.RetryPolicy{Codes: []string{"cancelled"}}, []string{"retry.codes"}},
		{activity.RetryPolicy{Codes: []string{"a b"}}, []string{"retry.codes"}},
		{activity.RetryPolicy{Codes: make([]string, 33)}, []string{"retry.codes"}},
	} {
		err := c.policy.Validate()
		var got []string
		for _, field := range []string{"retry.attempts", "retry.backoff", "retry.max_backoff", "retry.codes"} {
			if _, found := activity.Fields(err)[field]; found {
				got = append(got, field)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" || (err != nil) != (c.want != nil) {
			t.Errorf("%+v: %v, %s", c.policy, err, diff)
		}
	}
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	counts := make(map[activity.Source]int)
	last := ""
	for _, e := range activity.Catalogue() {
		counts[e.Source]++
		if e.Name <= last || e.Meaning == "" || !activity.Known(e.Name) || activity.Suggest(e.Name) != e.Name {
			t.Errorf("%+v", e)
		}
		last = e.Name
	}
	// 57 in each of the two references, which differ by one each; 70 in the command line.
	want := map[activity.Source]int{activity.Current: 58, activity.CLIOnly: 12, activity.Historical: 3}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Error(diff)
	}
	activity.Catalogue()[0].Name = "changed"
	if activity.Known("changed") || activity.Known("") || activity.Known("environment") {
		t.Error("known is what is not")
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"push": "environment.push", "deploy": "environment.deploy", "environment.pushed": "environment.push", "Environment:Push": "environment.push",
		"environment.merge_pr": "environment.merge-pr", "source-operation": "environment.source-operation", "enviroment.redploy": "environment.redeploy",
		"project.varaible.create": "project.variable.create", "": "", "a": "", "deployment.finished": "", "*": "", strings.Repeat("environment.push", 1000): "",
	} {
		if got := activity.Suggest(name); got != want {
			t.Errorf("%.40q: %q, want %q", name, got, want)
		}
	}
}
