package instrument

import (
	"errors"
	"slices"
	"testing"
)

func TestDecodeInstruction(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   []byte
		want instruction // start and end are filled in
	}{
		"unreachable":     {ops(0x00), instruction{op: 0x00}},
		"nop":             {ops(0x01), instruction{op: 0x01}},
		"block void":      {ops(0x02, 0x40), instruction{op: opBlock, value: blockEmpty}},
		"loop i64":        {ops(0x03, 0x7e), instruction{op: opLoop, value: -2}},
		"if externref":    {ops(0x04, 0x6f), instruction{op: opIf, value: -17}},
		"block type 300":  {ops(0x02, 0xac, 0x02), instruction{op: opBlock, value: 300}},
		"block type 64":   {ops(0x02, 0xc0, 0x00), instruction{op: opBlock, value: 64}},
		"br padded":       {ops(0x0c, 0x81, 0x00), instruction{op: 0x0c, index: 1}},
		"br_if":           {ops(0x0d, 2), instruction{op: 0x0d, index: 2}},
		"br_table":        {ops(0x0e, 3, 0, 1, 2, 0), instruction{op: opBrTable, index: 3}},
		"br_table empty":  {ops(0x0e, 0, 5), instruction{op: opBrTable, index: 0}},
		"return":          {ops(0x0f), instruction{op: 0x0f}},
		"call":            {ops(0x10, 7), instruction{op: opCall, index: 7}},
		"call_indirect":   {ops(0x11, 3, 0x80, 0x80, 0x80, 0x80, 0), instruction{op: opCallIndirect, index: 3}},
		"return_call":     {ops(0x12, 7), instruction{op: opReturnCall, index: 7}},
		"return indirect": {ops(0x13, 7, 1), instruction{op: opReturnIndirect, index: 7}},
		"drop":            {ops(0x1a), instruction{op: 0x1a}},
		"select":          {ops(0x1b), instruction{op: 0x1b}},
		"select t":        {ops(0x1c, 1, 0x70), instruction{op: opSelectTyped}},
		"local.tee":       {ops(0x22, 9), instruction{op: opLocalTee, index: 9}},
		"global.set":      {ops(0x24, 9), instruction{op: opGlobalSet, index: 9}},
		"table.get":       {ops(0x25, 1), instruction{op: 0x25, index: 1}},
		"table.set":       {ops(0x26, 1), instruction{op: 0x26, index: 1}},
		"i32.load":        {ops(0x28, 2, 0xff, 0x01), instruction{op: 0x28}},
		"i64.store32":     {ops(0x3e, 2, 0), instruction{op: 0x3e}},
		"memory.size":     {ops(0x3f, 0), instruction{op: 0x3f}},
		"memory.grow":     {ops(0x40, 0), instruction{op: 0x40}},
		"i32.const":       {ops(0x41, 0x7f), instruction{op: opI32Const, value: -1}},
		"i64.const":       {ops(0x42, 0x80, 0x01), instruction{op: opI64Const, value: 128}},
		"f32.const":       {ops(0x43, 3, 4, 0x0b, 0), instruction{op: opF32Const}},
		"f64.const":       {ops(0x44, 3, 4, 0x0b, 0, 3, 4, 5, 6), instruction{op: opF64Const}},
		"i32.eqz":         {ops(0x45), instruction{op: 0x45}},
		"i64.extend32_s":  {ops(0xc4), instruction{op: 0xc4}},
		"ref.null":        {ops(0xd0, 0x6f), instruction{op: opRefNull}},
		"ref.is_null":     {ops(0xd1), instruction{op: 0xd1}},
		"ref.func":        {ops(0xd2, 4), instruction{op: opRefFunc, index: 4}},
		"i32.trunc_sat":   {ops(0xfc, 0), instruction{op: 0xfc00}},
		"i64.trunc_sat":   {ops(0xfc, 0x87, 0), instruction{op: 0xfc07}},
		"memory.init":     {ops(0xfc, 8, 4, 0), instruction{op: 0xfc08, index: 4}},
		"data.drop":       {ops(0xfc, 9, 4), instruction{op: 0xfc09, index: 4}},
		"memory.copy":     {ops(0xfc, 10, 0, 0), instruction{op: 0xfc0a}},
		"memory.fill":     {ops(0xfc, 11, 0), instruction{op: 0xfc0b}},
		"table.init":      {ops(0xfc, 12, 4, 5), instruction{op: 0xfc0c, index: 4}},
		"elem.drop":       {ops(0xfc, 13, 4), instruction{op: 0xfc0d, index: 4}},
		"table.copy":      {ops(0xfc, 14, 4, 5), instruction{op: 0xfc0e, index: 4}},
		"table.grow":      {ops(0xfc, 15, 4), instruction{op: 0xfc0f, index: 4}},
		"table.size":      {ops(0xfc, 16, 4), instruction{op: 0xfc10, index: 4}},
		"table.fill":      {ops(0xfc, 17, 4), instruction{op: 0xfc11, index: 4}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const before = 3
			in := cat(make([]byte, before), test.in)
			r := &reader{data: cat(in, ops(0x0b)), pos: before, end: len(in) + 1}
			want := test.want
			want.start, want.end = before, len(in)
			if got, err := decodeInstruction(r); err != nil || got != want {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
			for cut := range test.in {
				r := &reader{data: in, pos: before, end: before + cut}
				if got, err := decodeInstruction(r); !errors.Is(err, ErrMalformed) {
					t.Errorf("cut at %d: got %+v, %v, want ErrMalformed", cut, got, err)
				}
			}
		})
	}
}

func TestDecodeInstructionRejects(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   []byte
		want error
	}{
		"try":                      {ops(0x06, 0x40), ErrUnsupported},
		"throw":                    {ops(0x08, 0), ErrUnsupported},
		"try_table":                {ops(0x1f, 0x40, 0), ErrUnsupported},
		"call_ref":                 {ops(0x14, 0), ErrUnsupported},
		"select without types":     {ops(0x1c, 0), ErrMalformed},
		"select of two types":      {ops(0x1c, 2, 0x7f, 0x7f), ErrMalformed},
		"select v128":              {ops(0x1c, 1, 0x7b), ErrUnsupported},
		"0x27":                     {ops(0x27), ErrUnsupported},
		"0xc5":                     {ops(0xc5), ErrUnsupported},
		"ref.as_non_null":          {ops(0xd4), ErrUnsupported},
		"gc":                       {ops(0xfb, 0), ErrUnsupported},
		"simd":                     {ops(0xfd, 0), ErrUnsupported},
		"threads":                  {ops(0xfe, 0), ErrUnsupported},
		"0xff":                     {ops(0xff), ErrUnsupported},
		"0xfc 18":                  {ops(0xfc, 18), ErrUnsupported},
		"0xfc 256":                 {ops(0xfc, 0x80, 0x02), ErrUnsupported},
		"0xfc overlong":            {ops(0xfc, 0x80, 0x80, 0x80, 0x80, 0x80, 0), ErrMalformed},
		"second memory load":       {ops(0x28, 0x42, 1, 0), ErrUnsupported},
		"second memory size":       {ops(0x3f, 1), ErrUnsupported},
		"second memory copy":       {ops(0xfc, 10, 0, 1), ErrUnsupported},
		"second memory init":       {ops(0xfc, 8, 0, 1), ErrUnsupported},
		"padded memory index":      {ops(0x3f, 0x80, 0x00), ErrUnsupported},
		"padded empty block":       {ops(0x02, 0xc0, 0x7f), ErrUnsupported},
		"block of unknown type":    {ops(0x02, 0x41), ErrUnsupported},
		"block of v128":            {ops(0x02, 0x7b), ErrUnsupported},
		"ref.null i32":             {ops(0xd0, 0x7f), ErrMalformed},
		"br_table too long":        {ops(0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f, 0), ErrMalformed},
		"constant beyond 32 bits":  {ops(0x41, 0x80, 0x80, 0x80, 0x80, 0x08), ErrMalformed},
		"call index beyond 32 bit": {ops(0x10, 0x80, 0x80, 0x80, 0x80, 0x10), ErrMalformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := decodeInstruction(newReader(test.in)); !errors.Is(err, test.want) {
				t.Errorf("got %+v, %v, want %v", got, err, test.want)
			}
		})
	}
}

func TestWalk(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   []byte
		want []opcode // nil: malformed
	}{
		"empty":            {ops(0x0b), []opcode{opEnd}},
		"nested":           {cat(block(blockVoid, loop(blockVoid)), ops(0x0b)), []opcode{opBlock, opLoop, opEnd, opEnd, opEnd}},
		"if else":          {cat(iff(blockVoid, els()), ops(0x0b)), []opcode{opIf, opElse, opEnd, opEnd}},
		"no end":           {ops(0x01), nil},
		"nothing":          {nil, nil},
		"one end short":    {ops(0x02, 0x40, 0x0b), nil},
		"one end too many": {ops(0x0b, 0x0b), nil},
		"else alone":       {ops(0x05, 0x0b), nil},
		"else in block":    {ops(0x02, 0x40, 0x05, 0x0b, 0x0b), nil},
		"two elses":        {ops(0x04, 0x40, 0x05, 0x05, 0x0b, 0x0b), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []opcode
			err := walk(newReader(test.in), func(ins instruction) error {
				got = append(got, ins.op)
				return nil
			})
			switch {
			case test.want == nil && !errors.Is(err, ErrMalformed):
				t.Errorf("error %v, want ErrMalformed", err)
			case test.want != nil && (err != nil || !slices.Equal(got, test.want)):
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
		})
	}
}

func TestWalkStopsAtVisitError(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	if err := walk(newReader(ops(0x01, 0x0b)), func(instruction) error { return stop }); err != stop {
		t.Errorf("got %v", err)
	}
}
