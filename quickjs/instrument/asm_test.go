package instrument

import "slices"

// asm is a module under construction. Index spaces are those of the format:
// imported functions first.
type asm struct {
	types   []funcType
	imports [][]byte // encoded entries
	funcs   []asmFunc
	table   []uint32 // if not empty: a table with these functions
	memory  bool     // one page, exported as "memory"
	globals [][]byte // encoded entries
	exports [][]byte // encoded entries
	start   int      // a function, if positive
	after   [][]byte // encoded custom sections at the end
	named   bool     // write a name section

	importedFuncs uint32
}

// asmFunc is one function of an asm.
type asmFunc struct {
	typ    uint32
	groups []localGroup
	body   []byte // without the final end
	name   string
}

// localGroup is a run of locals of one type.
type localGroup struct {
	count uint32
	typ   valueType
}

// i32s returns a list of n times i32, for signatures.
func i32s(n int) []valueType { return slices.Repeat([]valueType{typeI32}, n) }

// newAsm returns a module that imports the default tick as function 0.
func newAsm() *asm {
	a := &asm{named: true}
	a.importFunc(DefaultTickModule, DefaultTickName, i32s(1), i32s(1))
	return a
}

// sig returns the index of a function type, which it adds if need be.
func (a *asm) sig(params, results []valueType) uint32 {
	i := slices.IndexFunc(a.types, func(t funcType) bool { return t.is(params, results) })
	if i < 0 {
		a.types = append(a.types, funcType{params: params, results: results})
		i = len(a.types) - 1
	}
	return uint32(i)
}

// importFunc adds the import of a function.
func (a *asm) importFunc(module, name string, params, results []valueType) uint32 {
	typ := a.sig(params, results)
	entry := append(appendName(appendName(nil, module), name), kindFunc)
	a.imports = append(a.imports, appendU32(entry, typ))
	a.importedFuncs++
	return a.importedFuncs - 1
}

// fn adds a function and returns its index.
func (a *asm) fn(name string, params, results []valueType, groups []localGroup, body ...[]byte) uint32 {
	a.funcs = append(a.funcs, asmFunc{
		typ: a.sig(params, results), groups: groups, body: cat(body...), name: name,
	})
	return a.importedFuncs + uint32(len(a.funcs)) - 1
}

// exported adds a function that is exported under its name.
func (a *asm) exported(name string, params, results []valueType, groups []localGroup, body ...[]byte) uint32 {
	f := a.fn(name, params, results, groups, body...)
	a.export(name, kindFunc, f)
	return f
}

// export adds an export.
func (a *asm) export(name string, kind byte, index uint32) {
	a.exports = append(a.exports, appendU32(append(appendName(nil, name), kind), index))
}

// marker adds the default marker, whose own body is a loop that must go.
func (a *asm) marker() uint32 {
	return a.exported(DefaultMarkerExport, i32s(0), i32s(0), nil, loop(blockVoid), i32c(0), call(0), drop())
}

// bytes encodes the module.
func (a *asm) bytes() []byte {
	memory := [][]byte(nil)
	exports := a.exports
	if a.memory {
		memory = [][]byte{{0, 1}}
		exports = append(slices.Clone(exports), append(appendName(nil, "memory"), kindMemory, 0))
	}
	out := []byte(preamble)
	out = appendVector(out, sectionType, encodeTypes(a.types))
	out = appendVector(out, sectionImport, a.imports)
	out = appendVector(out, sectionFunction, mapped(a.funcs, func(f asmFunc) []byte { return appendU32(nil, f.typ) }))
	if len(a.table) > 0 {
		out = appendVector(out, sectionTable, [][]byte{appendU32([]byte{byte(typeFuncref), 0}, uint32(len(a.table)))})
	}
	out = appendVector(out, sectionMemory, memory)
	out = appendVector(out, sectionGlobal, a.globals)
	out = appendVector(out, sectionExport, exports)
	if a.start > 0 {
		out = appendSection(out, sectionStart, appendU32(nil, uint32(a.start)))
	}
	if len(a.table) > 0 {
		items := mapped(a.table, func(f uint32) []byte { return appendU32(nil, f) })
		segment := append([]byte{0, byte(opI32Const), 0, byte(opEnd)}, vectorOf(items)...)
		out = appendVector(out, sectionElement, [][]byte{segment})
	}
	out = appendVector(out, sectionCode, mapped(a.funcs, asmFunc.encode))
	if a.named {
		out = append(out, a.nameSection()...)
	}
	return append(out, cat(a.after...)...)
}

// encode returns an entry of the code section.
func (f asmFunc) encode() []byte {
	groups := mapped(f.groups, func(g localGroup) []byte { return append(appendU32(nil, g.count), byte(g.typ)) })
	body := cat(vectorOf(groups), f.body, []byte{byte(opEnd)})
	return append(appendU32(nil, uint32(len(body))), body...)
}

// nameSection returns the name section.
func (a *asm) nameSection() []byte {
	var items [][]byte
	for i, f := range a.funcs {
		if f.name != "" {
			items = append(items, appendName(appendU32(nil, a.importedFuncs+uint32(i)), f.name))
		}
	}
	sub := vectorOf(items)
	return custom(nameSection, cat(append([]byte{nameSubsectionFuncs}, appendU32(nil, uint32(len(sub)))...), sub))
}

// custom returns a custom section.
func custom(name string, content []byte) []byte {
	return appendSection(nil, sectionCustom, append(appendName(nil, name), content...))
}

// encodeTypes returns the entries of a type section.
func encodeTypes(types []funcType) [][]byte {
	return mapped(types, func(t funcType) []byte {
		out := []byte{0x60}
		for _, list := range [][]valueType{t.params, t.results} {
			out = append(out, vectorOf(mapped(list, func(v valueType) []byte { return []byte{byte(v)} }))...)
		}
		return out
	})
}

// mapped applies a function to a list.
func mapped[T any](list []T, f func(T) []byte) [][]byte {
	out := make([][]byte, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

// vectorOf encodes a vector.
func vectorOf(items [][]byte) []byte {
	return append(appendU32(nil, uint32(len(items))), cat(items...)...)
}

// appendVector appends a section that is one vector, unless it is empty.
func appendVector(dst []byte, id byte, items [][]byte) []byte {
	if len(items) == 0 {
		return dst
	}
	return appendSection(dst, id, vectorOf(items))
}

// appendSection appends a section.
func appendSection(dst []byte, id byte, payload []byte) []byte {
	return append(appendU32(append(dst, id), uint32(len(payload))), payload...)
}

// cat joins pieces of code into a slice of its own.
func cat(parts ...[]byte) []byte { return slices.Concat(parts...) }

// locals returns one group of i32 locals.
func locals(n uint32) []localGroup { return []localGroup{{n, typeI32}} }

// The block types of tests; others are type indexes.
const (
	blockVoid = 0x40
	blockI32  = 0x7f
)

func bt(b int32) []byte {
	if b == blockVoid || b == blockI32 {
		return []byte{byte(b)}
	}
	return appendS32(nil, b)
}

func indexed(op opcode, i uint32) []byte { return appendU32([]byte{byte(op)}, i) }
func ops(b ...byte) []byte               { return b }
func i32c(v int32) []byte                { return appendS32([]byte{byte(opI32Const)}, v) }
func get(i uint32) []byte                { return indexed(opLocalGet, i) }
func set(i uint32) []byte                { return indexed(opLocalSet, i) }
func tee(i uint32) []byte                { return indexed(opLocalTee, i) }
func br(n uint32) []byte                 { return indexed(0x0c, n) }
func brIf(n uint32) []byte               { return indexed(0x0d, n) }
func call(f uint32) []byte               { return indexed(opCall, f) }
func drop() []byte                       { return ops(0x1a) }
func ret() []byte                        { return ops(0x0f) }
func unreachable() []byte                { return ops(0x00) }
func add() []byte                        { return ops(0x6a) }
func sub() []byte                        { return ops(byte(opI32Sub)) }
func eqz() []byte                        { return ops(0x45) }

func structured(op opcode, t int32, body [][]byte) []byte {
	return cat(ops(byte(op)), bt(t), cat(body...), ops(byte(opEnd)))
}
func block(t int32, body ...[]byte) []byte { return structured(opBlock, t, body) }
func loop(t int32, body ...[]byte) []byte  { return structured(opLoop, t, body) }
func iff(t int32, body ...[]byte) []byte   { return structured(opIf, t, body) }
func els() []byte                          { return ops(byte(opElse)) }

func brTable(targets ...uint32) []byte {
	last := len(targets) - 1
	items := mapped(targets[:last], func(l uint32) []byte { return appendU32(nil, l) })
	return cat(ops(byte(opBrTable)), vectorOf(items), appendU32(nil, targets[last]))
}

func callIndirect(typ uint32) []byte { return append(indexed(opCallIndirect, typ), 0) }

// countdown returns a loop that runs its body as often as local n says, at
// least once, and leaves n at 0.
func countdown(n uint32, body ...[]byte) []byte {
	return loop(blockVoid, cat(body...), get(n), i32c(1), sub(), tee(n), brIf(0))
}
