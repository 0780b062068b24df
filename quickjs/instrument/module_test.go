package instrument

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// raw returns a module of hand-written sections: pairs of an identifier and a
// payload.
func raw(sections ...any) []byte {
	out := []byte(preamble)
	for i := 0; i < len(sections); i += 2 {
		out = appendSection(out, byte(sections[i].(int)), sections[i+1].([]byte))
	}
	return out
}

// The payloads of a module with one function of type () -> ().
func emptyType() []byte     { return []byte{1, 0x60, 0, 0} }
func emptyFunction() []byte { return []byte{1, 0} }

// withBody returns a module with one function of the given body.
func withBody(body ...byte) []byte {
	entry := append(appendU32([]byte{1}, uint32(len(body))), body...)
	return raw(1, emptyType(), 3, emptyFunction(), 10, entry)
}

func TestDecodeModuleRejects(t *testing.T) {
	t.Parallel()
	huge := []byte{0xff, 0xff, 0xff, 0xff, 0x0f}
	tests := map[string]struct {
		in   []byte
		want error
	}{
		"types: huge count":           {raw(1, huge), ErrMalformed},
		"types: bytes left":           {raw(1, []byte{0, 0}), ErrMalformed},
		"types: huge parameters":      {raw(1, cat([]byte{1, 0x60}, huge)), ErrMalformed},
		"types: struct":               {raw(1, []byte{1, 0x5f, 0}), ErrUnsupported},
		"types: recursion group":      {raw(1, []byte{1, 0x4e, 0}), ErrUnsupported},
		"types: v128":                 {raw(1, []byte{1, 0x60, 1, 0x7b, 0}), ErrUnsupported},
		"types: exnref":               {raw(1, []byte{1, 0x60, 1, 0x69, 0}), ErrUnsupported},
		"types: cut":                  {raw(1, []byte{1, 0x60, 0}), ErrMalformed},
		"imports: unknown type":       {raw(1, emptyType(), 2, []byte{1, 0, 0, 0, 1}), ErrMalformed},
		"imports: no types":           {raw(2, []byte{1, 0, 0, 0, 0}), ErrMalformed},
		"imports: unknown kind":       {raw(2, []byte{1, 0, 0, 5, 0}), ErrMalformed},
		"imports: tag":                {raw(2, []byte{1, 0, 0, 4, 0, 0}), ErrUnsupported},
		"imports: name too long":      {raw(2, []byte{1, 9, 0, 0, 0}), ErrMalformed},
		"imports: kind missing":       {raw(2, []byte{1, 1, 'a', 0}), ErrMalformed},
		"imports: table cut":          {raw(2, []byte{1, 0, 0, 1, 0x70}), ErrMalformed},
		"imports: memory cut":         {raw(2, []byte{1, 0, 0, 2, 1, 1}), ErrMalformed},
		"imports: global cut":         {raw(2, []byte{1, 0, 0, 3, 0x7f}), ErrMalformed},
		"imports: two memories":       {raw(2, []byte{2, 0, 0, 2, 0, 1, 0, 0, 2, 0, 1}), ErrUnsupported},
		"functions: unknown type":     {raw(1, emptyType(), 3, []byte{1, 1}), ErrMalformed},
		"functions: without code":     {raw(1, emptyType(), 3, emptyFunction()), ErrMalformed},
		"tables: i32":                 {raw(4, []byte{1, 0x7f, 0, 0}), ErrMalformed},
		"tables: with initial value":  {raw(4, []byte{1, 0x40, 0, 0x70, 0, 0}), ErrUnsupported},
		"tables: limits flags":        {raw(4, []byte{1, 0x70, 8, 0}), ErrMalformed},
		"memories: two":               {raw(5, []byte{2, 0, 1, 0, 1}), ErrUnsupported},
		"memories: shared":            {raw(5, []byte{1, 3, 1, 1}), ErrUnsupported},
		"memories: 64 bits":           {raw(5, []byte{1, 4, 1}), ErrUnsupported},
		"memories: maximum missing":   {raw(5, []byte{1, 1, 1}), ErrMalformed},
		"globals: mutability":         {raw(6, []byte{1, 0x7f, 2, 0x41, 0, 0x0b}), ErrMalformed},
		"globals: no end":             {raw(6, []byte{1, 0x7f, 0, 0x41, 0}), ErrMalformed},
		"globals: sum":                {raw(6, []byte{1, 0x7f, 0, 0x41, 0, 0x41, 0, 0x6a, 0x0b}), ErrUnsupported},
		"globals: empty expression":   {raw(6, []byte{1, 0x7f, 0, 0x0b}), ErrUnsupported},
		"globals: v128 constant":      {raw(6, []byte{1, 0x7f, 0, 0xfd, 12}), ErrUnsupported},
		"globals: of the next index":  {raw(6, []byte{1, 0x7f, 0, 0x23, 1, 0x0b}), ErrMalformed},
		"globals: unknown function":   {raw(6, []byte{1, 0x70, 0, 0xd2, 0, 0x0b}), ErrMalformed},
		"exports: of the next global": {raw(7, []byte{1, 1, 'a', 3, 0}), ErrMalformed},
		"exports: unknown function":   {raw(7, []byte{1, 1, 'a', 0, 0}), ErrMalformed},
		"exports: unknown table":      {raw(7, []byte{1, 1, 'a', 1, 0}), ErrMalformed},
		"exports: unknown memory":     {raw(7, []byte{1, 1, 'a', 2, 0}), ErrMalformed},
		"exports: unknown kind":       {raw(7, []byte{1, 1, 'a', 5, 0}), ErrMalformed},
		"exports: tag":                {raw(7, []byte{1, 1, 'a', 4, 0}), ErrUnsupported},
		"exports: same name":          {raw(5, []byte{1, 0, 1}, 7, []byte{2, 1, 'a', 2, 0, 1, 'a', 2, 0}), ErrMalformed},
		"start: unknown function":     {raw(8, []byte{0}), ErrMalformed},
		"start: bytes left":           {raw(8, []byte{0, 0}), ErrMalformed},
		"elements: flags":             {raw(9, []byte{1, 8}), ErrMalformed},
		"elements: huge count":        {raw(9, cat([]byte{1, 0, 0x41, 0, 0x0b}, huge)), ErrMalformed},
		"elements: unknown function":  {raw(9, []byte{1, 0, 0x41, 0, 0x0b, 1, 0}), ErrMalformed},
		"elements: kind":              {raw(9, []byte{1, 1, 1, 0}), ErrUnsupported},
		"elements: type":              {raw(9, []byte{1, 5, 0x7f, 0}), ErrMalformed},
		"elements: table cut":         {raw(9, []byte{1, 2}), ErrMalformed},
		"elements: next global":       {raw(9, []byte{1, 0, 0x23, 0, 0x0b, 0}), ErrMalformed},
		"data count: cut":             {raw(12, []byte{}), ErrMalformed},
		"data: flags":                 {raw(11, []byte{1, 3}), ErrMalformed},
		"data: memory 1":              {raw(11, []byte{1, 2, 1, 0x41, 0, 0x0b, 0}), ErrUnsupported},
		"data: huge":                  {raw(11, cat([]byte{1, 1}, huge)), ErrMalformed},
		"data: next global":           {raw(11, []byte{1, 0, 0x23, 0, 0x0b, 0}), ErrMalformed},
		"data: offset cut":            {raw(11, []byte{1, 0, 0x41}), ErrMalformed},
		"code: undeclared":            {raw(10, []byte{1, 2, 0, 0x0b}), ErrMalformed},
		"code: count missing":         {raw(10, []byte{}), ErrMalformed},
		"code: size beyond section":   {raw(1, emptyType(), 3, emptyFunction(), 10, []byte{1, 9, 0, 0x0b}), ErrMalformed},
		"code: huge size":             {raw(1, emptyType(), 3, emptyFunction(), 10, cat([]byte{1}, huge)), ErrMalformed},
		"code: empty body":            {withBody(), ErrMalformed},
		"code: huge groups":           {withBody(huge...), ErrMalformed},
		"code: group cut":             {withBody(1, 1), ErrMalformed},
		"code: group of v128":         {withBody(1, 1, 0x7b, 0x0b), ErrUnsupported},
		"code: 50001 locals":          {withBody(1, 0xd1, 0x86, 0x03, 0x7f, 0x0b), ErrTooLarge},
		"code: 4 billion locals":      {withBody(cat([]byte{1}, huge, []byte{0x7f, 0x0b})...), ErrTooLarge},
		"code: locals beyond 32 bits": {withBody(cat([]byte{2}, huge, []byte{0x7f}, huge, []byte{0x7f, 0x0b})...), ErrTooLarge},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := decodeModule(test.in); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestModuleTooLarge(t *testing.T) {
	t.Parallel()
	if _, err := decodeModule(make([]byte, MaxModuleSize+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v, want ErrTooLarge", err)
	}
}

func TestDecodeSegments(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		id   int
		in   []byte
		want []uint32 // functions referred to
	}{
		"active":                         {9, []byte{1, 0, 0x41, 0, 0x0b, 2, 0, 1}, []uint32{0, 1}},
		"passive":                        {9, []byte{1, 1, 0, 1, 1}, []uint32{1}},
		"active, table":                  {9, []byte{1, 2, 0, 0x41, 0, 0x0b, 0, 1, 1}, []uint32{1}},
		"declarative":                    {9, []byte{1, 3, 0, 1, 1}, []uint32{1}},
		"active, expressions":            {9, []byte{1, 4, 0x41, 0, 0x0b, 2, 0xd2, 1, 0x0b, 0xd0, 0x70, 0x0b}, []uint32{1}},
		"passive, expressions":           {9, []byte{1, 5, 0x70, 1, 0xd2, 0, 0x0b}, []uint32{0}},
		"active, table and expressions":  {9, []byte{1, 6, 0, 0x41, 0, 0x0b, 0x70, 1, 0xd2, 1, 0x0b}, []uint32{1}},
		"declarative, expressions":       {9, []byte{1, 7, 0x70, 1, 0xd2, 1, 0x0b}, []uint32{1}},
		"passive, externref":             {9, []byte{1, 5, 0x6f, 1, 0xd0, 0x6f, 0x0b}, nil},
		"data: active, passive, memory":  {11, []byte{3, 0, 0x41, 0, 0x0b, 1, 'a', 1, 1, 'b', 2, 0, 0x41, 0, 0x0b, 0}, nil},
		"data: offset of another global": {11, []byte{1, 0, 0x23, 0, 0x0b, 0}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Two functions, and an imported global for the offset.
			m := &module{types: []funcType{{}}, funcs: []uint32{0, 0}, globals: make([]globalDecl, 1)}
			if err := m.decodeSection(byte(test.id), newReader(test.in)); err != nil {
				t.Fatal(err)
			}
			if err := m.checkIndexes(); err != nil {
				t.Fatal(err)
			}
			var got []uint32
			for _, ref := range m.refs {
				if ref.op == opRefFunc {
					got = append(got, ref.index)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			for cut := range test.in {
				m := &module{}
				if err := m.decodeSection(byte(test.id), newReader(test.in[:cut])); !errors.Is(err, ErrMalformed) {
					t.Errorf("cut at %d: error %v, want ErrMalformed", cut, err)
				}
			}
		})
	}
}

func TestFunctionNames(t *testing.T) {
	t.Parallel()
	names := func(content ...byte) []byte { return append([]byte(preamble), custom("name", content)...) }
	tests := map[string]struct {
		in  []byte
		bad bool
	}{
		"none":                 {in: []byte(preamble)},
		"empty":                {in: names()},
		"other subsections":    {in: names(0, 2, 1, 'm', 1, 1, 0, 2, 1, 0)},
		"subsection twice":     {in: names(1, 1, 0, 1, 1, 0), bad: true},
		"subsections swapped":  {in: names(1, 1, 0, 0, 2, 1, 'm'), bad: true},
		"subsection too long":  {in: names(1, 9, 0), bad: true},
		"size missing":         {in: names(1), bad: true},
		"bytes left":           {in: names(1, 2, 0, 0), bad: true},
		"indexes swapped":      {in: names(1, 7, 2, 1, 1, 'a', 0, 1, 'b'), bad: true},
		"index twice":          {in: names(1, 7, 2, 1, 1, 'a', 1, 1, 'b'), bad: true},
		"name not UTF-8":       {in: names(1, 4, 1, 0, 1, 0xff), bad: true},
		"huge count":           {in: names(1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), bad: true},
		"two sections":         {in: cat(names(), custom("name", nil)), bad: true},
		"another section only": {in: append([]byte(preamble), custom("names", []byte{9, 9})...)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := decodeModule(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.functionNames(); errors.Is(err, ErrMalformed) != test.bad {
				t.Errorf("error %v, want one: %t", err, test.bad)
			}
		})
	}
	a := newAsm()
	a.fn("first", nil, nil, nil)
	a.fn("", nil, nil, nil)
	a.fn("third", nil, nil, nil)
	m, err := decodeModule(a.bytes())
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.functionNames()
	if err != nil || len(got) != 2 || got[1] != "first" || got[3] != "third" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestEveryPrefixIsAnError(t *testing.T) {
	t.Parallel()
	whole := dispatcher().bytes()
	for cut := range whole {
		if cut == len(whole)-len(dispatcher().nameSection()) {
			continue // whole but for its names
		}
		_, _, err := Instrument(whole[:cut], Options{})
		if err == nil {
			t.Errorf("cut at %d of %d: no error", cut, len(whole))
		}
	}
}

func TestLimitsString(t *testing.T) {
	t.Parallel()
	l := limits{min: 1, max: math.MaxUint32, hasMax: true}
	if got, want := l.String(), "min=1 max=4294967295"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
