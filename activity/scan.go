package activity

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"unicode/utf8"
)

// MaxDepth is how deep the objects and arrays of a body may be nested; the body
// itself is the first. The engine's JSON.parse, which recurses, still takes that.
const MaxDepth = 1000

// scanner reads a whole JSON text once, from left to right. It keeps its own
// stack: how deep a text is nested costs no recursion. It takes what JSON.parse
// takes, but for duplicate keys: of those JSON.parse would let the last one win,
// and a reader that sees it otherwise could be told one thing and the script
// another.
type scanner struct {
	body  []byte
	pos   int
	stack []frame
	keys  keyList
	// found is told of every value that is complete, with the stack as it is
	// around the value.
	found func(v rawValue)
}

// frame is an object or array that is still open.
type frame struct {
	value    rawValue // end is not known yet
	firstKey int      // of the object, in keys
	key      span     // of the member that is being read
}

// span is a part of a body; of a string, what is between the quotes.
type span struct{ start, end int }

// kind is the type of a JSON value; the zero kind is that of an absent one.
type kind byte

const (
	kindObject kind = iota + 1
	kindArray
	kindString
	kindNumber
	kindBoolean
	kindNull
)

// rawValue is a value and where it stands.
type rawValue struct {
	kind kind
	span
}

// scan reads body and calls found for every value in it, inner ones first.
func scan(body []byte, found func(s *scanner, v rawValue)) error {
	if bytes.HasPrefix(body, []byte("\ufeff")) {
		return fmt.Errorf("%w: byte 0: a byte order mark, which JSON must not have", ErrNotJSON)
	}
	if at := firstInvalid(body); at >= 0 {
		return fmt.Errorf("%w: byte %d: not valid UTF-8", ErrNotJSON, at)
	}
	s := &scanner{body: body, keys: keyList{seed: maphash.MakeSeed()}}
	s.found = func(v rawValue) { found(s, v) }
	return s.document()
}

// firstInvalid returns the offset of the first byte that is not UTF-8, or -1.
func firstInvalid(body []byte) int {
	if utf8.Valid(body) {
		return -1
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(body[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}

func (s *scanner) document() error {
	for {
		s.space()
		opened, err := s.value()
		if err != nil {
			return err
		}
		if opened {
			continue
		}
		more, err := s.afterValue()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if s.pos < len(s.body) {
		return s.unexpected("the end")
	}
	return nil
}

// value reads a value. Of an object or array that is not empty it reads what
// stands before the first value within, and returns true.
func (s *scanner) value() (opened bool, err error) {
	start := s.pos
	switch c := s.peek(); {
	case c == '{' || c == '[':
		return s.open(c)
	case c == '"':
		inner, err := s.text()
		if err != nil {
			return false, err
		}
		s.found(rawValue{kindString, inner})
		return false, nil
	case c == '-' || isDigit(c):
		if err := s.number(); err != nil {
			return false, err
		}
		s.found(rawValue{kindNumber, span{start, s.pos}})
		return false, nil
	default:
		return false, s.word()
	}
}

// open enters an object or an array.
func (s *scanner) open(bracket byte) (opened bool, err error) {
	if len(s.stack) == MaxDepth {
		return false, fmt.Errorf("%w: byte %d: at most %d levels are allowed", ErrTooDeep, s.pos, MaxDepth)
	}
	f := frame{value: rawValue{kindArray, span{start: s.pos}}, firstKey: len(s.keys.list)}
	if bracket == '{' {
		f.value.kind = kindObject
	}
	s.stack = append(s.stack, f)
	s.pos++
	s.space()
	if s.peek() == f.closing() {
		return false, s.close()
	}
	if f.value.kind == kindObject {
		return true, s.key()
	}
	return true, nil
}

func (f *frame) closing() byte {
	if f.value.kind == kindObject {
		return '}'
	}
	return ']'
}

// close leaves the innermost object or array at its bracket.
func (s *scanner) close() error {
	s.pos++
	last := len(s.stack) - 1
	f := s.stack[last]
	s.stack = s.stack[:last]
	if f.value.kind == kindObject {
		if at := s.keys.pop(s.body, f.firstKey); at >= 0 {
			return fmt.Errorf("%w: byte %d: this object has that key already", ErrDuplicateKey, at)
		}
	}
	f.value.end = s.pos
	s.found(f.value)
	return nil
}

// afterValue goes on behind a value: over closing brackets, and over a comma and
// the key behind it. It returns false behind the outermost value.
func (s *scanner) afterValue() (more bool, err error) {
	for {
		s.space()
		if len(s.stack) == 0 {
			return false, nil
		}
		f := &s.stack[len(s.stack)-1]
		switch s.peek() {
		case f.closing():
			if err := s.close(); err != nil {
				return false, err
			}
		case ',':
			s.pos++
			s.space()
			if f.value.kind == kindObject {
				return true, s.key()
			}
			return true, nil
		default:
			return false, s.unexpected("a comma or " + string(f.closing()))
		}
	}
}

// key reads the key of a member and its colon.
func (s *scanner) key() error {
	if s.peek() != '"' {
		return s.unexpected("a key in double quotes")
	}
	inner, err := s.text()
	if err != nil {
		return err
	}
	s.stack[len(s.stack)-1].key = inner
	s.keys.push(s.body, inner)
	s.space()
	if s.peek() != ':' {
		return s.unexpected("a colon")
	}
	s.pos++
	return nil
}

// unexpected says what should stand here.
func (s *scanner) unexpected(wanted string) error {
	if s.pos >= len(s.body) {
		return fmt.Errorf("%w: byte %d: it ends where %s should be", ErrNotJSON, s.pos, wanted)
	}
	r, _ := utf8.DecodeRune(s.body[s.pos:])
	return fmt.Errorf("%w: byte %d: %q stands where %s should be", ErrNotJSON, s.pos, r, wanted)
}
