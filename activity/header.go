package activity

import (
	"bytes"
	"fmt"
)

// Limits of the fields of an activity.
const (
	// MaxTypeBytes is the greatest length of Header.Type.
	MaxTypeBytes = 128
	// MaxIDBytes is the greatest length of Header.ID.
	MaxIDBytes = 64
	// MaxEnvironments is the greatest number of Header.Environments.
	MaxEnvironments = 1000
	// MaxEnvironmentBytes is the greatest length of each of them.
	MaxEnvironmentBytes = 256
)

// Header is what the host reads of an activity. All else in it is between its
// sender and the scripts.
type Header struct {
	// ID names the activity: up to MaxIDBytes of printable ASCII without blanks.
	// "" if it has none: whoever stores it assigns one.
	ID string
	// Type is the event, such as "environment.push": 1 to MaxTypeBytes of printable
	// ASCII without blanks. It need not be in the Catalogue.
	Type string
	// State is one of the States; StateComplete if the activity does not say.
	State State
	// Result is "" while there is none.
	Result Result
	// Project is the sender's name of the project. It is data: it says nothing of
	// whose activity this is.
	Project string
	// Integration is set on activities of integrations; "" on others.
	Integration string
	// Environments are the environments that the activity is about, in its order;
	// usually one, none for activities of a whole project.
	Environments []string
	// Text and Description are the same sentence about the activity, for people: the
	// former plain, the latter with markup. "" if absent.
	Text, Description string
	// CreatedAt is the time of the activity as the sender wrote it, by its habit in
	// ISO 8601. "" if absent.
	CreatedAt string
}

// Parse reads the header of an activity from its JSON text. It accepts what a
// script's JSON.parse accepts as an object, unless an object in it has a key
// twice: a filter and a script must never see different activities. It takes time
// in proportion to len(body) (and the logarithm of it, for keys), memory of at
// most a few times len(body) and no recursion. How long a body may be is for the
// caller to limit. body is neither changed nor kept.
//
// A field that is null is as good as absent, and only type is required. If there
// is no environments, the string parameters.environment is the environment. Text
// in which a surrogate stands alone has U+FFFD in its place.
//
// The errors match ErrNotJSON, ErrNotObject, ErrTooDeep, ErrDuplicateKey or
// ErrField.
func Parse(body []byte) (Header, error) {
	f := fields{body: body, members: make(map[string]rawValue, 12)}
	if err := scan(body, f.found); err != nil {
		return Header{}, err
	}
	if f.root != kindObject {
		return Header{}, fmt.Errorf("%w: its outermost value is %s", ErrNotObject, f.root)
	}
	return f.header()
}

// fields are the values of a body that belong to its header.
type fields struct {
	body         []byte
	root         kind
	members      map[string]rawValue // of the outermost object
	environments []rawValue          // the first ones; enough to see that they are too many
	environment  rawValue            // of parameters
}

// memberNames are the members that a header is made of.
func memberNames() [10]string {
	return [...]string{"id", "type", "state", "result", "project", "integration", "environments",
		"text", "description", "created_at"}
}

// found looks at a value that the scanner came by.
func (f *fields) found(s *scanner, v rawValue) {
	switch len(s.stack) {
	case 0:
		f.root = v.kind
	case 1:
		if s.stack[0].value.kind == kindObject {
			f.member(s.stack[0].key, v)
		}
	case 2:
		f.inner(&s.stack[0], &s.stack[1], v)
	}
}

func (f *fields) member(key span, v rawValue) {
	for _, name := range memberNames() {
		if f.is(key, name) {
			f.members[name] = v
			return
		}
	}
}

// inner looks at a value within a member of the outermost object.
func (f *fields) inner(root, outer *frame, v rawValue) {
	if root.value.kind != kindObject {
		return
	}
	switch outer.value.kind {
	case kindArray:
		if len(f.environments) <= MaxEnvironments && f.is(root.key, "environments") {
			f.environments = append(f.environments, v)
		}
	case kindObject:
		if f.is(outer.key, "environment") && f.is(root.key, "parameters") {
			f.environment = v
		}
	}
}

// is reports whether the inside of a string stands for name. What is too long for
// that even with every character escaped is not looked at: this is asked for every
// value of an array, whose key may be as long as the rest of the body.
func (f *fields) is(at span, name string) bool {
	inner := f.body[at.start:at.end]
	if len(inner) > len(`\u0000`)*len(name) {
		return false
	}
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner) == name
	}
	return f.text(at) == name
}

// text returns what the inside of a string stands for. It copies, so that a
// header does not hold on to the whole body.
func (f *fields) text(at span) string {
	inner := f.body[at.start:at.end]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	return string(unescape(nil, inner, replaceSurrogate))
}

// header makes the header, or says which field is wrong.
func (f *fields) header() (Header, error) {
	var h Header
	var state, result string
	for _, field := range []struct {
		name string
		into *string
	}{
		{"type", &h.Type}, {"id", &h.ID}, {"state", &state}, {"result", &result}, {"project", &h.Project},
		{"integration", &h.Integration}, {"text", &h.Text}, {"description", &h.Description}, {"created_at", &h.CreatedAt},
	} {
		if err := f.readString(field.name, field.into); err != nil {
			return Header{}, err
		}
	}
	if err := f.checkNames(h); err != nil {
		return Header{}, err
	}
	h.State, h.Result = State(state), Result(result)
	if f.absent("state") {
		h.State = StateComplete
	}
	if !h.State.Valid() {
		return Header{}, fieldErrorf("state", "%s is none of %s", quote(state), list(States()))
	}
	if !f.absent("result") && !h.Result.Valid() {
		return Header{}, fieldErrorf("result", "%s is none of %s", quote(result), list(Results()))
	}
	var err error
	h.Environments, err = f.readEnvironments()
	if err != nil {
		return Header{}, err
	}
	return h, nil
}

func (f *fields) absent(name string) bool {
	k := f.members[name].kind
	return k == 0 || k == kindNull
}

func (f *fields) readString(name string, into *string) error {
	if f.absent(name) {
		return nil
	}
	v := f.members[name]
	if v.kind != kindString {
		return fieldErrorf(name, "it must be a string, not %s", v.kind)
	}
	*into = f.text(v.span)
	return nil
}

func (f *fields) checkNames(h Header) error {
	if f.absent("type") {
		return fieldErrorf("type", "it is missing")
	}
	if !isName(h.Type, MaxTypeBytes) {
		return fieldErrorf("type", "it must have 1 to %d characters of printable ASCII and no blanks", MaxTypeBytes)
	}
	if !f.absent("id") && !isName(h.ID, MaxIDBytes) {
		return fieldErrorf("id", "it must have 1 to %d characters of printable ASCII and no blanks", MaxIDBytes)
	}
	return nil
}

// isName reports whether text is short, and safe to show and to log.
func isName(text string, most int) bool {
	if text == "" || len(text) > most {
		return false
	}
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

func (f *fields) readEnvironments() ([]string, error) {
	const name = "environments"
	if f.absent(name) {
		if f.environment.kind != kindString {
			return nil, nil
		}
		environment := f.text(f.environment.span)
		if len(environment) > MaxEnvironmentBytes {
			return nil, fieldErrorf("parameters.environment", "it has %d bytes, at most %d are allowed", len(environment), MaxEnvironmentBytes)
		}
		return []string{environment}, nil
	}
	if k := f.members[name].kind; k != kindArray {
		return nil, fieldErrorf(name, "it must be an array of strings, not %s", k)
	}
	if len(f.environments) > MaxEnvironments {
		return nil, fieldErrorf(name, "it has more than %d", MaxEnvironments)
	}
	environments := make([]string, 0, len(f.environments))
	for i, v := range f.environments {
		if v.kind != kindString {
			return nil, fieldErrorf(name, "number %d must be a string, not %s", i+1, v.kind)
		}
		environment := f.text(v.span)
		if len(environment) > MaxEnvironmentBytes {
			return nil, fieldErrorf(name, "number %d has %d bytes, at most %d are allowed", i+1, len(environment), MaxEnvironmentBytes)
		}
		environments = append(environments, environment)
	}
	return environments, nil
}

// String names the kind with its article, for messages.
func (k kind) String() string {
	switch k {
	case kindObject:
		return "an object"
	case kindArray:
		return "an array"
	case kindString:
		return "a string"
	case kindNumber:
		return "a number"
	case kindBoolean:
		return "a boolean"
	case kindNull:
		return "null"
	default:
		return "nothing"
	}
}
