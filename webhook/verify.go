package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Tolerance is how far the time of a signature may be from that of the receiver,
// either way. It is what Standard Webhooks, Stripe and Slack advise.
const Tolerance = 5 * time.Minute

// Limits of what Verify looks at; what is past them is refused.
const (
	// MaxSecrets is the greatest number of secrets. Each costs a pass over the body.
	MaxSecrets = 10
	// MaxIDBytes is the greatest length of Delivery.ID.
	MaxIDBytes = 256

	maxSignatures  = 20
	maxHeaderBytes = 4 << 10
)

// Delivery is what a signature vouches for.
type Delivery struct {
	// ID tells a repetition from a new delivery, within the place that took it; see
	// the package's documentation for where it is from. It is 1 to MaxIDBytes of
	// printable ASCII and begins with "id:", "key:" or "sha256:".
	ID string
	// Timestamp is when it was signed, in whole seconds. Zero if the scheme does not
	// sign a time.
	Timestamp time.Time
}

// Verify checks that a delivery was signed with one of the secrets, all of which
// are tried, in a time that does not depend on them. body is the bytes that were
// received; it is not changed. now is the time of the receiver: schemes that sign a
// time refuse one that is more than Tolerance away. A header that the scheme reads
// must be there once.
//
// The errors match ErrMissing, ErrSignature, ErrTimestamp or ErrID if the delivery
// is to blame, and ErrScheme or ErrSecret if the configuration is: there must be 1
// to MaxSecrets secrets that ValidateSecret takes, and none for None.
func Verify(scheme Scheme, secrets []string, header http.Header, body []byte, now time.Time) (Delivery, error) {
	m, err := scheme.method()
	if err != nil {
		return Delivery{}, err
	}
	if err := checkSecrets(scheme, m, secrets); err != nil {
		return Delivery{}, err
	}
	d, err := m.verify(secrets, request{header, body})
	if err != nil {
		return Delivery{}, err
	}
	if err := checkTime(d.Timestamp, now); err != nil {
		return Delivery{}, err
	}
	if d.ID == "" {
		sum := sha256.Sum256(body)
		d.ID = "sha256:" + hex.EncodeToString(sum[:])
	}
	return d, nil
}

func checkSecrets(scheme Scheme, m method, secrets []string) error {
	if scheme == None {
		if len(secrets) > 0 {
			return fmt.Errorf("%w: the scheme none checks nothing, so it takes no secret", ErrSecret)
		}
		return nil
	}
	if len(secrets) == 0 || len(secrets) > MaxSecrets {
		return fmt.Errorf("%w: there are %d, 1 to %d are needed", ErrSecret, len(secrets), MaxSecrets)
	}
	for i, secret := range secrets {
		if problem := m.checkSecret(secret); problem != "" {
			return fmt.Errorf("%w: number %d %s", ErrSecret, i+1, problem)
		}
	}
	return nil
}

func checkTime(signed, now time.Time) error {
	if signed.IsZero() {
		return nil
	}
	if signed.Before(now.Add(-Tolerance)) {
		return fmt.Errorf("%w: it was signed more than %v ago", ErrTimestamp, Tolerance)
	}
	if signed.After(now.Add(Tolerance)) {
		return fmt.Errorf("%w: it was signed more than %v ahead of our clock", ErrTimestamp, Tolerance)
	}
	return nil
}

// single returns the value of a header that must be there once. Two of them are
// refused whatever they say: which one another reader believes is not ours to guess.
func single(header http.Header, name string) (string, error) {
	values := header.Values(name)
	switch {
	case len(values) == 0 || (len(values) == 1 && values[0] == ""):
		return "", fmt.Errorf("%w: %s", ErrMissing, name)
	case len(values) > 1:
		return "", fmt.Errorf("%w: the header %s is there %d times", ErrSignature, name, len(values))
	case len(values[0]) > maxHeaderBytes:
		return "", fmt.Errorf("%w: the header %s is too long", ErrSignature, name)
	}
	return values[0], nil
}

// parseTime reads seconds since 1970. There is one way to write each, because what
// is signed is how it was written.
func parseTime(text string) (time.Time, error) {
	const most = 12 // digits, which last for 30,000 years
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds <= 0 || len(text) > most || strconv.FormatInt(seconds, 10) != text {
		return time.Time{}, fmt.Errorf("%w: it is no number of seconds since 1970", ErrTimestamp)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

func writeTime(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// mac returns the HMAC-SHA256 of the parts joined.
func mac(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// anyMatches reports whether one of the signatures is the HMAC-SHA256 of the parts
// under one of the keys. All are compared with all, so that the time tells nothing.
func anyMatches(keys, signatures [][]byte, parts ...[]byte) bool {
	matches := false
	for _, key := range keys {
		want := mac(key, parts...)
		for _, signature := range signatures {
			matches = hmac.Equal(want, signature) || matches
		}
	}
	return matches
}

// rawKeys returns secrets whose bytes are the keys.
func rawKeys(secrets []string) [][]byte {
	keys := make([][]byte, len(secrets))
	for i, s := range secrets {
		keys[i] = []byte(s)
	}
	return keys
}

// isPrintable reports whether text is printable ASCII without blanks.
func isPrintable(text string) bool {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

var errNoMatch = fmt.Errorf("%w: it is not made of this body with a secret of ours", ErrSignature)

func malformed(header string) error {
	return fmt.Errorf("%w: the header %s is not of the form that the scheme wants", ErrSignature, header)
}
