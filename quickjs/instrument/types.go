package instrument

import (
	"fmt"
	"slices"
	"strings"
)

// valueType is the encoding of a value type.
type valueType byte

// The value types this package reads.
const (
	typeI32       valueType = 0x7f
	typeI64       valueType = 0x7e
	typeF32       valueType = 0x7d
	typeF64       valueType = 0x7c
	typeV128      valueType = 0x7b
	typeFuncref   valueType = 0x70
	typeExternref valueType = 0x6f
)

// String returns the name of the type in the text format.
func (t valueType) String() string {
	switch t {
	case typeI32:
		return "i32"
	case typeI64:
		return "i64"
	case typeF32:
		return "f32"
	case typeF64:
		return "f64"
	case typeFuncref:
		return "funcref"
	case typeExternref:
		return "externref"
	default:
		return fmt.Sprintf("0x%02x", byte(t))
	}
}

// valueType reads a value type.
func (r *reader) valueType() (valueType, error) {
	start := r.pos
	b, err := r.byte()
	if err != nil {
		return 0, err
	}
	switch t := valueType(b); t {
	case typeI32, typeI64, typeF32, typeF64, typeFuncref, typeExternref:
		return t, nil
	case typeV128:
		return 0, unsupported(start, "type v128 (SIMD)")
	default:
		return 0, unsupported(start, "value type 0x%02x", b)
	}
}

// refType reads a reference type.
func (r *reader) refType() (valueType, error) {
	start := r.pos
	t, err := r.valueType()
	if err != nil {
		return 0, err
	}
	if t != typeFuncref && t != typeExternref {
		return 0, malformed(start, "%s is not a reference type", t)
	}
	return t, nil
}

// funcType is the type of a function.
type funcType struct {
	params  []valueType
	results []valueType
}

// is tells whether the type has exactly these parameters and results.
func (t funcType) is(params, results []valueType) bool {
	return slices.Equal(t.params, params) && slices.Equal(t.results, results)
}

// String returns the type as "(i32, i64) -> i32": no or several results are in
// parentheses.
func (t funcType) String() string {
	results := typeList(t.results)
	if len(t.results) == 1 {
		results = t.results[0].String()
	}
	return typeList(t.params) + " -> " + results
}

// typeList returns value types as "(i32, i64)".
func typeList(types []valueType) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.String()
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// funcType reads an entry of the type section.
func (r *reader) funcType() (funcType, error) {
	start := r.pos
	form, err := r.byte()
	if err != nil {
		return funcType{}, err
	}
	if form != 0x60 {
		return funcType{}, unsupported(start, "type form 0x%02x", form)
	}
	var t funcType
	for _, list := range []*[]valueType{&t.params, &t.results} {
		err := r.vector(func() error {
			v, err := r.valueType()
			*list = append(*list, v)
			return err
		})
		if err != nil {
			return funcType{}, err
		}
	}
	return t, nil
}

// limits is the size of a table in elements or of a memory in 64 KiB pages.
type limits struct {
	min    uint32
	max    uint32
	hasMax bool
}

// String returns the limits as "min=1 max=2" or "min=1".
func (l limits) String() string {
	if !l.hasMax {
		return fmt.Sprintf("min=%d", l.min)
	}
	return fmt.Sprintf("min=%d max=%d", l.min, l.max)
}

// limits reads the limits of a table or a memory.
func (r *reader) limits() (l limits, err error) {
	start := r.pos
	flags, err := r.byte()
	if err != nil {
		return l, err
	}
	switch {
	case flags > 7:
		return l, malformed(start, "limits flags 0x%02x", flags)
	case flags&4 != 0:
		return l, unsupported(start, "64-bit limits (memory64)")
	case flags&2 != 0:
		return l, unsupported(start, "shared limits (threads)")
	}
	if l.min, err = r.u32(); err != nil || flags == 0 {
		return l, err
	}
	l.hasMax = true
	l.max, err = r.u32()
	return l, err
}

// tableType is the type of a table.
type tableType struct {
	element valueType
	limits  limits
}

// String returns the type as "funcref min=1".
func (t tableType) String() string { return t.element.String() + " " + t.limits.String() }

// tableType reads the type of a table.
func (r *reader) tableType() (t tableType, err error) {
	if t.element, err = r.refType(); err != nil {
		return t, err
	}
	t.limits, err = r.limits()
	return t, err
}

// globalType is the type of a global.
type globalType struct {
	value   valueType
	mutable bool
}

// String returns the type as "i32" or "mut i32".
func (t globalType) String() string {
	if t.mutable {
		return "mut " + t.value.String()
	}
	return t.value.String()
}

// globalType reads the type of a global.
func (r *reader) globalType() (t globalType, err error) {
	if t.value, err = r.valueType(); err != nil {
		return t, err
	}
	start := r.pos
	b, err := r.byte()
	if err != nil {
		return t, err
	}
	if b > 1 {
		return t, malformed(start, "mutability 0x%02x", b)
	}
	t.mutable = b == 1
	return t, nil
}
