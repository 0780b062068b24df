package secret

import (
	"encoding/hex"
	"slices"
	"strings"
)

// MinRedactedBytes is the least length of a value, and of a line of one, that is
// redacted. Shorter ones are in every second text by chance, and whoever sees where
// text is missing can tell what was there.
const MinRedactedBytes = 8

// maxWrittenBytes bounds what the escaped forms cost: a value of nothing but quotes
// takes 1,600 bytes and 3 µs for each of its own.
const maxWrittenBytes = 32 << 10

// Named is a secret value and the name of its variable. The name is no secret.
type Named struct {
	Name, Value string
}

// Redactor takes secret values out of text. It does not change once made. Its zero
// value and a nil one take out nothing.
type Redactor struct {
	finders []*finder
}

// finder looks for some forms of the values.
type finder struct {
	*automaton
	forms []form
}

// form is what a pattern of an automaton stands for.
type form struct {
	name string
	base64Form
}

// NewRedactor returns a Redactor for secrets. A name may have several values, such
// as the strings of a JSON document, and a value may have several lines: each line
// is a value, too. Of values past 32 KiB in all, lines counted again, the escaped
// forms are not looked for.
//
// For each byte of the values it takes about 200 bytes of memory and 300 ns, for
// those within the 32 KiB up to eight times that: keep it for as long as the values
// stay the same, and limit how much they are.
func NewRedactor(secrets []Named) *Redactor {
	var exact, written, encoded patterns
	budget := maxWrittenBytes
	for _, s := range secrets {
		for _, value := range valuesOf(s.Value) {
			exact.add(s.Name, base64Form{text: value})
			written.add(s.Name, base64Form{text: hex.EncodeToString([]byte(value))})
			if budget -= len(value); budget >= 0 {
				for _, text := range writtenForms(value) {
					written.add(s.Name, base64Form{text: text})
				}
			}
			for _, f := range base64Forms(value) {
				encoded.add(s.Name, f)
			}
		}
	}
	if len(exact.texts) == 0 {
		return &Redactor{}
	}
	letters := make([][2]byte, 0, 26)
	for c := byte('A'); c <= 'Z'; c++ {
		letters = append(letters, [2]byte{c, c + 'a' - 'A'})
	}
	return &Redactor{finders: []*finder{
		exact.finder(nil),
		written.finder(letters),
		// The two alphabets of base64 differ in two characters.
		encoded.finder([][2]byte{{'-', '+'}, {'_', '/'}}),
	}}
}

// valuesOf returns the value and its lines, without what is too short.
func valuesOf(value string) []string {
	values := []string{value}
	for line := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == '\n' || r == '\r' }) {
		values = append(values, line, strings.TrimSpace(line))
	}
	slices.Sort(values)
	return slices.DeleteFunc(slices.Compact(values), func(v string) bool { return len(v) < MinRedactedBytes })
}

type patterns struct {
	texts []string
	forms []form
}

func (p *patterns) add(name string, f base64Form) {
	p.texts = append(p.texts, f.text)
	p.forms = append(p.forms, form{name, f})
}

func (p *patterns) finder(folds [][2]byte) *finder {
	return &finder{newAutomaton(p.texts, folds), p.forms}
}

// Redact returns text with "[redacted NAME]" in place of every value of at least
// MinRedactedBytes, whichever of these forms it has:
//
//   - as it is;
//   - in base64, standard or URL-safe, padded or not, alone or within the base64 of
//     a longer text, wherever it begins there;
//   - in hexadecimal digits;
//   - percent-encoded, as in queries or in paths;
//   - escaped as in JSON or in what the console prints of an object;
//   - escaped as in HTML.
//
// Hexadecimal digits may have either case. Not found are values that are encoded
// twice, or broken into lines by their encoding, and those of which text has only a
// part: redact before text is cut.
//
// Where values overlap all that belongs to any of them is taken out, under one name.
// It takes time in proportion to len(text), about 10 ns for each byte. A text without
// secrets is returned as it is.
func (r *Redactor) Redact(text string) string {
	if r == nil || len(r.finders) == 0 {
		return text
	}
	finds := r.find(text)
	if len(finds) == 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	at := 0
	for _, f := range finds {
		b.WriteString(text[at:f.start])
		b.WriteString("[redacted " + f.name + "]")
		at = f.end
	}
	b.WriteString(text[at:])
	return b.String()
}

// find is a part of a text that is a secret.
type find struct {
	start, end int
	name       string
}

// find returns what to take out, in order and without overlaps.
func (r *Redactor) find(text string) []find {
	var finds []find
	states := make([]int32, len(r.finders))
	for i := range len(text) {
		for j, finder := range r.finders {
			states[j] = finder.step(states[j], text[i])
			if n := &finder.nodes[states[j]]; n.longest > 0 {
				f := finder.forms[n.pattern]
				finds = addFind(finds, f.widen(text, find{i + 1 - int(n.longest), i + 1, f.name}))
			}
		}
	}
	return finds
}

// addFind adds a find that ends no earlier than all others began. Those that it
// overlaps become one with it: had they kept their ends apart, a part of a secret
// would be left.
func addFind(finds []find, f find) []find {
	for len(finds) > 0 {
		last := finds[len(finds)-1]
		if last.end <= f.start {
			break
		}
		if last.start <= f.start {
			f.name = last.name
		}
		f.start, f.end = min(last.start, f.start), max(last.end, f.end)
		finds = finds[:len(finds)-1]
	}
	return append(finds, f)
}

// widen takes in what is around the base64 of a value: the characters that have
// bits of it beside those of others, and padding.
func (f *form) widen(text string, found find) find {
	if f.before && found.start > 0 && isBase64(text[found.start-1]) {
		found.start--
	}
	if !f.after {
		return found
	}
	if found.end < len(text) && isBase64(text[found.end]) {
		found.end++
	}
	for range 2 {
		if found.end < len(text) && text[found.end] == '=' {
			found.end++
		}
	}
	return found
}
