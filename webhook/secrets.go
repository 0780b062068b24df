package webhook

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
)

// Lengths of secrets that are taken as they are, in bytes.
const (
	// MinSecretBytes is the least. RFC 7518 asks for 32; people choose the shared key
	// of the vendor's integrations themselves, and 16 of chance are enough.
	MinSecretBytes = 16
	// MaxSecretBytes is the greatest.
	MaxSecretBytes = 1024
)

// secretBytes is how much chance a new secret has.
const secretBytes = 32

// NewSecret returns a new secret from crypto/rand with 256 bits of chance, to be
// shared with the sender; "" for None. For Ed25519 see NewKeyPair. The error matches
// ErrScheme.
func NewSecret(scheme Scheme) (string, error) {
	if !scheme.Valid() {
		_, err := scheme.method()
		return "", err
	}
	var random [secretBytes]byte
	rand.Read(random[:]) // never fails
	switch scheme {
	case None:
		return "", nil
	case Standard:
		return prefixShared + base64.StdEncoding.EncodeToString(random[:]), nil
	default:
		return base64.RawURLEncoding.EncodeToString(random[:]), nil
	}
}

// NewKeyPair returns a new pair of Ed25519 keys from crypto/rand for the scheme
// Standard: private, whsk_, is for the sender alone, public, whpk_, for Verify.
func NewKeyPair() (private, public string) {
	var seed [ed25519.SeedSize]byte
	rand.Read(seed[:])
	key := ed25519.NewKeyFromSeed(seed[:])
	publicHalf := key[ed25519.SeedSize:]
	return prefixPrivate + base64.StdEncoding.EncodeToString(key),
		prefixPublic + base64.StdEncoding.EncodeToString(publicHalf)
}

// ValidateSecret returns an error that matches ErrSecret if Verify would not take
// the secret for this scheme, and one that matches ErrScheme if there is no such
// scheme. Secrets have MinSecretBytes to MaxSecretBytes and no blanks around them;
// those of Standard are whsec_ (which may be left out) and 24 to 64 bytes in base64,
// or whpk_ and a public key; the one of None is "".
func ValidateSecret(scheme Scheme, secret string) error {
	m, err := scheme.method()
	if err != nil {
		return err
	}
	if scheme == None && secret != "" {
		return fmt.Errorf("%w: the scheme none checks nothing, so it takes no secret", ErrSecret)
	}
	if problem := m.checkSecret(secret); problem != "" {
		return fmt.Errorf("%w: it %s", ErrSecret, problem)
	}
	return nil
}

// checkRawSecret judges a secret whose bytes are the key.
func checkRawSecret(secret string) string {
	if strings.TrimSpace(secret) != secret {
		return "has blanks or line breaks around it, which are hardly part of it"
	}
	if len(secret) < MinSecretBytes || len(secret) > MaxSecretBytes {
		return fmt.Sprintf("has %d bytes, %d to %d are needed", len(secret), MinSecretBytes, MaxSecretBytes)
	}
	return ""
}
