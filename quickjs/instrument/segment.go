package instrument

// constExpr reads a constant expression of one instruction and its end, notes
// what it refers to, and returns the instruction.
func (m *module) constExpr(r *reader) (instruction, error) {
	value, err := decodeInstruction(r)
	if err != nil {
		return instruction{}, err
	}
	switch value.op {
	case opI32Const, opI64Const, opF32Const, opF64Const, opRefNull:
	case opGlobalGet, opRefFunc:
		m.refs = append(m.refs, reference{op: value.op, index: value.index, offset: value.start})
	default:
		return instruction{}, unsupported(value.start, "opcode 0x%02x in a constant expression", value.op)
	}
	end, err := decodeInstruction(r)
	if err != nil {
		return instruction{}, err
	}
	if end.op != opEnd {
		return instruction{}, unsupported(end.start, "constant expression of several instructions")
	}
	return value, nil
}

// The flags of an element segment. An active segment has an offset; for other
// segments the second flag tells declarative from passive, which makes no
// difference to what follows.
const (
	elementNotActive   = 1 << 0
	elementHasTable    = 1 << 1
	elementExpressions = 1 << 2
	elementFlags       = elementNotActive | elementHasTable | elementExpressions
)

// decodeElement reads an entry of the element section.
func (m *module) decodeElement(r *reader) error {
	start := r.pos
	flags, err := r.u32()
	if err != nil {
		return err
	}
	if flags > elementFlags {
		return malformed(start, "element flags %d", flags)
	}
	if err := m.decodeElementHead(r, flags); err != nil {
		return err
	}
	if flags&elementExpressions != 0 {
		return r.vector(func() error {
			_, err := m.constExpr(r)
			return err
		})
	}
	return r.vector(func() error {
		start := r.pos
		index, err := r.u32()
		m.refs = append(m.refs, reference{op: opRefFunc, index: index, offset: start})
		return err
	})
}

// decodeElementHead reads what precedes the items of an element segment: the
// table, the offset and the type of the items.
func (m *module) decodeElementHead(r *reader, flags uint32) error {
	if flags&elementNotActive == 0 {
		if flags&elementHasTable != 0 {
			if _, err := r.u32(); err != nil {
				return err
			}
		}
		if _, err := m.constExpr(r); err != nil {
			return err
		}
	}
	switch {
	case flags&(elementNotActive|elementHasTable) == 0:
		return nil // functions of table 0, the form of the first version
	case flags&elementExpressions != 0:
		_, err := r.refType()
		return err
	default:
		return r.zero("element kind")
	}
}

// decodeData reads an entry of the data section.
func (m *module) decodeData(r *reader) error {
	start := r.pos
	flags, err := r.u32()
	if err != nil {
		return err
	}
	if flags > 2 {
		return malformed(start, "data flags %d", flags)
	}
	if flags == 2 {
		memory, err := r.u32()
		if err != nil {
			return err
		}
		if memory != 0 {
			return unsupported(start, "memory %d (multi-memory)", memory)
		}
	}
	if flags != 1 {
		if _, err := m.constExpr(r); err != nil {
			return err
		}
	}
	size, err := r.u32()
	if err != nil {
		return err
	}
	_, err = r.take(size)
	return err
}

// checkIndexes makes sure that exports and references point at something, so
// that none of them comes to mean the fuel global when that is appended.
func (m *module) checkIndexes() error {
	seen := make(map[string]bool, len(m.exports))
	for _, e := range m.exports {
		counts := [...]int{
			kindFunc: len(m.funcs), kindTable: len(m.tables),
			kindMemory: len(m.memories), kindGlobal: len(m.globals),
		}
		if uint64(e.index) >= uint64(counts[e.kind]) {
			return malformed(e.start, "export %q of index %d", e.name, e.index)
		}
		if seen[e.name] {
			return malformed(e.start, "second export %q", e.name)
		}
		seen[e.name] = true
	}
	for _, ref := range m.refs {
		if err := m.checkReference(ref); err != nil {
			return err
		}
	}
	for _, start := range m.starts {
		if uint64(start) >= uint64(len(m.funcs)) {
			return malformed(len(m.data), "start function %d of %d", start, len(m.funcs))
		}
	}
	return nil
}

// checkReference makes sure that one reference points at something.
func (m *module) checkReference(ref reference) error {
	limit := len(m.funcs)
	if ref.op == opGlobalGet {
		limit = len(m.globals)
	}
	if uint64(ref.index) >= uint64(limit) {
		return malformed(ref.offset, "index %d of %d", ref.index, limit)
	}
	return nil
}
