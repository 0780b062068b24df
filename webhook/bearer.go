package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
)

const (
	authorization  = "Authorization"
	idempotencyKey = "Idempotency-Key"
)

// bearer compares a token (RFC 6750, section 2.1).
type bearer struct{}

func (bearer) checkSecret(secret string) string {
	if !isPrintable(secret) {
		return "is not printable ASCII without blanks, which a token must be"
	}
	return checkRawSecret(secret)
}

func (bearer) verify(secrets []string, r request) (Delivery, error) {
	value, err := single(r.header, authorization)
	if err != nil {
		return Delivery{}, err
	}
	scheme, token, _ := strings.Cut(value, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Delivery{}, malformed(authorization)
	}
	// Hashes have one length: comparing those does not tell how long a secret is.
	got := sha256.Sum256([]byte(token))
	matches := 0
	for _, secret := range secrets {
		want := sha256.Sum256([]byte(secret))
		matches |= subtle.ConstantTimeCompare(got[:], want[:])
	}
	if matches != 1 {
		return Delivery{}, fmt.Errorf("%w: it is no token of ours", ErrSignature)
	}
	return chosenID(r.header)
}

func (bearer) sign(secret string, d draft) (http.Header, error) {
	return withID(headers(authorization, "Bearer "+secret), idempotencyKey, d.id)
}

// none checks nothing.
type none struct{}

func (none) checkSecret(string) string { return "" }

func (none) verify(_ []string, r request) (Delivery, error) { return chosenID(r.header) }

func (none) sign(_ string, d draft) (http.Header, error) {
	return withID(http.Header{}, idempotencyKey, d.id)
}

// keyPrefix keeps ids that the sender chose apart from all others.
const keyPrefix = "key:"

// chosenID reads the id that a sender may choose.
func chosenID(header http.Header) (Delivery, error) {
	values := header.Values(idempotencyKey)
	if len(values) == 0 {
		return Delivery{}, nil
	}
	if len(values) > 1 || !isID(values[0]) {
		return Delivery{}, fmt.Errorf("%w: %s must be there once and have 1 to %d characters of printable ASCII and no blanks",
			ErrID, idempotencyKey, MaxIDBytes-len(keyPrefix))
	}
	return Delivery{ID: keyPrefix + values[0]}, nil
}

func isID(text string) bool {
	return text != "" && len(text) <= MaxIDBytes-len(keyPrefix) && isPrintable(text)
}
