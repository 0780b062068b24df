package activity_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cloche/activity"
)

// matchReference is the documentation of Filter.Match, sentence by sentence.
func matchReference(f activity.Filter, h activity.Header) bool {
	if h.Type == "integration.script" {
		return false
	}
	event, state := false, false
	for _, e := range f.Events {
		isPrefix := strings.HasSuffix(e, ".*") && strings.HasPrefix(h.Type, e[:len(e)-1]) && len(h.Type) >= len(e)
		event = event || e == "*" || e == h.Type || isPrefix
	}
	for _, s := range f.States {
		state = state || s == "*" || s == string(h.State)
	}
	if !event || !state {
		return false
	}
	finished := h.State == "complete" || h.State == "cancelled"
	if f.Result != "*" && finished && f.Result != string(h.Result) {
		return false
	}
	if len(h.Environments) == 0 {
		return slices.Contains(f.Environments, "*")
	}
	for _, name := range h.Environments {
		included, excluded := false, false
		for _, g := range f.Environments {
			included = included || globReference(g, name)
		}
		for _, g := range f.ExcludedEnvironments {
			excluded = excluded || globReference(g, name)
		}
		if included && !excluded {
			return true
		}
	}
	return false
}

// TestMatchEverything goes through every event, state and result, with every kind
// of filter for each.
func TestMatchEverything(t *testing.T) {
	t.Parallel()
	environments := [][]string{nil, {"main"}, {"pr-42"}, {"main", "pr-42"}, {"feature/x.y"}}
	globs := []struct{ include, exclude []string }{
		{[]string{"*"}, nil}, {[]string{"main"}, nil}, {[]string{"pr-*"}, nil}, {[]string{"*"}, []string{"main"}}, {[]string{"*"}, []string{"*"}},
		{[]string{"main", "pr-*"}, []string{"pr-4*"}}, {[]string{"f*/*.*"}, nil}, {[]string{"**"}, nil},
	}
	outcomes := append(activity.Results(), "")
	matches, total := 0, 0
	for i, e := range activity.Catalogue() {
		if testing.Short() && i%10 != 0 {
			continue
		}
		prefix, _, _ := strings.Cut(e.Name, ".")
		for _, events := range [][]string{{e.Name}, {"*"}, {prefix + ".*"}, {"no.such"}, {"no.such", e.Name}, {e.Name + ".*"}} {
			for _, states := range [][]string{{"*"}, {"complete"}, {"pending", "in_progress"}} {
				for _, result := range []string{"*", "success", "failure"} {
					for _, g := range globs {
						f := activity.Filter{Events: events, States: states, Environments: g.include, ExcludedEnvironments: g.exclude, Result: result}
						for _, state := range activity.States() {
							for _, outcome := range outcomes {
								for _, about := range environments {
									h := activity.Header{Type: e.Name, State: state, Result: outcome, Environments: about}
									got := f.Match(h)
									if want := matchReference(f, h); got != want {
										t.Fatalf("%+v on %+v: got %v, want %v", f, h, got, want)
									}
									total++
									if got {
										matches++
									}
								}
							}
						}
					}
				}
			}
		}
	}
	if share := float64(matches) / float64(total); share < 0.05 || share > 0.5 {
		t.Errorf("%d of %d match: the table tests too little", matches, total)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	push := activity.Header{Type: "environment.push", State: "complete", Result: "success", Environments: []string{"main"}}
	with := func(change func(*activity.Header)) activity.Header {
		h := push
		change(&h)
		return h
	}
	all := activity.Filter{Events: []string{"*"}, States: []string{"*"}, Environments: []string{"*"}, Result: "*"}
	filter := func(change func(*activity.Filter)) activity.Filter {
		f := activity.DefaultFilter()
		change(&f)
		return f
	}
	for _, c := range []struct {
		name   string
		filter activity.Filter
		header activity.Header
		want   bool
	}{
		{"default, push", activity.DefaultFilter(), push, true},
		{"default, no environment", activity.DefaultFilter(), with(func(h *activity.Header) { h.Environments = nil }), true},
		{"default, failed", activity.DefaultFilter(), with(func(h *activity.Header) { h.Result = "failure" }), false},
		{"default, complete without a result", activity.DefaultFilter(), with(func(h *activity.Header) { h.Result = "" }), false},
		{"default, in progress", activity.DefaultFilter(), with(func(h *activity.Header) { h.State, h.Result = "in_progress", "" }), false},
		{"default, other event", activity.DefaultFilter(), with(func(h *activity.Header) { h.Type = "environment.redeploy" }), false},
		{"in_progress with the default result", filter(func(f *activity.Filter) { f.States = []string{"in_progress"} }),
			with(func(h *activity.Header) { h.State, h.Result = "in_progress", "" }), true},
		{"cancelled with the default result", filter(func(f *activity.Filter) { f.States = []string{"*"} }),
			with(func(h *activity.Header) { h.State, h.Result = "cancelled", "failure" }), false},
		{"all, unknown event", all, with(func(h *activity.Header) { h.Type = "thing.happened" }), true},
		{"all, a script's run", all, with(func(h *activity.Header) { h.Type = "integration.script" }), false},
		{"a script's run by name", filter(func(f *activity.Filter) { f.Events = []string{"integration.script"} }),
			with(func(h *activity.Header) { h.Type = "integration.script" }), false},
		{"a script's run by prefix", filter(func(f *activity.Filter) { f.Events = []string{"integration.*"} }),
			with(func(h *activity.Header) { h.Type = "integration.script" }), false},
		{"prefix", filter(func(f *activity.Filter) { f.Events = []string{"environment.*"} }),
			with(func(h *activity.Header) { h.Type = "environment.domain.create" }), true},
		{"prefix ends at its dot", filter(func(f *activity.Filter) { f.Events = []string{"environment.*"} }),
			with(func(h *activity.Header) { h.Type = "environment_type.access.create" }), false},
		{"prefix alone", filter(func(f *activity.Filter) { f.Events = []string{"environment.*"} }),
			with(func(h *activity.Header) { h.Type = "environment." }), false},
		{"case matters", filter(func(f *activity.Filter) { f.Environments = []string{"Main"} }), push, false},
		{"a dot is a dot", filter(func(f *activity.Filter) { f.Environments = []string{"m.in", "ma[i]n", "mai?"} }), push, false},
		{"no environment, a name", filter(func(f *activity.Filter) { f.Environments = []string{"main"} }),
			with(func(h *activity.Header) { h.Environments = nil }), false},
		{"no environment, two stars", filter(func(f *activity.Filter) { f.Environments = []string{"**"} }),
			with(func(h *activity.Header) { h.Environments = nil }), false},
		{"no environment is never excluded", filter(func(f *activity.Filter) { f.ExcludedEnvironments = []string{"*"} }),
			with(func(h *activity.Header) { h.Environments = nil }), true},
		{"exclude wins", filter(func(f *activity.Filter) { f.ExcludedEnvironments = []string{"m*"} }), push, false},
		{"one of two excluded", filter(func(f *activity.Filter) { f.ExcludedEnvironments = []string{"main"} }),
			with(func(h *activity.Header) { h.Environments = []string{"main", "pr-1"} }), true},
		{"one excluded, the other not included", filter(func(f *activity.Filter) {
			f.Environments, f.ExcludedEnvironments = []string{"main"}, []string{"main"}
		}), with(func(h *activity.Header) { h.Environments = []string{"main", "pr-1"} }), false},
		{"nothing matches the zero filter", activity.Filter{}, push, false},
	} {
		if got := c.filter.Match(c.header); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

func TestFilterValidate(t *testing.T) {
	t.Parallel()
	many := slices.Repeat([]string{"a"}, activity.MaxPatterns+1)
	long := strings.Repeat("a", activity.MaxPatternBytes+1)
	for _, c := range []struct {
		name   string
		change func(*activity.Filter)
		want   map[string]string
	}{
		{"default", func(*activity.Filter) {}, nil},
		{"the most", func(f *activity.Filter) {
			f.Environments, f.ExcludedEnvironments = many[1:], []string{long[1:], "a b", "ä,*"}
		}, nil},
		{"zero", func(f *activity.Filter) { *f = activity.Filter{} }, map[string]string{
			"events": "it is empty; use * for all", "states": "it is empty; use * for all", "environments": "it is empty; use * for all",
			"result": `"" is none of *, success, failure`,
		}},
		{"state", func(f *activity.Filter) { f.States = []string{"complete", "in progress"} }, map[string]string{
			"states": `"in progress" is none of *, pending, in_progress, complete, cancelled, scheduled, staged`,
		}},
		{"result", func(f *activity.Filter) { f.Result = "ok" }, map[string]string{"result": `"ok" is none of *, success, failure`}},
		{"too many", func(f *activity.Filter) { f.Events, f.ExcludedEnvironments = many, many }, map[string]string{
			"events": "it has 101 entries, at most 100 are allowed", "excluded_environments": "it has 101 entries, at most 100 are allowed",
		}},
		{"too long", func(f *activity.Filter) { f.Environments, f.Events = []string{"*", long}, []string{long} }, map[string]string{
			"environments": "entry 2 has 257 bytes, at most 256 are allowed", "events": "entry 1 has 257 bytes, at most 256 are allowed",
		}},
		{"empty entry", func(f *activity.Filter) { f.States = []string{""} }, map[string]string{"states": "entry 1 is empty"}},
		{"bad globs", func(f *activity.Filter) {
			f.Events, f.Environments, f.ExcludedEnvironments = []string{"*.push"}, []string{"a\n"}, []string{"\xff"}
		}, map[string]string{
			"events":       `"*.push" has a * where none can be: use a name, * or the form prefix.*`,
			"environments": `"a\n" has a control character`, "excluded_environments": `"\xff" is not valid UTF-8`,
		}},
		{"more bad globs", func(f *activity.Filter) { f.Events = []string{"a b"} }, map[string]string{
			"events": `"a b" is no name of an event: those are printable ASCII without blanks`,
		}},
		{"star in the middle", func(f *activity.Filter) { f.Events = []string{"a*.*"} }, map[string]string{
			"events": `"a*.*" has a * where none can be: use a name, * or the form prefix.*`,
		}},
		{"nothing before the dot", func(f *activity.Filter) { f.Events = []string{".*"} }, map[string]string{
			"events": `".*" is no name of an event: those are printable ASCII without blanks`,
		}},
	} {
		f := activity.DefaultFilter()
		c.change(&f)
		warnings, err := f.Validate()
		if diff := cmp.Diff(c.want, activity.Fields(err)); diff != "" || (err != nil) != (c.want != nil) || len(warnings) > 0 {
			t.Errorf("%s: %v, warnings %q, %s", c.name, err, warnings, diff)
		}
		if err != nil && !errors.Is(err, activity.ErrField) {
			t.Errorf("%s: %v is no ErrField", c.name, err)
		}
	}
}

func TestFilterWarnings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ event, want string }{
		{"environment.push", ""},
		{"integration.hipchat", ""},
		{"*", ""},
		{"environment.*", ""},
		{"environment.domain.*", ""},
		{"environment.pusch", `"environment.pusch" is not a known event; did you mean environment.push?`},
		{"push", `"push" is not a known event; did you mean environment.push?`},
		{"our.own.event", `"our.own.event" is not a known event`},
		{"environmet.*", `no known event begins with "environmet."`},
		{"integration.script", "integration.script never triggers a script, or scripts would trigger each other without end"},
	} {
		f := activity.DefaultFilter()
		f.Events = []string{c.event, c.event}
		warnings, err := f.Validate()
		if got := strings.Join(warnings, "|"); got != c.want || err != nil {
			t.Errorf("%s: %q, %v", c.event, got, err)
		}
	}
}

func TestFilterWithDefaults(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(activity.DefaultFilter(), activity.Filter{}.WithDefaults()); diff != "" {
		t.Error(diff)
	}
	given := activity.Filter{Events: []string{"a"}, States: []string{}, Environments: []string{"b"}, ExcludedEnvironments: []string{"c"}, Result: "*"}
	got := given.WithDefaults()
	if diff := cmp.Diff(given, got); diff != "" {
		t.Error(diff)
	}
	got.Events[0], got.ExcludedEnvironments[0] = "x", "x"
	if given.Events[0] != "a" || given.ExcludedEnvironments[0] != "c" {
		t.Error("the copy shares memory")
	}
}

func TestGlobIsLinear(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("a", 1<<20)
	for _, glob := range []string{strings.Repeat("*a", 128) + "b", strings.Repeat("*", 256), strings.Repeat("a*", 100) + "b*" + "a"} {
		start := time.Now()
		activity.MatchGlob(glob, name)
		if took := time.Since(start); took > 10*time.Second { // 10 ms, or for ever
			t.Errorf("%.20s takes %v", glob, took)
		}
	}
}

func TestParseList(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ values, want []string }{
		{nil, nil},
		{[]string{}, nil},
		{[]string{""}, []string{}},
		{[]string{" , "}, []string{}},
		{[]string{"a"}, []string{"a"}},
		{[]string{"a,b"}, []string{"a", "b"}},
		{[]string{"a, b\tc\n\v\f\rd,,e"}, []string{"a", "b", "c", "d", "e"}},
		{[]string{"a,b", "c d"}, []string{"a,b", "c d"}},
		{[]string{" a ", "a", "", "b "}, []string{"a", "b"}},
		{[]string{"b,a,b"}, []string{"b", "a"}},
		{[]string{"a\u00a0b"}, []string{"a\u00a0b"}},
		{[]string{"*"}, []string{"*"}},
	} {
		if diff := cmp.Diff(c.want, activity.ParseList(c.values)); diff != "" {
			t.Errorf("%q: %s", c.values, diff)
		}
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	a, b := &activity.FieldError{Field: "a", Message: "1"}, &activity.FieldError{Field: "b", Message: "2"}
	second := &activity.FieldError{Field: "a", Message: "3"}
	got := activity.Fields(fmt.Errorf("over: %w", errors.Join(a, errors.New("else"), fmt.Errorf("under: %w", b), second)))
	if diff := cmp.Diff(map[string]string{"a": "1", "b": "2"}, got); diff != "" {
		t.Error(diff)
	}
	if activity.Fields(nil) != nil || activity.Fields(errors.New("else")) != nil {
		t.Error("fields of no field error")
	}
}
