package instrument

// Extern is one import or export of a module.
type Extern struct {
	// Module is the module an import comes from; empty for an export.
	Module string
	// Name is the name of the import or export.
	Name string
	// Kind is "func", "table", "memory" or "global".
	Kind string
	// Type is the type: for a function "(i32, i64) -> i32", with no or several
	// results in parentheses; for a table "funcref min=1 max=2"; for a memory
	// "min=1 max=2" in pages of 64 KiB; for a global "i32" or "mut i32". The
	// maximum is left out where there is none.
	Type string
}

// Externs lists the imports and the exports of a module in their order. Errors
// wrap ErrMalformed, ErrUnsupported or ErrTooLarge; the code isn't read beyond
// the locals of functions.
func Externs(module []byte) (imports, exports []Extern, err error) {
	m, err := decodeModule(module)
	if err != nil {
		return nil, nil, err
	}
	imports, exports = m.externs()
	return imports, exports, nil
}

// externs lists the imports and the exports.
func (m *module) externs() (imports, exports []Extern) {
	for _, e := range m.imports {
		imports = append(imports, Extern{
			Module: e.module, Name: e.name, Kind: kindName(e.kind), Type: e.typ,
		})
	}
	for _, e := range m.exports {
		exports = append(exports, Extern{
			Name: e.name, Kind: kindName(e.kind), Type: m.exportType(e),
		})
	}
	return imports, exports
}

// exportType returns the type of an export, whose index has been checked.
func (m *module) exportType(e exportEntry) string {
	switch e.kind {
	case kindFunc:
		return m.typeOf(e.index).String()
	case kindTable:
		return m.tables[e.index].String()
	case kindMemory:
		return m.memories[e.index].String()
	default:
		return m.globals[e.index].typ.String()
	}
}

// kindName returns the name of a kind.
func kindName(kind byte) string {
	switch kind {
	case kindFunc:
		return "func"
	case kindTable:
		return "table"
	case kindMemory:
		return "memory"
	default:
		return "global"
	}
}
