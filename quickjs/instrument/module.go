package instrument

import "fmt"

// MaxModuleSize is the largest module this package reads, in bytes. It keeps
// every size below the 32 bits of the format, for a check is about thirty bytes
// and may follow every second byte.
const MaxModuleSize = 64 << 20

// MaxLocals is the largest number of parameters and locals of a function, the
// implementation limit that engines agree on (WebAssembly JavaScript Interface,
// section "Limits").
const MaxLocals = 50_000

// The kinds of what a module imports and exports.
const (
	kindFunc   = 0
	kindTable  = 1
	kindMemory = 2
	kindGlobal = 3
	kindTag    = 4
)

// module is what the package has to know of a module. Indexes in it are those
// of the format: imports come first in each index space.
type module struct {
	data     []byte
	sections []section

	types    []funcType
	imports  []importEntry
	funcs    []uint32 // the type index of each function; always below len(types)
	tables   []tableType
	memories []limits
	globals  []globalDecl
	exports  []exportEntry
	starts   []uint32    // the start function, if there is one
	refs     []reference // what constant expressions and element segments refer to
	bodies   []funcBody  // of the functions that aren't imported

	importedFuncs   int
	importedGlobals int
}

// importEntry is one import.
type importEntry struct {
	module string
	name   string
	kind   byte
	typ    string // as in Extern.Type
}

// globalDecl is one global. zero tells whether its initial value is the
// expression "i32.const 0".
type globalDecl struct {
	typ  globalType
	zero bool
}

// exportEntry is one export; data[start:end] is its encoding.
type exportEntry struct {
	name  string
	kind  byte
	index uint32
	start int
	end   int
}

// reference is a use of an index outside of code: op is opRefFunc or
// opGlobalGet.
type reference struct {
	op     opcode
	index  uint32
	offset int
}

// funcBody is the position of one function's code in the module.
type funcBody struct {
	start     int // of the body, after its size
	groups    uint32
	groupsPos int // of the first group of locals, after their count
	codePos   int // of the first instruction
	end       int
	locals    uint32 // parameters and declared locals, at most MaxLocals
}

// typeOf returns the type of a function.
func (m *module) typeOf(function uint32) funcType { return m.types[m.funcs[function]] }

// bodyIndex returns the index of a function in bodies, and false for an import.
func (m *module) bodyIndex(function uint32) (int, bool) {
	i := int(function) - m.importedFuncs
	return i, i >= 0 && i < len(m.bodies)
}

// functionIndex returns the index of the function with the i-th body.
func (m *module) functionIndex(i int) uint32 { return uint32(m.importedFuncs + i) }

// code returns a reader of the instructions of a body.
func (m *module) code(b funcBody) *reader {
	return &reader{data: m.data, pos: b.codePos, end: b.end}
}

// decodeModule reads everything but the instructions and the names.
func decodeModule(data []byte) (*module, error) {
	if len(data) > MaxModuleSize {
		return nil, fmt.Errorf("%w: module of %d bytes", ErrTooLarge, len(data))
	}
	sections, err := splitSections(data)
	if err != nil {
		return nil, err
	}
	m := &module{data: data, sections: sections}
	for _, s := range sections {
		r := &reader{data: data, pos: s.start, end: s.start + len(s.payload)}
		if err := m.decodeSection(s.id, r); err != nil {
			return nil, err
		}
	}
	if m.importedFuncs+len(m.bodies) != len(m.funcs) {
		return nil, malformed(len(data), "%d functions declared, %d defined",
			len(m.funcs)-m.importedFuncs, len(m.bodies))
	}
	return m, m.checkIndexes()
}

// decodeSection reads one section to its end.
func (m *module) decodeSection(id byte, r *reader) error {
	var err error
	switch id {
	case sectionType:
		err = r.vector(func() error { return appendItem(&m.types, r.funcType) })
	case sectionImport:
		err = r.vector(func() error { return m.decodeImport(r) })
	case sectionFunction:
		err = r.vector(func() error { return m.decodeFunction(r) })
	case sectionTable:
		err = r.vector(func() error { return appendItem(&m.tables, r.tableType) })
	case sectionMemory:
		err = r.vector(func() error { return m.decodeMemory(r) })
	case sectionGlobal:
		err = r.vector(func() error { return m.decodeGlobal(r) })
	case sectionExport:
		err = r.vector(func() error { return m.decodeExport(r) })
	case sectionStart:
		err = appendItem(&m.starts, r.u32)
	case sectionElement:
		err = r.vector(func() error { return m.decodeElement(r) })
	case sectionCode:
		err = r.vector(func() error { return m.decodeBody(r) })
	case sectionData:
		err = r.vector(func() error { return m.decodeData(r) })
	case sectionDataCount:
		_, err = r.u32()
	default:
		return nil
	}
	if err != nil {
		return err
	}
	return r.done()
}

// appendItem reads one item and appends it to a list.
func appendItem[T any](list *[]T, read func() (T, error)) error {
	item, err := read()
	if err != nil {
		return err
	}
	*list = append(*list, item)
	return nil
}

// decodeImport reads an entry of the import section.
func (m *module) decodeImport(r *reader) error {
	var e importEntry
	var err error
	if e.module, err = r.name(); err != nil {
		return err
	}
	if e.name, err = r.name(); err != nil {
		return err
	}
	start := r.pos
	if e.kind, err = r.byte(); err != nil {
		return err
	}
	switch e.kind {
	case kindFunc:
		if err = m.decodeFunction(r); err == nil {
			e.typ = m.typeOf(uint32(m.importedFuncs)).String()
			m.importedFuncs++
		}
	case kindTable:
		if err = appendItem(&m.tables, r.tableType); err == nil {
			e.typ = m.tables[len(m.tables)-1].String()
		}
	case kindMemory:
		if err = m.decodeMemory(r); err == nil {
			e.typ = m.memories[0].String()
		}
	case kindGlobal:
		var t globalType
		t, err = r.globalType()
		m.globals = append(m.globals, globalDecl{typ: t})
		e.typ = t.String()
		m.importedGlobals++
	case kindTag:
		err = unsupported(start, "tag import (exceptions)")
	default:
		err = malformed(start, "import kind 0x%02x", e.kind)
	}
	m.imports = append(m.imports, e)
	return err
}

// decodeFunction reads the type index of a function.
func (m *module) decodeFunction(r *reader) error {
	start := r.pos
	t, err := r.u32()
	if err != nil {
		return err
	}
	if uint64(t) >= uint64(len(m.types)) {
		return malformed(start, "type %d of %d", t, len(m.types))
	}
	m.funcs = append(m.funcs, t)
	return nil
}

// decodeMemory reads the type of a memory.
func (m *module) decodeMemory(r *reader) error {
	if len(m.memories) > 0 {
		return unsupported(r.pos, "second memory (multi-memory)")
	}
	return appendItem(&m.memories, r.limits)
}

// decodeGlobal reads an entry of the global section.
func (m *module) decodeGlobal(r *reader) error {
	t, err := r.globalType()
	if err != nil {
		return err
	}
	value, err := m.constExpr(r)
	if err != nil {
		return err
	}
	zero := value.op == opI32Const && value.value == 0
	m.globals = append(m.globals, globalDecl{typ: t, zero: zero})
	return nil
}

// decodeExport reads an entry of the export section.
func (m *module) decodeExport(r *reader) error {
	e := exportEntry{start: r.pos}
	var err error
	if e.name, err = r.name(); err != nil {
		return err
	}
	kindPos := r.pos
	if e.kind, err = r.byte(); err != nil {
		return err
	}
	switch {
	case e.kind == kindTag:
		return unsupported(kindPos, "tag export (exceptions)")
	case e.kind > kindTag:
		return malformed(kindPos, "export kind 0x%02x", e.kind)
	}
	if e.index, err = r.u32(); err != nil {
		return err
	}
	e.end = r.pos
	m.exports = append(m.exports, e)
	return nil
}

// decodeBody reads the locals of an entry of the code section and moves past
// its instructions.
func (m *module) decodeBody(r *reader) error {
	function := m.functionIndex(len(m.bodies))
	if uint64(function) >= uint64(len(m.funcs)) {
		return malformed(r.pos, "body of undeclared function %d", function)
	}
	size, err := r.u32()
	if err != nil {
		return inFunction(function, err)
	}
	body, err := r.sub(size)
	if err != nil {
		return inFunction(function, err)
	}
	b := funcBody{start: body.pos, end: body.end}
	if err := b.decodeLocals(body, len(m.typeOf(function).params)); err != nil {
		return inFunction(function, err)
	}
	m.bodies = append(m.bodies, b)
	return nil
}

// decodeLocals reads the groups of locals at the start of a body.
func (b *funcBody) decodeLocals(r *reader, params int) error {
	var err error
	if b.groups, err = r.count(); err != nil {
		return err
	}
	b.groupsPos = r.pos
	total := uint64(params)
	for range b.groups {
		n, err := r.u32()
		if err != nil {
			return err
		}
		if _, err := r.valueType(); err != nil {
			return err
		}
		total += uint64(n)
	}
	if total > MaxLocals {
		return fmt.Errorf("%w: offset 0x%x: %d locals", ErrTooLarge, b.start, total)
	}
	b.locals = uint32(total)
	b.codePos = r.pos
	return nil
}
