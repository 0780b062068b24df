package webhook

import (
	"fmt"
	"net/http"
	"time"
)

// Sign returns the headers that make Verify accept body: what a sender adds to its
// request. id is the id of the delivery: the scheme Standard needs one; Bearer and
// None send it as Idempotency-Key, GitHub and Shopify as the header of theirs that
// is not signed, the others not at all; "" leaves it out. now is the time that is
// signed by the schemes that sign one. A private key, whsk_, signs for the scheme
// Standard with v1a. The caller owns the headers; body is not changed.
//
// The errors match ErrScheme, ErrSecret or ErrID.
func Sign(scheme Scheme, secret string, body []byte, id string, now time.Time) (http.Header, error) {
	m, err := scheme.method()
	if err != nil {
		return nil, err
	}
	_, isStandard := m.(standard) // signs with keys that it does not verify with
	if problem := m.checkSecret(secret); problem != "" && !isStandard {
		return nil, fmt.Errorf("%w: it %s", ErrSecret, problem)
	}
	return m.sign(secret, draft{body: body, id: id, now: now})
}

// headers makes headers of names, which are canonical, and values in turn.
func headers(pairs ...string) http.Header {
	h := make(http.Header, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// withID adds an id if there is one.
func withID(h http.Header, name, id string) (http.Header, error) {
	if id == "" {
		return h, nil
	}
	if !isID(id) {
		return nil, fmt.Errorf("%w: it must have at most %d characters of printable ASCII and no blanks", ErrID, MaxIDBytes-len(keyPrefix))
	}
	h.Set(name, id)
	return h, nil
}
