package instrument

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestUnsigned(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   []byte
		want uint64
		bad  bool
	}{
		"zero":              {in: []byte{0}, want: 0},
		"one byte":          {in: []byte{0x7f}, want: 127},
		"two bytes":         {in: []byte{0x80, 0x01}, want: 128},
		"padded":            {in: []byte{0x81, 0x80, 0x80, 0x80, 0x00}, want: 1},
		"largest":           {in: []byte{0xff, 0xff, 0xff, 0xff, 0x0f}, want: math.MaxUint32},
		"bit 32":            {in: []byte{0xff, 0xff, 0xff, 0xff, 0x1f}, bad: true},
		"bit 34":            {in: []byte{0x80, 0x80, 0x80, 0x80, 0x40}, bad: true},
		"six bytes":         {in: []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, bad: true},
		"empty":             {in: nil, bad: true},
		"cut":               {in: []byte{0x80}, bad: true},
		"cut at last byte":  {in: []byte{0x80, 0x80, 0x80, 0x80}, bad: true},
		"continues forever": {in: []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, bad: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newReader(test.in).unsigned(32)
			checkInteger(t, got, test.want, err, test.bad)
		})
	}
}

func TestSigned(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		width uint
		in    []byte
		want  int64
		bad   bool
	}{
		"zero":            {width: 32, in: []byte{0}, want: 0},
		"minus one":       {width: 32, in: []byte{0x7f}, want: -1},
		"63":              {width: 32, in: []byte{0x3f}, want: 63},
		"64":              {width: 32, in: []byte{0xc0, 0x00}, want: 64},
		"-64":             {width: 32, in: []byte{0x40}, want: -64},
		"padded":          {width: 32, in: []byte{0xff, 0xff, 0xff, 0xff, 0x7f}, want: -1},
		"largest":         {width: 32, in: []byte{0xff, 0xff, 0xff, 0xff, 0x07}, want: math.MaxInt32},
		"smallest":        {width: 32, in: []byte{0x80, 0x80, 0x80, 0x80, 0x78}, want: math.MinInt32},
		"beyond largest":  {width: 32, in: []byte{0x80, 0x80, 0x80, 0x80, 0x08}, bad: true},
		"beyond smallest": {width: 32, in: []byte{0xff, 0xff, 0xff, 0xff, 0x77}, bad: true},
		"torn sign":       {width: 32, in: []byte{0x80, 0x80, 0x80, 0x80, 0x70}, bad: true},
		"six bytes":       {width: 32, in: []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, bad: true},
		"33 bits":         {width: 33, in: []byte{0xff, 0xff, 0xff, 0xff, 0x0f}, want: math.MaxUint32},
		"33 bits beyond":  {width: 33, in: []byte{0x80, 0x80, 0x80, 0x80, 0x10}, bad: true},
		"64 bits": {width: 64, in: []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f},
			want: math.MinInt64},
		"64 bits beyond": {width: 64, in: []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01},
			bad: true},
		"64 bits eleven bytes": {width: 64,
			in: []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0}, bad: true},
		"empty": {width: 32, bad: true},
		"cut":   {width: 32, in: []byte{0xff}, bad: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newReader(test.in).signed(test.width)
			checkInteger(t, got, test.want, err, test.bad)
		})
	}
}

func checkInteger[T comparable](t *testing.T, got, want T, err error, bad bool) {
	t.Helper()
	switch {
	case bad && !errors.Is(err, ErrMalformed):
		t.Errorf("error %v, want ErrMalformed", err)
	case !bad && err != nil:
		t.Errorf("error %v", err)
	case !bad && got != want:
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestIntegersRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.Int32().Draw(t, "signed")
		r := newReader(appendS32(nil, s))
		if got, err := r.signed(32); err != nil || int32(got) != s || r.remaining() != 0 {
			t.Fatalf("signed %d: got %d, %v", s, got, err)
		}
		u := rapid.Uint32().Draw(t, "unsigned")
		r = newReader(appendU32(nil, u))
		if got, err := r.u32(); err != nil || got != u || r.remaining() != 0 {
			t.Fatalf("unsigned %d: got %d, %v", u, got, err)
		}
	})
}

func TestReaderBounds(t *testing.T) {
	t.Parallel()
	r := &reader{data: []byte{1, 2, 3, 4}, pos: 1, end: 3}
	if _, err := r.sub(3); !errors.Is(err, ErrMalformed) {
		t.Errorf("sub beyond the range: %v", err)
	}
	sub, err := r.sub(1)
	if err != nil || sub.pos != 1 || sub.end != 2 {
		t.Fatalf("sub: %+v, %v", sub, err)
	}
	if err := r.done(); !errors.Is(err, ErrMalformed) {
		t.Errorf("done with a byte left: %v", err)
	}
	if b, err := r.byte(); err != nil || b != 3 {
		t.Errorf("byte: %d, %v", b, err)
	}
	if _, err := r.byte(); !errors.Is(err, ErrMalformed) {
		t.Errorf("byte beyond the range: %v", err)
	}
	if _, err := r.take(math.MaxUint32); !errors.Is(err, ErrMalformed) {
		t.Errorf("huge take: %v", err)
	}
}

func TestVectorAndName(t *testing.T) {
	t.Parallel()
	tests := map[string][]byte{
		"count beyond the bytes": {0xff, 0xff, 0xff, 0xff, 0x0f},
		"count cut":              {0x80},
		"item missing":           {2, 1, 'a'},
		"name beyond the bytes":  {1, 9, 'a'},
		"name not UTF-8":         {1, 1, 0xff},
		"name length cut":        {1, 0x80},
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReader(in)
			err := r.vector(func() error {
				_, err := r.name()
				return err
			})
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("error %v, want ErrMalformed", err)
			}
		})
	}
}
