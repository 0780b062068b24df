package instrument

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// A program is a list of small functions of type (i32, i32) -> i32 that always
// terminate. It can be written as a module and, by a reading of its own, run in
// Go, which says what the module has to do and which checks it has to pass.
//
// Locals 0 and 1 are the parameters, 2 and 3 scratch, of which 2 is the result;
// the counters of loops follow.
type program [][]stmt

const (
	scratchLocals = 4
	resultLocal   = 2
	pageSize      = 1 << 16
)

// The functions of a program's module in front of the program's own.
const (
	programTick = iota
	programMarker
	programFirst
)

// module returns the program as a module; its last function is exported as "f".
func (p program) module() []byte {
	a := newAsm()
	a.memory = true
	a.marker()
	for _, body := range p {
		w := &writer{asm: a}
		w.stmts(body)
		w.out = append(w.out, get(resultLocal)...)
		a.fn("", i32s(2), i32s(1), locals(scratchLocals-2+w.counters), w.out)
	}
	a.export("f", kindFunc, programFirst+uint32(len(p))-1)
	return a.bytes()
}

// writer writes one function.
type writer struct {
	*asm
	out      []byte
	counters uint32
}

func (w *writer) op(parts ...[]byte) {
	for _, p := range parts {
		w.out = append(w.out, p...)
	}
}

func (w *writer) stmts(body []stmt) {
	for _, s := range body {
		s.write(w)
	}
}

// counter returns a new local.
func (w *writer) counter() uint32 {
	w.counters++
	return scratchLocals + w.counters - 1
}

// machine runs a program.
type machine struct {
	program      program
	memory       [pageSize]byte
	fuel         int32
	refill       int32
	loopWeight   int32
	markerWeight int32
	ticks        int
	steps        int
	work         int // statements left
}

// What ends a run early, as panics.
type (
	trap     struct{}
	tooLarge struct{}
)

// signal is what a statement leads to: the next one, the end of the function, or
// from zero a branch to the label of that depth.
type signal int

const (
	next     signal = -1
	returned signal = -2
)

// run calls the last function. It is false if the program takes too long.
func (m *machine) run(args [2]uint32) (out metered, ok bool) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case trap:
			out.Trapped, out.Results = true, nil
		case tooLarge:
			ok = false
		default:
			panic(e)
		}
		out.Memory = sha256.Sum256(m.memory[:])
		out.Ticks, out.Steps = m.ticks, m.steps
	}()
	ok = true
	out.Results = []uint64{uint64(m.call(len(m.program)-1, args))}
	return out, ok
}

// call runs one function.
func (m *machine) call(f int, args [2]uint32) uint32 {
	fr := &frame{machine: m, locals: [scratchLocals]uint32{args[0], args[1]}}
	fr.run(m.program[f])
	return fr.locals[resultLocal]
}

// check does what the inserted code has to do.
func (m *machine) check(weight int32) {
	m.steps += int(weight)
	m.fuel -= weight
	if m.fuel < 0 {
		m.ticks++
		m.fuel += m.refill
	}
}

// frame is a function at work.
type frame struct {
	*machine
	locals [scratchLocals]uint32
}

// run runs statements until one branches.
func (f *frame) run(body []stmt) signal {
	for _, s := range body {
		if f.work--; f.work < 0 {
			panic(tooLarge{})
		}
		if sig := s.run(f); sig != next {
			return sig
		}
	}
	return next
}

// leave takes a signal out of a block whose label leads behind the block.
func leave(s signal) signal {
	switch {
	case s == 0:
		return next
	case s > 0:
		return s - 1
	default:
		return s
	}
}

// address returns where a memory access goes.
func (f *frame) address(base uint32, offset uint32) []byte {
	at := uint64(base) + uint64(offset)
	if at+4 > pageSize {
		panic(trap{})
	}
	return f.memory[at : at+4]
}

// expr is an expression of type i32.
type expr interface {
	write(w *writer)
	eval(f *frame) uint32
}

type (
	constExpr struct{ v int32 }
	localExpr struct{ i uint32 }
	loadExpr  struct {
		addr   expr
		offset uint32
	}
	binaryExpr struct {
		op   byte
		a, b expr
	}
)

func (e constExpr) write(w *writer)    { w.op(i32c(e.v)) }
func (e constExpr) eval(*frame) uint32 { return uint32(e.v) }

func (e localExpr) write(w *writer)      { w.op(get(e.i)) }
func (e localExpr) eval(f *frame) uint32 { return f.locals[e.i] }

func (e loadExpr) write(w *writer) {
	e.addr.write(w)
	w.op(ops(0x28, 0), appendU32(nil, e.offset))
}

func (e loadExpr) eval(f *frame) uint32 {
	return binary.LittleEndian.Uint32(f.address(e.addr.eval(f), e.offset))
}

// write writes the operation, and an unsigned comparison as a signed one of the
// operands with their sign bits flipped. The amd64 compiler of wazero 1.12.0
// turns "0 < (a & b)" in a condition into a test of a & b without swapping the
// sides, so that it is never true; this test is about the instrumenter.
func (e binaryExpr) write(w *writer) {
	if e.op == binLtU {
		flip := cat(i32c(math.MinInt32), ops(binXor))
		e.a.write(w)
		w.op(flip)
		e.b.write(w)
		w.op(flip, ops(byte(opI32LtS)))
		return
	}
	e.a.write(w)
	e.b.write(w)
	w.op(ops(e.op))
}

// The binary operations of programs.
const (
	binLtU  = 0x49
	binAdd  = 0x6a
	binSub  = 0x6b
	binMul  = 0x6c
	binDivU = 0x6e
	binAnd  = 0x71
	binXor  = 0x73
)

func (e binaryExpr) eval(f *frame) uint32 {
	a, b := e.a.eval(f), e.b.eval(f)
	switch e.op {
	case binAdd:
		return a + b
	case binSub:
		return a - b
	case binMul:
		return a * b
	case binAnd:
		return a & b
	case binXor:
		return a ^ b
	case binLtU:
		if a < b {
			return 1
		}
		return 0
	default: // binDivU
		if b == 0 {
			panic(trap{})
		}
		return a / b
	}
}
