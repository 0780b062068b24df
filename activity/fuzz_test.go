package activity_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"cloche/activity"
)

// FuzzParse holds Parse against encoding/json, which reads the same language but
// for the rules that are added here.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	for _, text := range engineTexts() {
		if len(text) < 1000 {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte(`{"type":"t","environments":["a","\ud800"],"parameters":{"environment":"x"}}`))
	f.Add([]byte(`{"type":"t","a":{"b":1,"\u0062":2}}`))
	f.Add([]byte(nested(20)))
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := activity.Parse(body)
		valid := json.Valid(body) && utf8.Valid(body)
		if errors.Is(err, activity.ErrNotJSON) == valid && !errors.Is(err, activity.ErrTooDeep) && !errors.Is(err, activity.ErrDuplicateKey) {
			t.Fatalf("%q: %v, but valid is %v", body, err, valid)
		}
		if !valid {
			if err == nil {
				t.Fatalf("%q: taken", body)
			}
			return
		}
		depth, duplicate := shape(body)
		switch {
		case errors.Is(err, activity.ErrTooDeep):
			if depth <= activity.MaxDepth {
				t.Fatalf("depth %d is too deep", depth)
			}
		case errors.Is(err, activity.ErrDuplicateKey):
			if !duplicate {
				t.Fatalf("%q: no key is there twice", body)
			}
		case depth > activity.MaxDepth || duplicate:
			t.Fatalf("%q: depth %d, duplicate %v, got %v", body, depth, duplicate, err)
		default:
			checkFields(t, body, h, err)
		}
	})
}

// shape finds the depth of a valid document, and whether it has a key twice. It is
// not asked of keys that have lone surrogates: encoding/json does not keep those.
func shape(body []byte) (depth int, duplicate bool) {
	type level struct {
		keys  map[string]bool // nil for an array
		value bool            // the next token is a value
	}
	var levels []*level
	decoder := json.NewDecoder(bytes.NewReader(escapeSurrogates(body)))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return depth, duplicate
		}
		if err != nil {
			panic(err)
		}
		var top *level
		if len(levels) > 0 {
			top = levels[len(levels)-1]
		}
		if key, ok := token.(string); ok && top != nil && top.keys != nil && !top.value {
			duplicate = duplicate || top.keys[key]
			top.keys[key] = true
			top.value = true
			continue
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			levels = levels[:len(levels)-1]
			continue
		}
		if top != nil {
			top.value = false
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, &level{keys: map[string]bool{}})
		case json.Delim('['):
			levels = append(levels, &level{})
		}
		depth = max(depth, len(levels))
	}
}

// escapeSurrogates writes \ud800 and its like as text, in lower case: what stands
// alone stays different from others, and pairs are the same however they are
// written.
func escapeSurrogates(body []byte) []byte {
	var out []byte
	for i := 0; i < len(body); {
		if body[i] == '\\' && i+6 <= len(body) && body[i+1] == 'u' && strings.IndexByte("dD", body[i+2]) >= 0 && body[i+3] >= '8' {
			out = append(out, '\\', '\\')
			out = append(out, bytes.ToLower(body[i+1:i+6])...)
			i += 6
			continue
		}
		if r, size := utf8.DecodeRune(body[i:]); r > 0xffff {
			out = append(out, pair(r)...)
			i += size
			continue
		}
		if body[i] == '\\' {
			out = append(out, body[i])
			i++
		}
		out = append(out, body[i])
		i++
	}
	return out
}

func pair(r rune) []byte {
	const digits = "0123456789abcdef"
	r -= 0x10000
	var out []byte
	for _, unit := range []rune{0xd800 + r>>10, 0xdc00 + r&0x3ff} {
		out = append(out, '\\', '\\', 'u')
		for shift := 12; shift >= 0; shift -= 4 {
			out = append(out, digits[unit>>shift&15])
		}
	}
	return out
}

// checkFields holds a header against what encoding/json finds in the document.
func checkFields(t *testing.T, body []byte, h activity.Header, err error) {
	var document map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // 1e999 is a number, if no float64
	if decoder.Decode(&document) != nil || document == nil {
		if !errors.Is(err, activity.ErrNotObject) {
			t.Fatalf("%q: got %v for what is no object", body, err)
		}
		return
	}
	if err != nil {
		if !errors.Is(err, activity.ErrField) || !reflect.DeepEqual(h, activity.Header{}) {
			t.Fatalf("%q: %v", body, err)
		}
		return
	}
	text := func(name string) string {
		s, ok := document[name].(string)
		if !ok && document[name] != nil {
			t.Fatalf("%q: %s was taken", body, name)
		}
		return s
	}
	want := activity.Header{
		ID: text("id"), Type: text("type"), State: activity.State(text("state")), Result: activity.Result(text("result")),
		Project: text("project"), Integration: text("integration"), Text: text("text"), Description: text("description"),
		CreatedAt: text("created_at"), Environments: h.Environments,
	}
	if document["state"] == nil {
		want.State = activity.StateComplete
	}
	if !reflect.DeepEqual(h, want) || h.Type == "" || !h.State.Valid() || (h.Result != "" && !h.Result.Valid()) {
		t.Fatalf("%q: got %+v, want %+v", body, h, want)
	}
	var environments []string
	if list, ok := document["environments"].([]any); ok {
		for _, e := range list {
			environments = append(environments, e.(string))
		}
	} else if parameters, ok := document["parameters"].(map[string]any); ok {
		if e, ok := parameters["environment"].(string); ok {
			environments = append(environments, e)
		}
	}
	if !slices.Equal(h.Environments, environments) {
		t.Fatalf("%q: got %q, want %q", body, h.Environments, environments)
	}
}

// FuzzGlob holds MatchGlob against the definition.
func FuzzGlob(f *testing.F) {
	f.Add("*", "")
	f.Add("pr-*", "pr-42")
	f.Add("a*b*c", "aXbXbXc")
	f.Add("*a*", "bab")
	f.Add("ab*ba", "aba")
	f.Add("**", "x")
	f.Fuzz(func(t *testing.T, glob, name string) {
		if len(glob) > 100 || len(name) > 100 {
			t.Skip()
		}
		if got, want := activity.MatchGlob(glob, name), globReference(glob, name); got != want {
			t.Errorf("MatchGlob(%q, %q) = %v", glob, name, got)
		}
	})
}

// globReference fills the table of which beginnings match.
func globReference(glob, name string) bool {
	row := make([]bool, len(name)+1)
	row[0] = true
	for i := range len(glob) {
		next := make([]bool, len(name)+1)
		for j := range next {
			if glob[i] == '*' {
				next[j] = row[j] || (j > 0 && next[j-1])
			} else {
				next[j] = j > 0 && row[j-1] && glob[i] == name[j-1]
			}
		}
		row = next
	}
	return row[len(name)]
}

// FuzzFilter holds Match against its documentation, for filters that Validate takes.
func FuzzFilter(f *testing.F) {
	f.Add("environment.push", "complete", "*", "", "success", "environment.push", "complete", "success", "main")
	f.Add("environment.*", "*", "pr-*", "pr-1*", "*", "environment.push", "in_progress", "", "pr-42,main")
	f.Add("*", "*", "*", "*", "*", "integration.script", "complete", "success", "")
	f.Fuzz(func(t *testing.T, events, states, environments, excluded, result, name, state, outcome, about string) {
		filter := activity.Filter{
			Events: strings.Split(events, ","), States: strings.Split(states, ","),
			Environments: strings.Split(environments, ","), Result: result,
		}
		if excluded != "" {
			filter.ExcludedEnvironments = strings.Split(excluded, ",")
		}
		if _, err := filter.Validate(); err != nil {
			if len(activity.Fields(err)) == 0 || strings.ContainsAny(activity.Fields(err)["events"], "\n") {
				t.Errorf("%v names no field, or has several lines", err)
			}
			return
		}
		h := activity.Header{Type: name, State: activity.State(state), Result: activity.Result(outcome)}
		if about != "" {
			h.Environments = strings.Split(about, ",")
		}
		if got, want := filter.Match(h), matchReference(filter, h); got != want {
			t.Errorf("%+v on %+v: got %v", filter, h, got)
		}
	})
}
