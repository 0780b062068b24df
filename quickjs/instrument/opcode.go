package instrument

// opcode is the first byte of an instruction, or for the instructions with the
// prefix 0xfc that prefix in the high byte and the sub-opcode in the low byte.
type opcode uint16

// The opcodes the package gives a meaning to.
const (
	opLoop           opcode = 0x03
	opBlock          opcode = 0x02
	opIf             opcode = 0x04
	opElse           opcode = 0x05
	opEnd            opcode = 0x0b
	opBrTable        opcode = 0x0e
	opCall           opcode = 0x10
	opCallIndirect   opcode = 0x11
	opReturnCall     opcode = 0x12
	opReturnIndirect opcode = 0x13
	opSelectTyped    opcode = 0x1c
	opLocalGet       opcode = 0x20
	opLocalSet       opcode = 0x21
	opLocalTee       opcode = 0x22
	opGlobalGet      opcode = 0x23
	opGlobalSet      opcode = 0x24
	opI32Const       opcode = 0x41
	opI64Const       opcode = 0x42
	opF32Const       opcode = 0x43
	opF64Const       opcode = 0x44
	opI32LtS         opcode = 0x48
	opI32Sub         opcode = 0x6b
	opRefNull        opcode = 0xd0
	opRefFunc        opcode = 0xd2

	prefixMisc opcode = 0xfc
)

// blockEmpty is the block type without parameters and results.
const blockEmpty = -0x40

// immediate is the form of what follows an opcode.
type immediate uint8

// The forms of immediates.
const (
	immInvalid    immediate = iota // no instruction has this opcode
	immNone                        // nothing
	immBlock                       // a block type
	immIndex                       // one index
	immTwoIndexes                  // two indexes
	immMemArg                      // alignment and offset
	immZero                        // the byte 0x00, which stands for memory 0
	immTwoZeros                    // the byte 0x00 twice
	immIndexZero                   // an index and the byte 0x00
	immI32                         // a signed 32-bit integer
	immI64                         // a signed 64-bit integer
	immFloat                       // four or eight bytes
	immBrTable                     // a vector of labels and a label
	immRefType                     // a reference type
	immTypes                       // a vector of one value type
)

// immediateOf returns the form of an opcode's immediates (Core Specification,
// section 5.4), and immInvalid for every opcode this package doesn't read.
func immediateOf(op opcode) immediate {
	switch {
	case op >= prefixMisc<<8:
		return miscImmediateOf(op & 0xff)
	case op <= opSelectTyped:
		return controlImmediateOf(op)
	case op >= opLocalGet && op <= 0x26:
		return immIndex
	case op >= 0x28 && op <= 0x3e:
		return immMemArg
	case op == 0x3f || op == 0x40: // memory.size and memory.grow
		return immZero
	case op >= opI32Const && op <= opF64Const:
		return constImmediateOf(op)
	case op >= 0x45 && op <= 0xc4: // numeric, including the sign extensions
		return immNone
	case op == opRefNull:
		return immRefType
	case op == 0xd1: // ref.is_null
		return immNone
	case op == opRefFunc:
		return immIndex
	default:
		return immInvalid
	}
}

// controlImmediateOf covers control and parametric instructions.
func controlImmediateOf(op opcode) immediate {
	switch op {
	case 0x00, 0x01, opElse, opEnd, 0x0f, 0x1a, 0x1b: // unreachable, nop, return, drop, select
		return immNone
	case opBlock, opLoop, opIf:
		return immBlock
	case 0x0c, 0x0d, opCall, opReturnCall: // br, br_if
		return immIndex
	case opBrTable:
		return immBrTable
	case opCallIndirect, opReturnIndirect:
		return immTwoIndexes
	case opSelectTyped:
		return immTypes
	default:
		return immInvalid
	}
}

// constImmediateOf covers the four constants.
func constImmediateOf(op opcode) immediate {
	switch op {
	case opI32Const:
		return immI32
	case opI64Const:
		return immI64
	default:
		return immFloat
	}
}

// miscImmediateOf covers the instructions with the prefix 0xfc.
func miscImmediateOf(sub opcode) immediate {
	switch {
	case sub <= 7: // trunc_sat
		return immNone
	case sub == 8: // memory.init
		return immIndexZero
	case sub == 10: // memory.copy
		return immTwoZeros
	case sub == 11: // memory.fill
		return immZero
	case sub == 12 || sub == 14: // table.init, table.copy
		return immTwoIndexes
	case sub <= 17: // data.drop, elem.drop, table.grow, table.size, table.fill
		return immIndex
	default:
		return immInvalid
	}
}

// proposalOf names the proposal a rejected opcode belongs to.
func proposalOf(op opcode) string {
	switch {
	case op >= prefixMisc<<8:
		return "unknown 0xfc instruction"
	case op >= 0x06 && op <= 0x0a, op == 0x18, op == 0x19, op == 0x1f:
		return "exceptions"
	case op == 0x14, op == 0x15, op >= 0xd3 && op <= 0xd6:
		return "typed function references or garbage collection"
	case op == 0xfb:
		return "garbage collection"
	case op == 0xfd:
		return "SIMD"
	case op == 0xfe:
		return "threads"
	default:
		return "unknown"
	}
}
