package activity

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Any is the pattern that everything matches.
const Any = "*"

// Limits of a Filter.
const (
	// MaxPatterns is the greatest length of each list.
	MaxPatterns = 100
	// MaxPatternBytes is the greatest length of each pattern.
	MaxPatternBytes = 256
)

// Filter says which activities a script is for. The names of its fields in JSON
// are those of the vendor's API. A Filter is data: nothing changes it.
type Filter struct {
	// Events are the types of activities: names, "*" for all, or "prefix.*" for all
	// names that begin with "prefix.".
	Events []string `json:"events"`
	// States are the states of activities: names or "*".
	States []string `json:"states"`
	// Environments are names or globs of environments, in which "*" stands for any
	// characters or none, dots and slashes included, and every other character for
	// itself. Case matters.
	Environments []string `json:"environments"`
	// ExcludedEnvironments are of the same form. They win over Environments.
	ExcludedEnvironments []string `json:"excluded_environments"`
	// Result is "success", "failure" or "*".
	Result string `json:"result"`
}

// DefaultFilter returns the filter of a new script: successful pushes to any
// environment, once they are complete.
func DefaultFilter() Filter {
	return Filter{
		Events:       []string{"environment.push"},
		States:       []string{string(StateComplete)},
		Environments: []string{Any},
		Result:       string(ResultSuccess),
	}
}

// WithDefaults returns a copy of f in which fields that are nil or "" have the
// value of DefaultFilter. A list that is empty but not nil was meant so: it stays
// as it is, for Validate to refuse.
func (f Filter) WithDefaults() Filter {
	defaults := DefaultFilter()
	choose := func(list, otherwise []string) []string {
		if list == nil {
			return otherwise
		}
		return slices.Clone(list)
	}
	f.Events = choose(f.Events, defaults.Events)
	f.States = choose(f.States, defaults.States)
	f.Environments = choose(f.Environments, defaults.Environments)
	f.ExcludedEnvironments = slices.Clone(f.ExcludedEnvironments)
	if f.Result == "" {
		f.Result = defaults.Result
	}
	return f
}

// Validate returns what is worth saying about f though it is legal, such as an
// event that nobody documents, and an error if it is not legal: it joins a
// *FieldError for every field that is wrong. The names of the fields are those in
// JSON.
func (f Filter) Validate() (warnings []string, err error) {
	for _, e := range f.Events {
		if warning := warnEvent(e); warning != "" && !slices.Contains(warnings, warning) {
			warnings = append(warnings, warning)
		}
	}
	problems := []*FieldError{
		checkList("events", f.Events, checkEvent),
		checkList("states", f.States, checkState),
		checkList("environments", f.Environments, checkGlob),
		nil,
		nil,
	}
	if len(f.ExcludedEnvironments) > 0 {
		problems[3] = checkList("excluded_environments", f.ExcludedEnvironments, checkGlob)
	}
	if f.Result != Any && !Result(f.Result).Valid() {
		problems[4] = fieldErrorf("result", "%s is none of *, %s", quote(f.Result), list(Results()))
	}
	for _, p := range problems {
		if p != nil {
			err = errors.Join(err, p)
		}
	}
	if err != nil {
		return nil, err
	}
	return warnings, nil
}

// checkList applies check, which returns what is wrong with a pattern or "", to a
// list that must not be empty.
func checkList(field string, patterns []string, check func(string) string) *FieldError {
	if len(patterns) == 0 {
		return fieldErrorf(field, "it is empty; use * for all")
	}
	if len(patterns) > MaxPatterns {
		return fieldErrorf(field, "it has %d entries, at most %d are allowed", len(patterns), MaxPatterns)
	}
	for i, p := range patterns {
		if p == "" {
			return fieldErrorf(field, "entry %d is empty", i+1)
		}
		if len(p) > MaxPatternBytes {
			return fieldErrorf(field, "entry %d has %d bytes, at most %d are allowed", i+1, len(p), MaxPatternBytes)
		}
		if problem := check(p); problem != "" {
			return fieldErrorf(field, "%s %s", quote(p), problem)
		}
	}
	return nil
}

func checkEvent(pattern string) string {
	prefix, isPrefix := strings.CutSuffix(pattern, ".*")
	switch {
	case pattern == Any:
		return ""
	case isPrefix:
		pattern = prefix
	}
	if strings.Contains(pattern, Any) {
		return "has a * where none can be: use a name, * or the form prefix.*"
	}
	if !isName(pattern, MaxPatternBytes) {
		return "is no name of an event: those are printable ASCII without blanks"
	}
	return ""
}

func checkState(name string) string {
	if name == Any || State(name).Valid() {
		return ""
	}
	return "is none of *, " + list(States())
}

func checkGlob(pattern string) string {
	if !utf8.ValidString(pattern) {
		return "is not valid UTF-8"
	}
	if strings.ContainsFunc(pattern, unicode.IsControl) {
		return "has a control character"
	}
	return ""
}

// warnEvent returns what an author should know about a pattern for events.
func warnEvent(pattern string) string {
	prefix, isPrefix := strings.CutSuffix(pattern, Any)
	switch {
	case pattern == Any:
		return ""
	case pattern == ScriptEvent:
		return ScriptEvent + " never triggers a script, or scripts would trigger each other without end"
	case isPrefix:
		if slices.ContainsFunc(Catalogue(), func(e Event) bool { return strings.HasPrefix(e.Name, prefix) }) {
			return ""
		}
		return "no known event begins with " + quote(prefix)
	case Known(pattern):
		return ""
	}
	warning := quote(pattern) + " is not a known event"
	if near := Suggest(pattern); near != "" {
		warning += "; did you mean " + near + "?"
	}
	return warning
}

// Match reports whether a script with this filter is for the activity. All of the
// following must be so.
//
//   - Its type is not ScriptEvent, whatever the filter says: scripts would trigger
//     each other, and themselves, without end.
//   - Events has its type, and States its state.
//   - Its result is Result, or Result is "*", or its state is not Finished: what is
//     not finished has no result to be judged by, so that states in_progress works
//     without touching the default "success". A finished activity without a result
//     matches "*" alone.
//   - Environments has one of its environments and ExcludedEnvironments does not
//     have that same one. An activity without environments matches if "*" itself is
//     in Environments; nothing excludes it.
//
// It takes time in proportion to the sizes of the filter's lists and the
// activity's environments, multiplied.
func (f Filter) Match(h Header) bool {
	return h.Type != ScriptEvent &&
		slices.ContainsFunc(f.Events, func(p string) bool { return matchEvent(p, h.Type) }) &&
		(slices.Contains(f.States, Any) || slices.Contains(f.States, string(h.State))) &&
		(f.Result == Any || !h.State.Finished() || f.Result == string(h.Result)) &&
		f.matchEnvironments(h.Environments)
}

func matchEvent(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, ".*"); ok {
		rest, ok := strings.CutPrefix(name, prefix+".")
		return ok && rest != ""
	}
	return pattern == Any || pattern == name
}

func (f Filter) matchEnvironments(environments []string) bool {
	if len(environments) == 0 {
		return slices.Contains(f.Environments, Any)
	}
	return slices.ContainsFunc(environments, func(name string) bool {
		return matchesOne(f.Environments, name) && !matchesOne(f.ExcludedEnvironments, name)
	})
}

func matchesOne(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(glob string) bool { return MatchGlob(glob, name) })
}
