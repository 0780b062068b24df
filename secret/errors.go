package secret

import "errors"

// The errors of this package. Match them with errors.Is. The texts are one line and
// hold nothing of a key or a value.
var (
	// ErrKey says that a text is no master key.
	ErrKey = errors.New("secret: bad key")

	// ErrWrongKey says that a value was sealed with another master key.
	ErrWrongKey = errors.New("secret: sealed with another key")

	// ErrSealed says that a value is not what was sealed for this owner: it was
	// damaged or tampered with, or it is the value of another one.
	ErrSealed = errors.New("secret: sealed value damaged or moved")
)
