package instrument

// instruction is one instruction of a module. index and value carry the one
// immediate that matters; the other immediates are checked and skipped.
type instruction struct {
	op    opcode
	index uint32 // a function, local or global; the number of br_table's targets without the default
	start int    // offset in the module
	end   int
	value int64 // a constant, or a block type
}

// decodeInstruction reads one instruction.
func decodeInstruction(r *reader) (instruction, error) {
	ins := instruction{start: r.pos}
	b, err := r.byte()
	if err != nil {
		return ins, err
	}
	ins.op = opcode(b)
	if ins.op == prefixMisc {
		sub, err := r.u32()
		if err != nil {
			return ins, err
		}
		if sub > 0xff {
			return ins, unsupported(ins.start, "opcode 0xfc %d", sub)
		}
		ins.op = prefixMisc<<8 | opcode(sub)
	}
	if err := ins.decodeImmediates(r); err != nil {
		return ins, err
	}
	ins.end = r.pos
	return ins, nil
}

// decodeImmediates reads what follows the opcode.
func (ins *instruction) decodeImmediates(r *reader) (err error) {
	switch immediateOf(ins.op) {
	case immNone:
	case immBlock:
		ins.value, err = r.blockType()
	case immIndex:
		ins.index, err = r.u32()
	case immTwoIndexes:
		if ins.index, err = r.u32(); err == nil {
			_, err = r.u32()
		}
	case immIndexZero:
		if ins.index, err = r.u32(); err == nil {
			err = r.memory()
		}
	case immZero:
		err = r.memory()
	case immTwoZeros:
		if err = r.memory(); err == nil {
			err = r.memory()
		}
	case immMemArg:
		err = r.memArg()
	case immI32:
		ins.value, err = r.signed(32)
	case immI64:
		ins.value, err = r.signed(64)
	case immFloat:
		_, err = r.take(floatSize(ins.op))
	case immBrTable:
		ins.index, err = r.branchTable()
	case immRefType:
		_, err = r.refType()
	case immTypes:
		err = r.selectType()
	default:
		err = unsupported(ins.start, "opcode 0x%02x (%s)", ins.op, proposalOf(ins.op))
	}
	return err
}

// floatSize returns the number of bytes of a floating-point constant.
func floatSize(op opcode) uint32 {
	if op == opF32Const {
		return 4
	}
	return 8
}

// memory reads the index of memory 0.
func (r *reader) memory() error { return r.zero("memory (multi-memory)") }

// zero reads the byte 0x00; what names the only thing it stands for.
func (r *reader) zero(what string) error {
	start := r.pos
	b, err := r.byte()
	if err != nil {
		return err
	}
	if b != 0 {
		return unsupported(start, "%s 0x%02x", what, b)
	}
	return nil
}

// memArg reads the alignment and the offset of a memory access. No access is
// wider than eight bytes, so any alignment above is one of multi-memory's flags
// or invalid.
func (r *reader) memArg() error {
	start := r.pos
	align, err := r.u32()
	if err != nil {
		return err
	}
	if align > 3 {
		return unsupported(start, "alignment 2^%d (SIMD or multi-memory)", align)
	}
	_, err = r.u32()
	return err
}

// branchTable reads the labels of a br_table and returns their number without
// the default.
func (r *reader) branchTable() (uint32, error) {
	targets := uint32(0)
	err := r.vector(func() error {
		targets++
		_, err := r.u32()
		return err
	})
	if err != nil {
		return 0, err
	}
	_, err = r.u32()
	return targets, err
}

// selectType reads the immediate of the typed select.
func (r *reader) selectType() error {
	start := r.pos
	n, err := r.u32()
	if err != nil {
		return err
	}
	if n != 1 {
		return malformed(start, "select with %d types", n)
	}
	_, err = r.valueType()
	return err
}

// blockType reads a block type: an index from zero, or below zero the one byte
// of a value type or of blockEmpty. The specification gives the latter no
// longer form, though engines that read it as an integer would take one.
func (r *reader) blockType() (int64, error) {
	start := r.pos
	v, err := r.signed(33)
	if err != nil || v >= 0 || v == blockEmpty && r.pos == start+1 {
		return v, err
	}
	r.pos = start
	_, err = r.valueType()
	return v, err
}

// walk calls visit for every instruction of an expression, the final end
// included. It fails if blocks aren't balanced or if bytes are left.
func walk(r *reader, visit func(instruction) error) error {
	open := []opcode{opBlock} // the expression itself
	for len(open) > 0 {
		ins, err := decodeInstruction(r)
		if err != nil {
			return err
		}
		top := len(open) - 1
		switch ins.op {
		case opBlock, opLoop, opIf:
			open = append(open, ins.op)
		case opElse:
			if open[top] != opIf {
				return malformed(ins.start, "else without if")
			}
			open[top] = opElse
		case opEnd:
			open = open[:top]
		}
		if err := visit(ins); err != nil {
			return err
		}
	}
	return r.done()
}
