package webhook

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

const jwsHeader = "X-Jws-Signature"

// jwsProtected is the protected header as the vendor writes it.
const jwsProtected = `{"alg":"HS256","b64":false,"crit":["b64"]}`

// jws is a JSON Web Signature in its compact form, header..signature: detached, and
// over the body as it is (RFC 7797, section 5.2). Another writing of the same
// protected header is taken, another header is not: what would make it say
// something else (alg, crit, b64 and their like) is what attacks are made of.
type jws struct{}

func (jws) checkSecret(secret string) string { return checkRawSecret(secret) }

func (jws) verify(secrets []string, r request) (Delivery, error) {
	value, err := single(r.header, jwsHeader)
	if err != nil {
		return Delivery{}, err
	}
	protected, signed, found := strings.Cut(value, "..")
	if !found {
		return Delivery{}, malformed(jwsHeader)
	}
	encoding := base64.RawURLEncoding.Strict()
	header, err := decode(encoding, protected)
	if err != nil || !isProtectedHeader(header) {
		return Delivery{}, malformed(jwsHeader)
	}
	signature, err := decode(encoding, signed)
	if err != nil {
		return Delivery{}, malformed(jwsHeader)
	}
	if !anyMatches(rawKeys(secrets), [][]byte{signature}, []byte(protected), []byte("."), r.body) {
		return Delivery{}, errNoMatch
	}
	return Delivery{}, nil
}

func (jws) sign(secret string, d draft) (http.Header, error) {
	protected := base64.RawURLEncoding.EncodeToString([]byte(jwsProtected))
	signature := mac([]byte(secret), []byte(protected), []byte("."), d.body)
	return headers(jwsHeader, protected+".."+base64.RawURLEncoding.EncodeToString(signature)), nil
}

// isProtectedHeader reports whether text is a JSON object with the three members of
// jwsProtected, each once, and no others.
func isProtectedHeader(text []byte) bool {
	if !json.Valid(text) {
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return false
	}
	seen := make(map[string]bool, 3)
	for decoder.More() {
		name, err := decoder.Token()
		key, ok := name.(string)
		if err != nil || !ok || seen[key] || !isProtectedMember(decoder, key) {
			return false
		}
		seen[key] = true
	}
	return len(seen) == 3
}

// isProtectedMember reads the value of a member.
func isProtectedMember(decoder *json.Decoder, key string) bool {
	var want []json.Token
	switch key {
	case "alg":
		want = []json.Token{"HS256"}
	case "b64":
		want = []json.Token{false}
	case "crit":
		want = []json.Token{json.Delim('['), "b64", json.Delim(']')}
	}
	for _, w := range want {
		if token, err := decoder.Token(); err != nil || token != w {
			return false
		}
	}
	return want != nil
}

// decode is encoding.DecodeString without the line breaks that it would skip.
func decode(encoding *base64.Encoding, text string) ([]byte, error) {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return nil, base64.CorruptInputError(i)
	}
	return encoding.DecodeString(text)
}
