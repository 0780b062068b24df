package activity

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// peek returns the byte at the position, 0 at the end. A NUL in the text is no
// part of JSON's grammar outside of strings, so the two need not be told apart.
func (s *scanner) peek() byte {
	if s.pos < len(s.body) {
		return s.body[s.pos]
	}
	return 0
}

// space goes over white space: of all that Unicode has, JSON knows these four.
func (s *scanner) space() {
	for s.pos < len(s.body) {
		switch s.body[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// text reads a string, quotes and all.
func (s *scanner) text() (inner span, err error) {
	s.pos++
	start := s.pos
	for s.pos < len(s.body) {
		switch c := s.body[s.pos]; {
		case c == '"':
			s.pos++
			return span{start, s.pos - 1}, nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return span{}, err
			}
		case c < ' ':
			return span{}, fmt.Errorf("%w: byte %d: a control character in a string, which must be escaped", ErrNotJSON, s.pos)
		default:
			s.pos++
		}
	}
	return span{}, s.unexpected("the closing quote of a string")
}

// escape goes over a backslash and what belongs to it.
func (s *scanner) escape() error {
	at := s.pos
	s.pos++
	c := s.peek()
	if c == 'u' {
		if _, ok := hex4(s.body[s.pos+1:]); !ok {
			return fmt.Errorf("%w: byte %d: \\u needs four hexadecimal digits", ErrNotJSON, at)
		}
		s.pos += 5
		return nil
	}
	if c == 0 || strings.IndexByte(`"\/bfnrt`, c) < 0 {
		return fmt.Errorf("%w: byte %d: an unknown escape in a string", ErrNotJSON, at)
	}
	s.pos++
	return nil
}

// hex4 returns the code unit that four hexadecimal digits stand for.
func hex4(digits []byte) (unit rune, ok bool) {
	if len(digits) < 4 {
		return 0, false
	}
	for _, c := range digits[:4] {
		switch {
		case isDigit(c):
			unit = unit<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			unit = unit<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			unit = unit<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return unit, true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number reads a number. Its value is nobody's business here.
func (s *scanner) number() error {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.peek() == '.' {
		s.pos++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		return s.digits()
	}
	return nil
}

// digits reads one digit or more.
func (s *scanner) digits() error {
	if !isDigit(s.peek()) {
		return s.unexpected("a digit")
	}
	for isDigit(s.peek()) {
		s.pos++
	}
	return nil
}

// word reads true, false or null.
func (s *scanner) word() error {
	for _, w := range [...]struct {
		text string
		kind kind
	}{{"true", kindBoolean}, {"false", kindBoolean}, {"null", kindNull}} {
		if end := s.pos + len(w.text); end <= len(s.body) && string(s.body[s.pos:end]) == w.text {
			v := rawValue{w.kind, span{s.pos, end}}
			s.pos = end
			s.found(v)
			return nil
		}
	}
	return s.unexpected("a value")
}

// unescape appends to dst what the inside of a valid JSON string stands for, as
// UTF-8. A lone surrogate becomes what loneSurrogate makes of it.
func unescape(dst, inner []byte, loneSurrogate func(dst []byte, unit rune) []byte) []byte {
	for i := 0; i < len(inner); {
		if inner[i] != '\\' {
			dst = append(dst, inner[i])
			i++
			continue
		}
		c := inner[i+1]
		i += 2
		if c != 'u' {
			dst = append(dst, simpleEscape(c))
			continue
		}
		unit, _ := hex4(inner[i:])
		i += 4
		if !utf16.IsSurrogate(unit) {
			dst = utf8.AppendRune(dst, unit)
			continue
		}
		if i+6 <= len(inner) && inner[i] == '\\' && inner[i+1] == 'u' {
			low, _ := hex4(inner[i+2:])
			if r := utf16.DecodeRune(unit, low); r != utf8.RuneError {
				dst = utf8.AppendRune(dst, r)
				i += 6
				continue
			}
		}
		dst = loneSurrogate(dst, unit)
	}
	return dst
}

func simpleEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default:
		return c
	}
}

// replaceSurrogate writes U+FFFD, as everything does that wants UTF-8.
func replaceSurrogate(dst []byte, _ rune) []byte { return utf8.AppendRune(dst, utf8.RuneError) }

// keepSurrogate writes the surrogate like any other code point (WTF-8), so that
// two different ones stay different.
func keepSurrogate(dst []byte, unit rune) []byte {
	return append(dst, 0xe0|byte(unit>>12), 0x80|byte(unit>>6)&0x3f, 0x80|byte(unit)&0x3f)
}
