package host

import (
	"encoding/binary"
	"errors"
	"math"
	"unsafe"
)

// The encoding of values at the boundary; quickjs/shim/wire.h describes it.

const maxListDepth = 4

var errMalformed = errors.New("malformed request")

// arena hands out copies of guest memory that are never written again, so that a
// host function may keep what it got. Short requests cost no allocation of their
// own: they share chunks that live as long as anything in them is referred to.
type arena struct {
	free    []byte
	chunk   int // the size of the last chunk
	most    int // how many bytes are copied of a text; 0: all
	omitted int // how many were not, for that reason
}

// Chunks double in size, as most runs make few calls with short arguments.
const (
	firstArenaChunk = 512
	arenaChunk      = 4096
)

func (a *arena) copy(b []byte) string {
	if a.most > 0 && len(b) > a.most {
		a.omitted += len(b) - a.most
		b = b[:a.most]
	}
	if len(b) > arenaChunk/4 {
		return string(b)
	}
	if len(b) == 0 {
		return ""
	}
	if len(b) > len(a.free) {
		a.chunk = max(firstArenaChunk, min(2*a.chunk, arenaChunk), len(b))
		a.free = make([]byte, a.chunk)
	}
	n := copy(a.free, b)
	text := unsafe.String(&a.free[0], n)
	a.free = a.free[n:]
	return text
}

// decodeRequest appends the values of a request to values. It trusts nothing in
// request and allocates no more than request is long, plus a chunk.
func decodeRequest(values []Value, request []byte, a *arena) ([]Value, error) {
	if len(request) == 0 {
		return nil, errMalformed
	}
	count, rest := int(request[0]), request[1:]
	for range count {
		values = append(values, Value{})
		var err error
		if rest, err = values[len(values)-1].decode(rest, a); err != nil {
			return nil, err
		}
	}
	if len(rest) != 0 {
		return nil, errMalformed
	}
	return values, nil
}

// decode makes v, which is undefined, the first value of b and returns what follows.
func (v *Value) decode(b []byte, a *arena) ([]byte, error) {
	if len(b) == 0 {
		return nil, errMalformed
	}
	tag, b := b[0], b[1:]
	switch tag {
	case 'u':
		return b, nil
	case 'n':
		v.kind = Null
		return b, nil
	case 't', 'f':
		*v = BoolValue(tag == 't')
		return b, nil
	case 'd':
		if len(b) < 8 {
			return nil, errMalformed
		}
		v.kind, v.number = Number, math.Float64frombits(binary.LittleEndian.Uint64(b))
		return b[8:], nil
	case 's', 'b', 'j':
		if len(b) < 4 {
			return nil, errMalformed
		}
		n := binary.LittleEndian.Uint32(b)
		if b = b[4:]; uint64(n) > uint64(len(b)) {
			return nil, errMalformed
		}
		v.kind, v.text = textKind(tag), a.copy(b[:n])
		return b[n:], nil
	}
	return nil, errMalformed
}

func textKind(tag byte) Kind {
	switch tag {
	case 's':
		return String
	case 'b':
		return Bytes
	}
	return JSON
}

// appendValue appends v to b.
func appendValue(b []byte, v Value) []byte {
	switch v.kind {
	case Null:
		return append(b, 'n')
	case Bool:
		if v.Bool() {
			return append(b, 't')
		}
		return append(b, 'f')
	case Number:
		return binary.LittleEndian.AppendUint64(append(b, 'd'), math.Float64bits(v.number))
	case String:
		return appendText(b, 's', v.text)
	case Bytes:
		return appendText(b, 'b', v.text)
	case JSON:
		return appendText(b, 'j', v.text)
	case List:
		b = binary.LittleEndian.AppendUint32(append(b, 'l'), uint32(len(v.list)))
		for _, item := range v.list {
			b = appendValue(b, item)
		}
		return b
	}
	return append(b, 'u')
}

func appendText(b []byte, tag byte, text string) []byte {
	b = binary.LittleEndian.AppendUint32(append(b, tag), uint32(len(text)))
	return append(b, text...)
}

// appendException appends the error that the guest is to throw.
func appendException(b []byte, e *Exception) []byte {
	b = append(b, 'e')
	b = appendText(b, 's', e.Name)
	b = appendText(b, 's', e.Message)
	return appendText(b, 's', e.Code)
}

// encodedSize returns the length of v's encoding, and false when it is nested too
// deep to be read by the guest.
func encodedSize(v Value, depth int) (int, bool) {
	size := 1
	switch v.kind {
	case Number:
		size += 8
	case String, Bytes, JSON:
		size += 4 + len(v.text)
	case List:
		if depth == 0 {
			return 0, false
		}
		size += 4
		for _, item := range v.list {
			n, ok := encodedSize(item, depth-1)
			if !ok {
				return 0, false
			}
			size += n
		}
	}
	return size, true
}
