package instrument

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// edited returns a valid module after a change.
func edited(change func(a *asm)) []byte {
	a := dispatcher()
	change(a)
	return a.bytes()
}

// bodyOf returns a valid module that has one more function of the given body.
func bodyOf(parts ...[]byte) []byte {
	return edited(func(a *asm) { a.fn("g", i32s(1), nil, nil, parts...) })
}

func TestInstrumentRejectsModules(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   []byte
		want error
	}{
		"tick missing":         {only(func(a *asm) { a.importFunc("env", "tick", i32s(1), i32s(1)) }), ErrTick},
		"tick of another type": {only(func(a *asm) { a.importFunc("cloche", "tick", i32s(1), nil) }), ErrTick},
		"tick is a global": {only(func(a *asm) {
			a.imports = [][]byte{cat(appendName(appendName(nil, "cloche"), "tick"), []byte{kindGlobal, 0x7f, 0})}
		}), ErrTick},
		"tick imported twice": {edited(func(a *asm) { a.importFunc("cloche", "tick", i32s(1), i32s(1)) }), ErrTick},
		"tick called":         {bodyOf(i32c(0), call(0), drop()), ErrTick},
		"tick tail called":    {bodyOf(i32c(0), indexed(opReturnCall, 0)), ErrTick},
		"tick referred to":    {bodyOf(indexed(opRefFunc, 0), drop()), ErrTick},
		"tick exported":       {edited(func(a *asm) { a.export("t", kindFunc, 0) }), ErrTick},
		"tick in a table":     {edited(func(a *asm) { a.table = []uint32{1, 0} }), ErrTick},
		"tick in a global":    {edited(func(a *asm) { a.globals = [][]byte{{0x70, 0, 0xd2, 0, 0x0b}} }), ErrTick},
		"tick starts": {only(func(a *asm) {
			a.importFunc("e", "x", nil, nil)
			a.importFunc("cloche", "tick", i32s(1), i32s(1))
			a.start = 1
		}), ErrTick},
		"marker missing":         {newAsm().bytes(), ErrMarker},
		"marker is a memory":     {with(func(a *asm) { a.memory = true; a.export(DefaultMarkerExport, kindMemory, 0) }), ErrMarker},
		"marker is an import":    {with(func(a *asm) { a.export(DefaultMarkerExport, kindFunc, a.importFunc("e", "m", nil, nil)) }), ErrMarker},
		"marker takes something": {with(func(a *asm) { a.exported(DefaultMarkerExport, i32s(1), nil, nil) }), ErrMarker},
		"marker gives something": {with(func(a *asm) { a.exported(DefaultMarkerExport, nil, i32s(1), nil, i32c(1)) }), ErrMarker},
		"marker malformed":       {with(func(a *asm) { a.exported(DefaultMarkerExport, nil, nil, nil, ops(0x05)) }), ErrMalformed},
		"fuel is taken":          {edited(func(a *asm) { a.memory = true; a.export("fuel", kindMemory, 0) }), ErrFuel},
		"local read of the temp": {bodyOf(get(1), drop(), loop(blockVoid)), ErrMalformed},
		"local set of the temp":  {bodyOf(i32c(0), set(1), loop(blockVoid)), ErrMalformed},
		"local tee of the temp":  {bodyOf(i32c(0), tee(1), drop(), loop(blockVoid)), ErrMalformed},
		"fuel read":              {bodyOf(indexed(opGlobalGet, 0), drop()), ErrMalformed},
		"fuel written":           {bodyOf(i32c(0), indexed(opGlobalSet, 0)), ErrMalformed},
		"unknown function":       {bodyOf(call(99)), ErrMalformed},
		"block left open":        {bodyOf(ops(0x02, 0x40)), ErrMalformed},
		"simd":                   {bodyOf(ops(0xfd, 12), make([]byte, 16), drop()), ErrUnsupported},
		"names broken":           {edited(func(a *asm) { a.named = false; a.after = [][]byte{custom("name", []byte{1})} }), ErrMalformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, _, err := Instrument(test.in, Options{})
			if !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if (out == nil) != (test.want != nil) {
				t.Errorf("%d bytes with error %v", len(out), err)
			}
		})
	}
}

// only returns a module with a marker and whatever is added.
func only(change func(a *asm)) []byte {
	a := &asm{}
	change(a)
	a.exported(DefaultMarkerExport, nil, nil, nil)
	return a.bytes()
}

// with returns a module with the tick and whatever is added.
func with(change func(a *asm)) []byte {
	a := newAsm()
	change(a)
	return a.bytes()
}

func TestInstrumentRejectsOptions(t *testing.T) {
	t.Parallel()
	exempt := func(list ...Exemption) Options { return Options{Exempt: list} }
	tests := map[string]struct {
		opts Options
		want error
	}{
		"negative loop weight":    {Options{LoopWeight: -1}, ErrOptions},
		"huge loop weight":        {Options{LoopWeight: MaxWeight + 1}, ErrOptions},
		"negative marker weight":  {Options{MarkerWeight: -1}, ErrOptions},
		"huge marker weight":      {Options{MarkerWeight: MaxWeight + 1}, ErrOptions},
		"fuel not UTF-8":          {Options{FuelExport: "\xff"}, ErrOptions},
		"fuel taken":              {Options{FuelExport: "f"}, ErrFuel},
		"other marker":            {Options{MarkerExport: "other"}, ErrMarker},
		"no marker but tick used": {Options{MarkerExport: NoMarker}, ErrTick},
		"other tick module":       {Options{TickModule: "env"}, ErrTick},
		"other tick name":         {Options{TickName: "tock"}, ErrTick},
		"exempt without name":     {exempt(Exemption{"", 4, "why"}), ErrOptions},
		"exempt without targets":  {exempt(Exemption{"f", 0, "why"}), ErrOptions},
		"exempt without reason":   {exempt(Exemption{"f", 4, ""}), ErrOptions},
		"exempt twice":            {exempt(Exemption{"f", 4, "why"}, Exemption{"f", 3, "why"}), ErrOptions},
		"exempt no function":      {exempt(Exemption{"g", 4, "why"}), ErrExemption},
		"exempt no loop":          {exempt(Exemption{"f", 5, "why"}), ErrExemption},
		"exempt the marker":       {exempt(Exemption{DefaultMarkerExport, 1, "why"}), ErrExemption},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := Instrument(dispatcher().bytes(), test.opts); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

// TestExemption looks at which loop is meant.
func TestExemption(t *testing.T) {
	t.Parallel()
	table := cat(i32c(0), brTable(0, 0, 0))
	tests := map[string]struct {
		body [][]byte
		want int // the loop, or noLoop for an error
	}{
		"only loop":                 {[][]byte{loop(blockVoid, table)}, 0},
		"in a block":                {[][]byte{loop(blockVoid, block(blockVoid, table))}, 0},
		"in an if":                  {[][]byte{loop(blockVoid, i32c(1), iff(blockVoid, els(), table))}, 0},
		"innermost":                 {[][]byte{loop(blockVoid, loop(blockVoid, table))}, 1},
		"outer, before inner":       {[][]byte{loop(blockVoid, block(blockVoid, table), loop(blockVoid))}, 0},
		"outer, after inner":        {[][]byte{loop(blockVoid, loop(blockVoid), table)}, 0},
		"second":                    {[][]byte{loop(blockVoid), loop(blockVoid, table)}, 1},
		"two tables in one loop":    {[][]byte{loop(blockVoid, block(blockVoid, table), table)}, 0},
		"table too small elsewhere": {[][]byte{loop(blockVoid, i32c(0), brTable(0, 0)), loop(blockVoid, table)}, 1},
		"table outside of loops":    {[][]byte{loop(blockVoid), block(blockVoid, table)}, noLoop},
		"two loops":                 {[][]byte{loop(blockVoid, table), loop(blockVoid, table)}, noLoop},
		"inner and outer":           {[][]byte{loop(blockVoid, block(blockVoid, table), loop(blockVoid, table))}, noLoop},
		"no loop":                   {[][]byte{block(blockVoid, table)}, noLoop},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAsm()
			a.marker()
			a.fn("before", nil, nil, nil, loop(blockVoid))
			f := a.fn("f", nil, nil, nil, test.body...)
			opts := Options{Exempt: []Exemption{{"f", 2, "why"}}}
			out, report, err := Instrument(a.bytes(), opts)
			if test.want == noLoop {
				if !errors.Is(err, ErrExemption) {
					t.Errorf("error %v, want ErrExemption", err)
				}
				return
			}
			want := []ExemptedLoop{{"f", f, test.want, "why"}}
			if diff := cmp.Diff(want, report.Exempted); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			verified, err := Verify(out, VerifyOptions{})
			unchecked := []Loop{{Function: "f", FuncIndex: f, LoopIndex: test.want}}
			if diff := cmp.Diff(unchecked, verified.Unchecked); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestExemptionOfAnAmbiguousName(t *testing.T) {
	t.Parallel()
	in := edited(func(a *asm) { a.fn("f", nil, nil, nil) })
	_, _, err := Instrument(in, Options{Exempt: []Exemption{{"f", 4, "why"}}})
	if !errors.Is(err, ErrExemption) {
		t.Errorf("error %v, want ErrExemption", err)
	}
}

func TestErrorsNameFunctionAndOffset(t *testing.T) {
	t.Parallel()
	in := bodyOf(ops(0xfe, 0x03))
	_, _, err := Instrument(in, Options{})
	if err == nil || !strings.Contains(err.Error(), "function 3") ||
		!strings.Contains(err.Error(), "offset 0x") || !strings.Contains(err.Error(), "threads") {
		t.Errorf("error %v", err)
	}
}

func TestMaxLocals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		locals uint32
		body   []byte
		want   error
	}{
		"room for one":            {MaxLocals - 2, loop(blockVoid), nil},
		"no room":                 {MaxLocals - 1, loop(blockVoid), ErrTooLarge},
		"no room, but no need":    {MaxLocals - 1, nil, nil},
		"too many from the start": {MaxLocals, nil, ErrTooLarge},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAsm()
			a.marker()
			a.fn("f", i32s(1), nil, locals(test.locals), test.body)
			if _, _, err := Instrument(a.bytes(), Options{}); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

// TestOtherSectionsStay compares section by section, with paddings an encoder
// of our own wouldn't write.
func TestOtherSectionsStay(t *testing.T) {
	t.Parallel()
	a := dispatcher()
	a.memory = true
	a.table = []uint32{1, 2}
	a.globals = [][]byte{{0x7f, 1, 0x41, 0x80, 0x00, 0x0b}}
	plain := a.fn("plain", nil, nil, locals(3), ops(0x01), br(0))
	in := a.bytes()
	in = append(in, 0, 0x87, 0x80, 0x00, 1, 'x', 1, 2, 3, 4, 5) // padded size
	in = append(in, custom("producers", []byte{0})...)
	out, _ := mustInstrument(t, in, Options{KeepCustom: []string{"x"}})

	before, _ := splitSections(in)
	after, _ := splitSections(out)
	var kept []string
	for _, s := range after {
		i := slices.IndexFunc(before, func(b section) bool { return b.id == s.id && b.name == s.name })
		if i < 0 {
			t.Fatalf("new section %d %q", s.id, s.name)
		}
		changed := slices.Contains([]byte{sectionGlobal, sectionExport, sectionCode}, s.id)
		if same := bytes.Equal(before[i].raw, s.raw); same == changed {
			t.Errorf("section %d %q: unchanged %t", s.id, s.name, same)
		}
		if s.id == sectionCustom {
			kept = append(kept, s.name)
		}
	}
	if !slices.Equal(kept, []string{"x"}) {
		t.Errorf("kept custom sections %q", kept)
	}
	if body := a.funcs[plain-a.importedFuncs].encode(); !bytes.Contains(out, body) {
		t.Errorf("a function without checks has changed")
	}
}

func TestKeepCustom(t *testing.T) {
	t.Parallel()
	in := edited(func(a *asm) { a.after = [][]byte{custom("a", nil), custom("b", nil), custom("a", []byte{1})} })
	tests := map[string]struct {
		keep []string
		want []string
	}{
		"default": {nil, []string{"name"}},
		"none":    {[]string{}, nil},
		"some":    {[]string{"b", "a"}, []string{"a", "b", "a"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Names serve exemptions even where they aren't kept.
			opts := Options{KeepCustom: test.keep, Exempt: []Exemption{{"f", 4, "why"}}}
			out, _ := mustInstrument(t, in, opts)
			sections, err := splitSections(out)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range sections {
				if s.id == sectionCustom {
					got = append(got, s.name)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestInstrumentIsDeterministicAndPure(t *testing.T) {
	t.Parallel()
	for name, b := range behaviours() {
		in := b.asm().bytes()
		before := bytes.Clone(in)
		first, _ := mustInstrument(t, in, b.opts)
		second, _ := mustInstrument(t, in, b.opts)
		if !bytes.Equal(first, second) {
			t.Errorf("%s: two runs differ", name)
		}
		if !bytes.Equal(in, before) {
			t.Errorf("%s: the input has changed", name)
		}
	}
}

func TestInstrumentTwiceFails(t *testing.T) {
	t.Parallel()
	out, _ := mustInstrument(t, dispatcher().bytes(), Options{})
	if _, _, err := Instrument(out, Options{MarkerExport: NoMarker, FuelExport: "fuel2"}); !errors.Is(err, ErrTick) {
		t.Errorf("error %v, want ErrTick", err)
	}
}

func TestMarkerExportIsRemovedAndItsBodyReplaced(t *testing.T) {
	t.Parallel()
	a := newAsm()
	m := a.marker()
	a.export("alias", kindFunc, m)
	out, _ := mustInstrument(t, a.bytes(), Options{MarkerWeight: 5})
	_, exports, err := Externs(out)
	want := []Extern{
		{Name: "alias", Kind: "func", Type: "() -> ()"},
		{Name: "fuel", Kind: "global", Type: "mut i32"},
	}
	if diff := cmp.Diff(want, exports); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for engine, config := range engines() {
		got := newHost(t, config).run(t, out, 100, 0, "alias")
		if got.Steps != 5 || got.Ticks != 0 {
			t.Errorf("%s: %d steps, %d ticks, want 5 and none", engine, got.Steps, got.Ticks)
		}
	}
}
