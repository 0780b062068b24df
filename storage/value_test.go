package storage_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"cloche/storage"
)

func TestValueAccessors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value    storage.Value
		kind     storage.Kind
		text     string
		number   float64
		boolean  bool
		size     int
		describe string
	}{
		{storage.String("secret"), storage.KindString, "secret", 0, false, 6, "string of 6 bytes"},
		{storage.String(""), storage.KindString, "", 0, false, 0, "string of 0 bytes"},
		{storage.Number(7), storage.KindNumber, "", 7, false, 8, "number"},
		{storage.Number(0), storage.KindNumber, "", 0, false, 8, "number"},
		{storage.Boolean(true), storage.KindBoolean, "", 0, true, 1, "boolean"},
		{storage.Boolean(false), storage.KindBoolean, "", 0, false, 1, "boolean"},
		{storage.Value{}, 0, "", 0, false, 0, "kind 0"},
	} {
		if c.value.Kind() != c.kind || c.value.Size() != c.size {
			t.Errorf("%v: Kind = %v, Size = %d; want %v, %d", c.value, c.value.Kind(), c.value.Size(), c.kind, c.size)
		}
		if text, ok := c.value.AsString(); text != c.text || ok != (c.kind == storage.KindString) {
			t.Errorf("%v: AsString = %q, %v", c.value, text, ok)
		}
		if number, ok := c.value.AsNumber(); number != c.number || ok != (c.kind == storage.KindNumber) {
			t.Errorf("%v: AsNumber = %v, %v", c.value, number, ok)
		}
		if boolean, ok := c.value.AsBoolean(); boolean != c.boolean || ok != (c.kind == storage.KindBoolean) {
			t.Errorf("%v: AsBoolean = %v, %v", c.value, boolean, ok)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if got := fmt.Sprintf(verb, c.value); got != c.describe {
				t.Errorf("%s prints %q, want %q", verb, got, c.describe)
			}
		}
		if c.value.Clone() != c.value {
			t.Errorf("%v: its clone differs", c.value)
		}
	}
}

func TestValueEquality(t *testing.T) {
	t.Parallel()
	distinct := []storage.Value{
		{}, storage.String(""), storage.String("1"), storage.String("\x00"),
		storage.Number(0), storage.Number(math.Copysign(0, -1)), storage.Number(1),
		storage.Boolean(false), storage.Boolean(true),
	}
	for i, a := range distinct {
		for j, b := range distinct {
			if (a == b) != (i == j) {
				t.Errorf("values %d and %d: == is %v", i, j, a == b)
			}
		}
	}
}

func TestDecodeCorrupt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind int64
		data []byte
	}{
		{0, nil}, {-1, nil}, {4, nil}, {256 + 1, nil}, {math.MaxInt64, nil}, {math.MinInt64, nil},
		{2, nil}, {2, make([]byte, 7)}, {2, make([]byte, 9)},
		{2, []byte{0x7f, 0xf0, 0, 0, 0, 0, 0, 0}}, {2, []byte{0xff, 0xf0, 0, 0, 0, 0, 0, 0}}, {2, bytes.Repeat([]byte{0xff}, 8)},
		{3, nil}, {3, []byte{2}}, {3, []byte{0, 0}},
	} {
		v, err := storage.DecodeValue(c.kind, c.data)
		if !errors.Is(err, storage.ErrCorrupt) || v != (storage.Value{}) {
			t.Errorf("DecodeValue(%d, %x) = %v, %v; want ErrCorrupt", c.kind, c.data, v, err)
		}
	}
}

// TestEncodeGolden pins the encoding: databases hold it.
func TestEncodeGolden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value storage.Value
		kind  storage.Kind
		data  string
	}{
		{storage.String("a\x00\xff"), 1, "a\x00\xff"},
		{storage.String(""), 1, ""},
		{storage.Number(1), 2, "\x3f\xf0\x00\x00\x00\x00\x00\x00"},
		{storage.Number(math.Copysign(0, -1)), 2, "\x80\x00\x00\x00\x00\x00\x00\x00"},
		{storage.Number(5e-324), 2, "\x00\x00\x00\x00\x00\x00\x00\x01"},
		{storage.Boolean(false), 3, "\x00"},
		{storage.Boolean(true), 3, "\x01"},
	} {
		kind, data := c.value.Encode()
		if kind != c.kind || string(data) != c.data || data == nil {
			t.Errorf("%v: Encode = %d, %q; want %d, %q", c.value, kind, data, c.kind, c.data)
		}
	}
}

// FuzzDecodeValue checks that what decodes is valid and encodes to the same.
func FuzzDecodeValue(f *testing.F) {
	for _, v := range []storage.Value{
		storage.String("a\x00\xed\xa0\x80"), storage.String(strings.Repeat("v", 300)), storage.Number(-1.5), storage.Boolean(true),
	} {
		kind, data := v.Encode()
		f.Add(int64(kind), data)
	}
	f.Add(int64(2), []byte{0x7f, 0xf8, 0, 0, 0, 0, 0, 1})
	f.Add(int64(-1), []byte(nil))
	f.Fuzz(func(t *testing.T, kind int64, data []byte) {
		v, err := storage.DecodeValue(kind, data)
		if err != nil {
			if !errors.Is(err, storage.ErrCorrupt) || v != (storage.Value{}) {
				t.Fatalf("DecodeValue = %v, %v; want ErrCorrupt", v, err)
			}
			return
		}
		if err := v.Validate(); err != nil {
			t.Fatalf("the decoded value is not valid: %v", err)
		}
		again, encoded := v.Encode()
		if int64(again) != kind || !bytes.Equal(encoded, data) || v.Size() != len(data) {
			t.Fatalf("%d, %x encodes to %d, %x of size %d", kind, data, again, encoded, v.Size())
		}
	})
}
