package instrument

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checked returns a module as Instrument would write it, with a function f of
// the given body. Its fuel is global 0, its tick function 0, and f has the i32
// locals 0 and 1.
func checked(parts ...[]byte) *asm {
	a := newAsm()
	a.globals = [][]byte{{byte(typeI32), 1, byte(opI32Const), 0, byte(opEnd)}}
	a.export(DefaultFuelExport, kindGlobal, 0)
	a.exported("f", i32s(1), nil, locals(1), parts...)
	return a
}

// checkPieces returns the pieces of a check of weight 1, an instruction each.
func checkPieces() [][]byte {
	return [][]byte{
		indexed(opGlobalGet, 0), i32c(1), sub(), tee(1), indexed(opGlobalSet, 0),
		get(1), i32c(0), ops(byte(opI32LtS)), ops(byte(opIf), blockVoid),
		get(1), call(0), indexed(opGlobalSet, 0), ops(byte(opEnd)),
	}
}

func TestVerifyAccepts(t *testing.T) {
	t.Parallel()
	check := cat(checkPieces()...)
	weight := func(w int32) []byte {
		p := checkPieces()
		p[1] = i32c(w)
		return cat(p...)
	}
	padded := checkPieces()
	padded[1] = []byte{byte(opI32Const), 0x81, 0x80, 0x00}
	padded[4] = []byte{byte(opGlobalSet), 0x80, 0x00}
	tests := map[string]struct {
		body  []byte
		want  []int32 // weights of loops
		other int
	}{
		"nothing":             {nil, nil, 0},
		"loop":                {loop(blockVoid, check), []int32{1}, 0},
		"bare loop":           {loop(blockVoid), []int32{0}, 0},
		"check alone":         {check, nil, 1},
		"two checks":          {loop(blockVoid, check, check), []int32{1}, 1},
		"check in front":      {cat(check, loop(blockVoid)), []int32{0}, 1},
		"check comes late":    {loop(blockVoid, ops(0x01), check), []int32{0}, 1},
		"nested":              {loop(blockVoid, check, loop(blockVoid, check), loop(blockVoid)), []int32{1, 1, 0}, 0},
		"heads in a row":      {loop(blockVoid, loop(blockVoid, check)), []int32{0, 1}, 0},
		"weight":              {loop(blockVoid, weight(1000)), []int32{1000}, 0},
		"largest weight":      {loop(blockVoid, weight(MaxWeight)), []int32{MaxWeight}, 0},
		"padded":              {loop(blockVoid, cat(padded...)), []int32{1}, 0},
		"fuel read elsewhere": {cat(indexed(opGlobalGet, 0), drop(), loop(blockVoid, check)), []int32{1}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := Verify(checked(test.body).bytes(), VerifyOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var want, unchecked []Loop
			for i, w := range test.want {
				l := Loop{Function: "f", FuncIndex: 1, LoopIndex: i, Weight: w}
				want = append(want, l)
				if w == 0 {
					unchecked = append(unchecked, l)
				}
			}
			if diff := cmp.Diff(want, report.Loops); diff != "" {
				t.Errorf("loops (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(unchecked, report.Unchecked); diff != "" {
				t.Errorf("unchecked (-want +got):\n%s", diff)
			}
			if report.OtherChecks != test.other || report.Functions != 1 {
				t.Errorf("%d other checks in %d functions", report.OtherChecks, report.Functions)
			}
		})
	}
}

// TestVerifySeesEveryChangeOfACheck replaces, drops and doubles each
// instruction of a check; none of the results may pass for a check.
func TestVerifySeesEveryChangeOfACheck(t *testing.T) {
	t.Parallel()
	replacements := [][]byte{
		indexed(opGlobalGet, 1), i32c(0), i32c(-1), i32c(1), i32c(MaxWeight + 1), add(), tee(0), set(1),
		indexed(opGlobalSet, 1), get(0), ops(0x4a), ops(byte(opIf), blockI32), call(1),
		ops(byte(opIf), 0), ops(0x02, blockVoid), ops(0x01), indexed(opReturnCall, 0),
		{byte(opI64Const), 1},
	}
	original := checkPieces()
	try := func(pieces [][]byte) {
		a := checked(loop(blockVoid, cat(pieces...)))
		a.globals = append(a.globals, a.globals[0])
		report, err := Verify(a.bytes(), VerifyOptions{})
		if err == nil && len(report.Unchecked) == 0 {
			t.Errorf("% x passes for a check", cat(pieces...))
		}
	}
	for i := range original {
		try(slices.Concat(original[:i], original[i+1:]))
		try(slices.Insert(slices.Clone(original), i, ops(0x01)))
		for _, r := range replacements {
			if slices.Equal(r, original[i]) {
				continue
			}
			pieces := slices.Clone(original)
			pieces[i] = r
			try(pieces)
		}
	}
}

func TestVerifyRejects(t *testing.T) {
	t.Parallel()
	check := cat(checkPieces()...)
	body := func(parts ...[]byte) []byte { return checked(parts...).bytes() }
	change := func(f func(a *asm)) []byte {
		a := checked(loop(blockVoid, check))
		f(a)
		return a.bytes()
	}
	global := func(b ...byte) []byte { return change(func(a *asm) { a.globals = [][]byte{b} }) }
	renamed := change(func(a *asm) { a.exports = a.exports[1:] })
	importedFuel := func(a *asm) {
		a.imports = append(a.imports, cat(appendName(appendName(nil, "e"), "g"), []byte{kindGlobal, 0x7f, 1}))
	}
	tests := map[string]struct {
		in   []byte
		want error
	}{
		"not a module":          {[]byte("hello"), ErrMalformed},
		"fuel not exported":     {renamed, ErrFuel},
		"fuel is a function":    {change(func(a *asm) { a.exports = nil; a.export("fuel", kindFunc, 1) }), ErrFuel},
		"fuel is i64":           {global(byte(typeI64), 1, byte(opI64Const), 0, byte(opEnd)), ErrFuel},
		"fuel is constant":      {global(byte(typeI32), 0, byte(opI32Const), 0, byte(opEnd)), ErrFuel},
		"fuel starts at 1":      {global(byte(typeI32), 1, byte(opI32Const), 1, byte(opEnd)), ErrFuel},
		"fuel is imported":      {change(importedFuel), ErrFuel},
		"fuel exported twice":   {change(func(a *asm) { a.export("g", kindGlobal, 0) }), ErrFuel},
		"fuel set":              {body(i32c(9), indexed(opGlobalSet, 0)), ErrFuel},
		"fuel set in a loop":    {body(loop(blockVoid, check, i32c(9), indexed(opGlobalSet, 0))), ErrFuel},
		"fuel set at a head":    {body(loop(blockVoid, i32c(9), indexed(opGlobalSet, 0), check)), ErrFuel},
		"fuel set unreachably":  {body(unreachable(), indexed(opGlobalSet, 0)), ErrFuel},
		"tick called":           {body(i32c(0), call(0), drop()), ErrTick},
		"tick called in a loop": {body(loop(blockVoid, check, i32c(0), call(0), drop())), ErrTick},
		"tick tail called":      {body(i32c(0), indexed(opReturnCall, 0)), ErrTick},
		"tick referred to":      {body(indexed(opRefFunc, 0), drop()), ErrTick},
		"tick exported":         {change(func(a *asm) { a.export("t", kindFunc, 0) }), ErrTick},
		"tick in a table":       {change(func(a *asm) { a.table = []uint32{0} }), ErrTick},
		"tick missing":          {change(func(a *asm) { a.imports[0] = cat(appendName(appendName(nil, "e"), "x"), []byte{0, 0}) }), ErrTick},
		"tick twice":            {change(func(a *asm) { a.importFunc("cloche", "tick", i32s(1), i32s(1)) }), ErrTick},
		"block left open":       {body(ops(0x02, 0x40)), ErrMalformed},
		"names broken":          {change(func(a *asm) { a.named = false; a.after = [][]byte{custom("name", []byte{1})} }), ErrMalformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := Verify(test.in, VerifyOptions{})
			if !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if diff := cmp.Diff(VerifyReport{}, report); diff != "" {
				t.Errorf("report with an error:\n%s", diff)
			}
		})
	}
}

func TestVerifyWithOtherNames(t *testing.T) {
	t.Parallel()
	a := &asm{}
	a.importFunc("env", "tock", i32s(1), i32s(1))
	m := a.fn("", nil, nil, nil)
	a.export("poll", kindFunc, m)
	a.fn("", nil, nil, nil, loop(blockVoid, call(m)))
	out, report, err := Instrument(a.bytes(), Options{
		FuelExport: "petrol", TickModule: "env", TickName: "tock", MarkerExport: "poll", LoopWeight: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	verified, err := Verify(out, VerifyOptions{FuelExport: "petrol", TickModule: "env", TickName: "tock"})
	if err != nil {
		t.Fatal(err)
	}
	checkReports(t, report, verified)
	if diff := cmp.Diff([]Loop{{FuncIndex: 2, Weight: 3}}, verified.Loops); diff != "" {
		t.Errorf("loops (-want +got):\n%s", diff)
	}
	if want := 2; verified.OtherChecks != want {
		t.Errorf("%d other checks, want %d: the marker's call and its body", verified.OtherChecks, want)
	}
	if _, err := Verify(out, VerifyOptions{}); err == nil {
		t.Errorf("verified under the default names")
	}
}
