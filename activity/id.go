package activity

import (
	"crypto/rand"
	"io"
)

const (
	idLength  = 13
	idLetters = "abcdefghijklmnopqrstuvwxyz"
	idCharset = idLetters + "0123456789"
)

// NewID returns a new id in the vendor's form: 13 lower-case letters and digits,
// the first a letter so that no spreadsheet takes it for a number. All such ids
// are equally likely, 26·36¹² of them or 66 bits: a million ids clash with a
// probability of 1 in 10⁸. random is a source of uniform bytes; nil means
// crypto/rand. NewID panics if random fails.
func NewID(random io.Reader) string {
	if random == nil {
		random = rand.Reader
	}
	id := make([]byte, 0, idLength)
	var buffer [2 * idLength]byte
	for {
		if _, err := io.ReadFull(random, buffer[:]); err != nil {
			panic("activity: the source of random bytes fails: " + err.Error())
		}
		for _, b := range buffer {
			charset := idCharset
			if len(id) == 0 {
				charset = idLetters
			}
			// What is past the last whole multiple would favour the first characters.
			if int(b) >= 256-256%len(charset) {
				continue
			}
			if id = append(id, charset[int(b)%len(charset)]); len(id) == idLength {
				return string(id)
			}
		}
	}
}

// ValidID reports whether id has the form of the vendor's ids: 13 lower-case
// letters and digits. The first may be a digit, which ids of the vendor begin
// with at times, though those of NewID never do.
func ValidID(id string) bool {
	if len(id) != idLength {
		return false
	}
	for i := range len(id) {
		if c := id[i]; !isDigit(c) && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
