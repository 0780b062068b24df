package webhook

import "errors"

// The errors of this package. Match them with errors.Is. The texts are one line
// and hold nothing of a secret or of a request. ErrScheme and ErrSecret are about
// the configuration; a receiver answers all others alike, with 401.
var (
	// ErrMissing says that a header is missing or empty.
	ErrMissing = errors.New("webhook: header missing")

	// ErrSignature says that a signature is not made with any of the secrets, is not
	// of the form that the scheme wants, or is there twice.
	ErrSignature = errors.New("webhook: bad signature")

	// ErrTimestamp says that a delivery was signed more than Tolerance ago or ahead,
	// or that its timestamp is no time.
	ErrTimestamp = errors.New("webhook: bad timestamp")

	// ErrID says that the id of a delivery is too long or has characters that ids
	// cannot have.
	ErrID = errors.New("webhook: bad delivery id")

	// ErrScheme says that there is no such scheme.
	ErrScheme = errors.New("webhook: unknown scheme")

	// ErrSecret says that a secret does not fit the scheme, or that there is none.
	ErrSecret = errors.New("webhook: bad secret")
)
