package instrument

import "encoding/binary"

// stmt is a statement of a program. It leaves the operand stack as it was.
type stmt interface {
	write(w *writer)
	run(f *frame) signal
}

type (
	// setStmt sets a local.
	setStmt struct {
		local uint32
		value expr
	}
	// storeStmt stores a value.
	storeStmt struct {
		addr   expr
		offset uint32
		value  expr
	}
	// blockStmt is a block; its label leads behind it.
	blockStmt struct{ body []stmt }
	// ifStmt is an if; its label leads behind it.
	ifStmt struct {
		cond        expr
		then, else_ []stmt
	}
	// loopStmt runs its body n times. It has two labels: the inner goes on with
	// the next pass, the outer leads behind it.
	loopStmt struct {
		n    int32
		body []stmt
	}
	// paramLoopStmt runs its body n times, at least once, and keeps the count on
	// the operand stack between passes. Nothing may branch to its one label.
	paramLoopStmt struct {
		n     int32
		body  []stmt
		local uint32 // gets the last count, 0
	}
	// brIfStmt branches if its condition isn't zero.
	brIfStmt struct {
		cond  expr
		depth uint32
	}
	// brTableStmt branches always; the last depth is the default.
	brTableStmt struct {
		index  expr
		depths []uint32
	}
	// callStmt calls an earlier function and keeps its result.
	callStmt struct {
		function uint32 // of the program
		args     [2]expr
		local    uint32
	}
	// markerStmt calls the marker.
	markerStmt struct{}
	// trapStmt traps.
	trapStmt struct{}
	// returnStmt returns.
	returnStmt struct{}
)

func (s setStmt) write(w *writer) {
	s.value.write(w)
	w.op(set(s.local))
}

func (s setStmt) run(f *frame) signal {
	f.locals[s.local] = s.value.eval(f)
	return next
}

func (s storeStmt) write(w *writer) {
	s.addr.write(w)
	s.value.write(w)
	w.op(ops(0x36, 0), appendU32(nil, s.offset))
}

func (s storeStmt) run(f *frame) signal {
	addr, value := s.addr.eval(f), s.value.eval(f)
	binary.LittleEndian.PutUint32(f.address(addr, s.offset), value)
	return next
}

func (s blockStmt) write(w *writer) {
	w.op(ops(byte(opBlock), blockVoid))
	w.stmts(s.body)
	w.op(ops(byte(opEnd)))
}

func (s blockStmt) run(f *frame) signal { return leave(f.run(s.body)) }

func (s ifStmt) write(w *writer) {
	s.cond.write(w)
	w.op(ops(byte(opIf), blockVoid))
	w.stmts(s.then)
	w.op(els())
	w.stmts(s.else_)
	w.op(ops(byte(opEnd)))
}

func (s ifStmt) run(f *frame) signal {
	if s.cond.eval(f) != 0 {
		return leave(f.run(s.then))
	}
	return leave(f.run(s.else_))
}

func (s loopStmt) write(w *writer) {
	c := w.counter()
	w.op(i32c(s.n), set(c))
	w.op(ops(byte(opBlock), blockVoid, byte(opLoop), blockVoid))
	w.op(get(c), eqz(), brIf(1), get(c), i32c(1), sub(), set(c))
	w.stmts(s.body)
	w.op(br(0), ops(byte(opEnd), byte(opEnd)))
}

func (s loopStmt) run(f *frame) signal {
	for c := s.n; ; c-- {
		f.check(f.loopWeight)
		if c == 0 {
			return next
		}
		if sig := f.run(s.body); sig != next && sig != 0 {
			return leave(leaveOne(sig))
		}
	}
}

// leaveOne takes a signal out of a loop that it doesn't continue.
func leaveOne(s signal) signal {
	if s > 0 {
		return s - 1
	}
	return s
}

func (s paramLoopStmt) write(w *writer) {
	c := w.counter()
	w.op(i32c(s.n), ops(byte(opLoop)), bt(int32(w.sig(i32s(1), i32s(1)))))
	w.op(set(c))
	w.stmts(s.body)
	w.op(get(c), i32c(1), sub(), tee(c), get(c), brIf(0))
	w.op(ops(byte(opEnd)), set(s.local))
}

func (s paramLoopStmt) run(f *frame) signal {
	for c := s.n; ; {
		f.check(f.loopWeight)
		if sig := f.run(s.body); sig != next {
			return leaveOne(sig)
		}
		if c--; c == 0 {
			f.locals[s.local] = 0
			return next
		}
	}
}

func (s brIfStmt) write(w *writer) {
	s.cond.write(w)
	w.op(brIf(s.depth))
}

func (s brIfStmt) run(f *frame) signal {
	if s.cond.eval(f) != 0 {
		return signal(s.depth)
	}
	return next
}

func (s brTableStmt) write(w *writer) {
	s.index.write(w)
	w.op(brTable(s.depths...))
}

func (s brTableStmt) run(f *frame) signal {
	last := uint32(len(s.depths) - 1)
	return signal(s.depths[min(s.index.eval(f), last)])
}

func (s callStmt) write(w *writer) {
	s.args[0].write(w)
	s.args[1].write(w)
	w.op(call(programFirst+s.function), set(s.local))
}

func (s callStmt) run(f *frame) signal {
	args := [2]uint32{s.args[0].eval(f), s.args[1].eval(f)}
	f.locals[s.local] = f.call(int(s.function), args)
	return next
}

func (markerStmt) write(w *writer) { w.op(call(programMarker)) }

func (markerStmt) run(f *frame) signal {
	f.check(f.markerWeight)
	return next
}

func (trapStmt) write(w *writer)   { w.op(unreachable()) }
func (trapStmt) run(*frame) signal { panic(trap{}) }

func (returnStmt) write(w *writer)   { w.op(get(resultLocal), ret()) }
func (returnStmt) run(*frame) signal { return returned }
