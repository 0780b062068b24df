package activity

import (
	"errors"
	"fmt"
)

// The errors of this package. Match them with errors.Is. The text of each is one
// line.
var (
	// ErrNotJSON says that a body is not JSON as RFC 8259 has it, in UTF-8 and
	// without a byte order mark. The text names the byte, counted from 0.
	ErrNotJSON = errors.New("activity: not JSON")

	// ErrNotObject says that a body is JSON, but no object.
	ErrNotObject = errors.New("activity: not a JSON object")

	// ErrTooDeep says that a body nests objects and arrays more than MaxDepth deep.
	ErrTooDeep = errors.New("activity: nested too deep")

	// ErrDuplicateKey says that an object of a body has a key twice. The text names
	// the byte of the second one.
	ErrDuplicateKey = errors.New("activity: duplicate key")

	// ErrField says that a field is missing, has a value of a wrong type or one that
	// is not allowed. The error is a *FieldError, or a join of some.
	ErrField = errors.New("activity: bad field")

	// ErrTransition says that a run cannot change its state so.
	ErrTransition = errors.New("activity: no such change of state")
)

// FieldError says what is wrong with one field. It matches ErrField.
type FieldError struct {
	// Field is the name of the field as users of the API write it.
	Field string
	// Message says what is wrong and what is allowed, for the person who sent it.
	Message string
}

// Error returns the field's name and the message in one line.
func (e *FieldError) Error() string { return "activity: bad field: " + e.Field + ": " + e.Message }

// Is reports whether target is ErrField.
func (e *FieldError) Is(target error) bool { return target == ErrField }

func fieldErrorf(field, format string, args ...any) *FieldError {
	return &FieldError{Field: field, Message: fmt.Sprintf(format, args...)}
}

// Fields returns the messages of the FieldErrors in err by the names of their
// fields, for an answer of the form {field: message}. A field with several keeps
// the first. It returns nil if there are none.
func Fields(err error) map[string]string {
	var messages map[string]string
	collect := func(e *FieldError) {
		if messages == nil {
			messages = make(map[string]string)
		}
		if _, found := messages[e.Field]; !found {
			messages[e.Field] = e.Message
		}
	}
	walkFields(err, collect)
	return messages
}

func walkFields(err error, collect func(*FieldError)) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, each := range joined.Unwrap() {
			walkFields(each, collect)
		}
		return
	}
	if e, ok := err.(*FieldError); ok {
		collect(e)
		return
	}
	if inner := errors.Unwrap(err); inner != nil {
		walkFields(inner, collect)
	}
}
