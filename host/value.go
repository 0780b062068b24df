package host

import (
	"encoding/json"
	"math"
	"unsafe"
)

// Kind is the type of a Value.
type Kind uint8

// The kinds of values that cross between a script and a host function.
const (
	Undefined Kind = iota
	Null
	Bool
	Number
	// String is text: UTF-8, in which a lone surrogate of JavaScript stands
	// encoded like any other code point (WTF-8).
	String
	// Bytes is a Uint8Array; an ArrayBuffer arrives as Bytes too.
	Bytes
	// JSON is an object or array as JSON text.
	JSON
	// List is an array of values. Scripts cannot send one, only functions answer
	// with one.
	List
)

// Value is what crosses between a script and a host function. The zero Value is
// JavaScript's undefined. A Value is immutable and may be kept.
type Value struct {
	kind   Kind
	number float64
	text   string
	list   []Value
}

// NullValue returns JavaScript's null.
func NullValue() Value { return Value{kind: Null} }

// BoolValue returns a boolean.
func BoolValue(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.number = 1
	}
	return v
}

// NumberValue returns a number; NaN and infinities are fine.
func NumberValue(f float64) Value { return Value{kind: Number, number: f} }

// StringValue returns a string. Bytes that are not UTF-8 or WTF-8 arrive as
// U+FFFD.
func StringValue(s string) Value { return Value{kind: String, text: s} }

// BytesValue returns a Uint8Array. It takes b over: the caller must not change it
// afterwards.
func BytesValue(b []byte) Value {
	return Value{kind: Bytes, text: unsafe.String(unsafe.SliceData(b), len(b))}
}

// JSONValue returns what JSON.parse makes of text. The script gets a SyntaxError
// when text is not valid.
func JSONValue(text json.RawMessage) Value {
	return Value{kind: JSON, text: string(text)}
}

// ListValue returns an array, nested at most four deep. It takes values over.
func ListValue(values ...Value) Value { return Value{kind: List, list: values} }

// Kind returns the value's type.
func (v Value) Kind() Kind { return v.kind }

// Text returns the text of a String, a JSON or the bytes of Bytes, "" for others.
func (v Value) Text() string { return v.text }

// Bytes returns a copy of the bytes of a String, Bytes or JSON.
func (v Value) Bytes() []byte { return []byte(v.text) }

// Number returns a Number, 0 or 1 for a Bool, and NaN for others.
func (v Value) Number() float64 {
	if v.kind == Number || v.kind == Bool {
		return v.number
	}
	return math.NaN()
}

// Bool reports whether the value is true.
func (v Value) Bool() bool { return v.kind == Bool && v.number == 1 }

// List returns a copy of the values of a List.
func (v Value) List() []Value { return append([]Value(nil), v.list...) }
