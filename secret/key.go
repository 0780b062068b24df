package secret

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
)

const (
	keyBytes   = 32
	keyIDBytes = 4
)

// Key is a master key: 256 bits for AES. Its zero value is not a key, and sealing
// with it panics. It prints as its ID, so that one that reaches a log by accident
// tells nothing; Text is the way to write it down.
type Key struct {
	raw [keyBytes]byte
}

// NewKey returns a new key from random, a source of uniform bytes; nil means
// crypto/rand. It panics if random fails.
func NewKey(random io.Reader) Key {
	if random == nil {
		random = rand.Reader
	}
	var k Key
	if _, err := io.ReadFull(random, k.raw[:]); err != nil {
		panic("secret: the source of random bytes fails: " + err.Error())
	}
	return k
}

// ReadKey reads a key from the content of a key file: 64 hexadecimal digits, or 32
// bytes in standard or URL-safe base64, with padding or without. White space around
// it is ignored. A key of one byte repeated is refused: nobody drew that. The error
// matches ErrKey and does not show the content.
func ReadKey(text []byte) (Key, error) {
	text = bytes.TrimSpace(text)
	raw, ok := decodeKey(text)
	if !ok {
		return Key{}, fmt.Errorf("%w: it must be %d hexadecimal digits, or %d bytes in base64", ErrKey, 2*keyBytes, keyBytes)
	}
	if bytes.Count(raw, raw[:1]) == keyBytes {
		return Key{}, fmt.Errorf("%w: it is one byte %d times; use a random one", ErrKey, keyBytes)
	}
	return Key{[keyBytes]byte(raw)}, nil
}

func decodeKey(text []byte) (raw []byte, ok bool) {
	if len(text) == 2*keyBytes {
		raw, err := hex.DecodeString(string(text))
		return raw, err == nil
	}
	text = bytes.TrimSuffix(text, []byte("="))
	if len(text) != base64.RawStdEncoding.EncodedLen(keyBytes) {
		return nil, false
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if raw, err := encoding.Strict().DecodeString(string(text)); err == nil && len(raw) == keyBytes {
			return raw, true
		}
	}
	return nil, false
}

// Text returns the key as ReadKey takes it: 64 hexadecimal digits without a line
// break.
func (k Key) Text() string { return hex.EncodeToString(k.raw[:]) }

// ID returns the name of the key in what it seals: the first 8 hexadecimal digits of
// its SHA-256. It is no secret.
func (k Key) ID() string {
	sum := sha256.Sum256(k.raw[:])
	return hex.EncodeToString(sum[:keyIDBytes])
}

// String returns "key " and the ID.
func (k Key) String() string { return "key " + k.ID() }

// GoString is String, so that %#v tells no more.
func (k Key) GoString() string { return k.String() }

// Format prints what String returns, whatever the verb: without it %x would print
// the bytes.
func (k Key) Format(f fmt.State, _ rune) { io.WriteString(f, k.String()) }
