package instrument

import (
	"encoding/binary"
	"unicode/utf8"
)

// reader reads one range of a module. Positions are offsets in the whole
// module, so that errors name the offset that other tools print.
//
// Invariant: 0 <= pos <= end <= len(data). Only take moves pos forward.
type reader struct {
	data []byte
	pos  int
	end  int
}

// newReader returns a reader of a whole module.
func newReader(data []byte) *reader {
	return &reader{data: data, end: len(data)}
}

// remaining returns the number of bytes left in the range.
func (r *reader) remaining() int { return r.end - r.pos }

// take returns the next n bytes without copying them.
func (r *reader) take(n uint32) ([]byte, error) {
	if uint64(n) > uint64(r.remaining()) {
		return nil, malformed(r.pos, "%d bytes wanted, %d left", n, r.remaining())
	}
	b := r.data[r.pos : r.pos+int(n)]
	r.pos += int(n)
	return b, nil
}

// sub returns a reader of the next n bytes and moves past them.
func (r *reader) sub(n uint32) (*reader, error) {
	start := r.pos
	if _, err := r.take(n); err != nil {
		return nil, err
	}
	return &reader{data: r.data, pos: start, end: r.pos}, nil
}

// done fails unless the whole range has been read.
func (r *reader) done() error {
	if r.remaining() != 0 {
		return malformed(r.pos, "%d bytes too many", r.remaining())
	}
	return nil
}

// byte reads one byte.
func (r *reader) byte() (byte, error) {
	b, err := r.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// unsigned reads an unsigned LEB128 integer of at most width bits. Padding is
// legal up to the width (linkers pad), bits beyond the width are not.
func (r *reader) unsigned(width uint) (uint64, error) {
	start := r.pos
	var v uint64
	for shift := uint(0); shift < width; shift += 7 {
		b, err := r.byte()
		if err != nil {
			return 0, err
		}
		if left := width - shift; left < 7 && b>>left != 0 {
			return 0, malformed(start, "integer exceeds %d bits", width)
		}
		v |= uint64(b&0x7f) << shift
		if b&0x80 == 0 {
			return v, nil
		}
	}
	return 0, malformed(start, "integer exceeds %d bits", width)
}

// signed reads a signed LEB128 integer of at most width bits. The unused bits
// of the last possible byte must repeat the sign.
func (r *reader) signed(width uint) (int64, error) {
	start := r.pos
	var v int64
	for shift := uint(0); shift < width; shift += 7 {
		b, err := r.byte()
		if err != nil {
			return 0, err
		}
		low := int64(int8(b<<1) >> 1)
		if left := width - shift; left < 7 {
			if sign := low >> (left - 1); b&0x80 != 0 || sign != 0 && sign != -1 {
				return 0, malformed(start, "integer exceeds %d bits", width)
			}
		}
		if b&0x80 == 0 {
			return v | low<<shift, nil
		}
		v |= int64(b&0x7f) << shift
	}
	return 0, malformed(start, "integer exceeds %d bits", width)
}

// u32 reads an unsigned 32-bit integer.
func (r *reader) u32() (uint32, error) {
	v, err := r.unsigned(32)
	return uint32(v), err
}

// vector reads a count and calls item that many times. The count is checked
// first: an item takes at least one byte, so a count beyond the bytes left is
// malformed, and callers may let memory grow with the count.
func (r *reader) vector(item func() error) error {
	n, err := r.count()
	if err != nil {
		return err
	}
	for range n {
		if err := item(); err != nil {
			return err
		}
	}
	return nil
}

// count reads the length of a vector whose items take at least one byte each.
func (r *reader) count() (uint32, error) {
	start := r.pos
	n, err := r.u32()
	if err != nil {
		return 0, err
	}
	if uint64(n) > uint64(r.remaining()) {
		return 0, malformed(start, "%d items in %d bytes", n, r.remaining())
	}
	return n, nil
}

// name reads a length-prefixed UTF-8 string.
func (r *reader) name() (string, error) {
	start := r.pos
	n, err := r.u32()
	if err != nil {
		return "", err
	}
	b, err := r.take(n)
	if err != nil {
		return "", err
	}
	if !utf8.Valid(b) {
		return "", malformed(start, "name is not UTF-8")
	}
	return string(b), nil
}

// appendU32 appends the shortest unsigned LEB128 encoding of v.
func appendU32(dst []byte, v uint32) []byte {
	return binary.AppendUvarint(dst, uint64(v))
}

// appendS32 appends the shortest signed LEB128 encoding of v.
func appendS32(dst []byte, v int32) []byte {
	for {
		b := byte(v & 0x7f)
		v >>= 7
		if v == 0 && b&0x40 == 0 || v == -1 && b&0x40 != 0 {
			return append(dst, b)
		}
		dst = append(dst, b|0x80)
	}
}

// appendName appends a length-prefixed string.
func appendName(dst []byte, s string) []byte {
	return append(appendU32(dst, uint32(len(s))), s...)
}
