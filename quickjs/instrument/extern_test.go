package instrument

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExterns(t *testing.T) {
	t.Parallel()
	entry := func(module, name string, desc ...byte) []byte {
		return cat(appendName(appendName(nil, module), name), desc)
	}
	a := newAsm()
	a.imports = append(a.imports,
		entry("env", "table", kindTable, byte(typeExternref), 1, 2, 3),
		entry("env", "memory", kindMemory, 0, 17),
		entry("env", "g", kindGlobal, byte(typeF64), 0),
	)
	a.importFunc("env", "f", []valueType{typeI64, typeFuncref}, []valueType{typeF32, typeF64})
	a.globals = [][]byte{{byte(typeI64), 1, byte(opI64Const), 0, byte(opEnd)}}
	f := a.exported("main", nil, nil, nil)
	a.export("again", kindFunc, f)
	a.export("t", kindTable, 0)
	a.export("m", kindMemory, 0)
	a.export("g", kindGlobal, 1)

	imports, exports, err := Externs(a.bytes())
	if err != nil {
		t.Fatal(err)
	}
	wantImports := []Extern{
		{"cloche", "tick", "func", "(i32) -> i32"},
		{"env", "table", "table", "externref min=2 max=3"},
		{"env", "memory", "memory", "min=17"},
		{"env", "g", "global", "f64"},
		{"env", "f", "func", "(i64, funcref) -> (f32, f64)"},
	}
	if diff := cmp.Diff(wantImports, imports); diff != "" {
		t.Errorf("imports (-want +got):\n%s", diff)
	}
	wantExports := []Extern{
		{"", "main", "func", "() -> ()"},
		{"", "again", "func", "() -> ()"},
		{"", "t", "table", "externref min=2 max=3"},
		{"", "m", "memory", "min=17"},
		{"", "g", "global", "mut i64"},
	}
	if diff := cmp.Diff(wantExports, exports); diff != "" {
		t.Errorf("exports (-want +got):\n%s", diff)
	}
}

func TestExternsRejects(t *testing.T) {
	t.Parallel()
	if _, _, err := Externs([]byte("hello")); !errors.Is(err, ErrMalformed) {
		t.Errorf("error %v, want ErrMalformed", err)
	}
}

func TestVerifyListsExterns(t *testing.T) {
	t.Parallel()
	out, _ := mustInstrument(t, dispatcher().bytes(), Options{})
	report, err := Verify(out, VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	imports, exports, err := Externs(out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(imports, report.Imports) + cmp.Diff(exports, report.Exports); diff != "" || len(imports) == 0 {
		t.Errorf("Externs and Verify differ:\n%s", diff)
	}
}
