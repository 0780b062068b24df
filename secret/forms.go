package secret

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// base64Form is what is always the same in the base64 of a text that has the value
// somewhere within, given how far from a multiple of three bytes it begins.
type base64Form struct {
	text string
	// before and after say whether the character there holds bits of the value, too.
	before, after bool
}

// base64Forms returns the three forms of a value, in the standard alphabet.
func base64Forms(value string) []base64Form {
	forms := make([]base64Form, 0, 3)
	for offset := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", offset) + value))
		// A character holds 6 bits. Those whose bits are all the value's stay.
		first := (8*offset + 5) / 6
		last := 8 * (offset + len(value)) / 6
		forms = append(forms, base64Form{
			text:   encoded[first:last],
			before: offset > 0,
			after:  8*(offset+len(value))%6 != 0,
		})
	}
	return forms
}

// isBase64 reports whether c is a digit of base64, in either alphabet.
func isBase64(c byte) bool {
	return isLetterOrDigit(c) || strings.IndexByte("+/-_", c) >= 0
}

// writtenForms returns the ways to write a value that escape some characters. They
// are looked for without regard to the case of letters: the hexadecimal digits of an
// escape may have either.
func writtenForms(value string) []string {
	// Most values, such as tokens, are written everywhere as they are, and a hundred
	// of them are worth the look.
	if !strings.ContainsFunc(value, isWrittenOtherwise) {
		return nil
	}
	forms := slices.Concat(percentForms(value), quotedForms(value), htmlForms(value))
	slices.Sort(forms)
	return slices.DeleteFunc(slices.Compact(forms), func(f string) bool { return f == value })
}

// isWrittenOtherwise reports whether any of the forms below differs from the value
// because of r.
func isWrittenOtherwise(r rune) bool {
	return r >= utf8.RuneSelf || !isLetterOrDigit(byte(r)) && strings.IndexByte("-_.", byte(r)) < 0
}

func isLetterOrDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// percentForms are those of URLs: of Go's url package, and of JavaScript's
// encodeURIComponent, encodeURI and URLSearchParams.
func percentForms(value string) []string {
	const (
		component = "-_.!~*'()"
		whole     = component + ";,/?:@&=+$#"
		form      = "-_.*"
	)
	return []string{
		url.QueryEscape(value),
		url.PathEscape(value),
		percent(value, component),
		percent(value, whole),
		strings.ReplaceAll(percent(value, form+" "), " ", "+"),
	}
}

// percent writes all bytes but letters, digits and those in keep as % and two digits.
func percent(value, keep string) string {
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		if isLetterOrDigit(c) || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}

// quotedForms are those within quotes: of JavaScript's JSON.stringify, of Go's
// encoding/json, of writers that leave nothing but ASCII or escape slashes, and of
// what the console prints for a string in an object.
func quotedForms(value string) []string {
	const hexadecimal = `\u%04x`
	isSpecial := func(chars string) func(rune) bool {
		return func(r rune) bool { return strings.ContainsRune(chars, r) }
	}
	return []string{
		escaped(value, `"\`, hexadecimal, isSpecial("")),
		escaped(value, `"\/`, hexadecimal, isSpecial("")),
		escaped(value, `"\`, hexadecimal, isSpecial("<>&\u2028\u2029\x7f")),
		escaped(value, `"\`, hexadecimal, isSpecial("<>&\u2028\u2029")),
		escaped(value, `"\`, hexadecimal, func(r rune) bool { return r >= 0x7f }),
		escaped(value, `"\/`, hexadecimal, func(r rune) bool { return r >= 0x7f }),
		escaped(value, `'\`, `\x%02x`, isSpecial("\x7f")),
		escaped(value, `\`, `\x%02x`, isSpecial("\x7f")),
	}
}

// escaped writes a backslash before the characters in slashed, control characters
// by their letter if they have one, and others and those that special wants in the
// format given; above U+00FF always in four digits.
func escaped(value, slashed, format string, special func(rune) bool) string {
	var b strings.Builder
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRuneInString(value[i:])
		letter := -1
		if r < ' ' {
			letter = strings.IndexRune("\b\f\n\r\t", r)
		}
		switch {
		case strings.ContainsRune(slashed, r):
			b.WriteString(`\` + string(r))
		case letter >= 0:
			b.WriteString(`\` + "bfnrt"[letter:letter+1])
		case r > 0xffff && special(r):
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		case r > 0xff && special(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		case r < ' ' || special(r):
			fmt.Fprintf(&b, format, r)
		default:
			b.WriteString(value[i : i+size])
		}
		i += size
	}
	return b.String()
}

// htmlForms are those of HTML and XML: of Go's html package, of Underscore's
// _.escape, and with the names that XML has.
func htmlForms(value string) []string {
	basic := []string{"&", "&amp;", "<", "&lt;", ">", "&gt;"}
	replace := func(more ...string) string {
		return strings.NewReplacer(append(slices.Clone(basic), more...)...).Replace(value)
	}
	return []string{
		html.EscapeString(value),
		replace(`"`, "&quot;", "'", "&#x27;", "`", "&#x60;"),
		replace(`"`, "&quot;", "'", "&apos;"),
		replace(`"`, "&quot;", "'", "&#39;"),
		replace(`"`, "&quot;"),
		replace(),
	}
}
