package storage

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// Kind is the type of a Value. Its numbers are written into databases and
// never change their meaning.
type Kind uint8

// The kinds. Zero is the kind of no valid value.
const (
	// KindString is a JavaScript string.
	KindString Kind = 1
	// KindNumber is a finite JavaScript number.
	KindNumber Kind = 2
	// KindBoolean is a JavaScript boolean.
	KindBoolean Kind = 3
)

// String returns the name of the kind.
func (k Kind) String() string {
	switch k {
	case KindString:
		return "string"
	case KindNumber:
		return "number"
	case KindBoolean:
		return "boolean"
	default:
		return fmt.Sprintf("kind %d", uint8(k))
	}
}

// Sizes of the kinds that have a fixed one, in bytes.
const (
	numberSize  = 8
	booleanSize = 1
)

// Value is a string, a finite number or a boolean. It is immutable, and ==
// tells values apart exactly: 0 and -0 differ. The zero Value is not valid.
type Value struct {
	kind Kind
	text string
	// bits is the IEEE 754 form of a number, and 0 or 1 of a boolean: bits
	// compare as JavaScript's Object.is does where floats would not.
	bits uint64
}

// String returns the string s as a Value. s is bytes: it may hold NUL,
// surrogates in WTF-8 and anything else.
func String(s string) Value { return Value{kind: KindString, text: s} }

// Number returns the number f as a Value. A NaN or an infinity gives a Value
// that Validate, and so Set, refuses.
func Number(f float64) Value { return Value{kind: KindNumber, bits: math.Float64bits(f)} }

// Boolean returns b as a Value.
func Boolean(b bool) Value {
	v := Value{kind: KindBoolean}
	if b {
		v.bits = 1
	}
	return v
}

// Kind returns the kind of v, 0 for the zero Value.
func (v Value) Kind() Kind { return v.kind }

// AsString returns the bytes of a string, and false for another kind.
func (v Value) AsString() (string, bool) { return v.text, v.kind == KindString }

// AsNumber returns the number, and false for another kind.
func (v Value) AsNumber() (float64, bool) {
	if v.kind != KindNumber {
		return 0, false
	}
	return math.Float64frombits(v.bits), true
}

// AsBoolean returns the boolean, and false for another kind.
func (v Value) AsBoolean() (value, ok bool) {
	return v.kind == KindBoolean && v.bits == 1, v.kind == KindBoolean
}

// Size returns what v counts against a quota, in bytes: a string its length, a
// number 8, a boolean 1. It is also the length of Encode's data.
func (v Value) Size() int {
	switch v.kind {
	case KindNumber:
		return numberSize
	case KindBoolean:
		return booleanSize
	default:
		return len(v.text)
	}
}

// Validate returns an error that matches ErrValue for the zero Value and for a
// number that is not finite.
func (v Value) Validate() error {
	if v.kind == 0 {
		return fmt.Errorf("%w: it has no kind", ErrValue)
	}
	if f, ok := v.AsNumber(); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return fmt.Errorf("%w: the number is not finite", ErrValue)
	}
	return nil
}

// Clone returns v with memory of its own, for a store that keeps it: v may be
// a small part of a large buffer.
func (v Value) Clone() Value {
	v.text = strings.Clone(v.text)
	return v
}

// String describes v by its kind and size. It leaves the contents out, so that
// a value that reaches a log by accident tells nothing.
func (v Value) String() string {
	if v.kind == KindString {
		return fmt.Sprintf("string of %d bytes", len(v.text))
	}
	return v.kind.String()
}

// GoString is String, so that %#v tells no contents either.
func (v Value) GoString() string { return v.String() }

// Encode returns the form of v that databases hold: its kind, and as data the
// bytes of a string, the 8 bytes of a number's IEEE 754 bits in big-endian
// order, or one byte 0 or 1. The data is never nil and the caller owns it.
func (v Value) Encode() (Kind, []byte) {
	switch v.kind {
	case KindNumber:
		return v.kind, binary.BigEndian.AppendUint64(make([]byte, 0, numberSize), v.bits)
	case KindBoolean:
		return v.kind, []byte{byte(v.bits)}
	default:
		return v.kind, append(make([]byte, 0, len(v.text)), v.text...)
	}
}

// DecodeValue is the inverse of Value.Encode. It copies data. Anything that
// Encode does not make of a valid value gives an error that matches ErrCorrupt.
func DecodeValue(kind int64, data []byte) (Value, error) {
	switch kind {
	case int64(KindString):
		return String(string(data)), nil
	case int64(KindNumber):
		if len(data) != numberSize {
			return Value{}, fmt.Errorf("%w: a number of %d bytes", ErrCorrupt, len(data))
		}
		v := Value{kind: KindNumber, bits: binary.BigEndian.Uint64(data)}
		if v.Validate() != nil {
			return Value{}, fmt.Errorf("%w: a number that is not finite", ErrCorrupt)
		}
		return v, nil
	case int64(KindBoolean):
		if len(data) != booleanSize || data[0] > 1 {
			return Value{}, fmt.Errorf("%w: a boolean that is neither 0 nor 1", ErrCorrupt)
		}
		return Boolean(data[0] == 1), nil
	default:
		return Value{}, fmt.Errorf("%w: a value of unknown kind %d", ErrCorrupt, kind)
	}
}
