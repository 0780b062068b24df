package instrument

import "fmt"

// meter is the pair of indexes every check refers to.
type meter struct {
	fuel uint32 // the global
	tick uint32 // the imported function
}

// appendCheck appends a check:
//
//	(global.set $fuel (local.tee $temp
//	  (i32.sub (global.get $fuel) (i32.const weight))))
//	(if (i32.lt_s (local.get $temp) (i32.const 0))
//	  (then (global.set $fuel (call $tick (local.get $temp)))))
//
// It neither reads nor leaves anything on the operand stack, so that it may
// stand between any two instructions, also where the code is unreachable.
func (m meter) appendCheck(dst []byte, temp uint32, weight int32) []byte {
	dst = appendU32(append(dst, byte(opGlobalGet)), m.fuel)
	dst = appendS32(append(dst, byte(opI32Const)), weight)
	dst = append(dst, byte(opI32Sub))
	dst = appendU32(append(dst, byte(opLocalTee)), temp)
	dst = appendU32(append(dst, byte(opGlobalSet)), m.fuel)
	dst = appendU32(append(dst, byte(opLocalGet)), temp)
	dst = appendS32(append(dst, byte(opI32Const)), 0)
	dst = append(dst, byte(opI32LtS), byte(opIf), blockEmpty&0x7f)
	dst = appendU32(append(dst, byte(opLocalGet)), temp)
	dst = appendU32(append(dst, byte(opCall)), m.tick)
	dst = appendU32(append(dst, byte(opGlobalSet)), m.fuel)
	return append(dst, byte(opEnd))
}

// matchCheck tells whether instructions start with a check, and returns its
// weight and length. It goes by what the instructions mean rather than by their
// bytes, so that it shares no mistake with appendCheck.
func (m meter) matchCheck(code []instruction) (weight int32, length int, ok bool) {
	const checkLength = 13
	if len(code) < checkLength {
		return 0, 0, false
	}
	temp := code[3].index
	w := code[1].value
	want := [checkLength]instruction{
		{op: opGlobalGet, index: m.fuel},
		{op: opI32Const, value: w},
		{op: opI32Sub},
		{op: opLocalTee, index: temp},
		{op: opGlobalSet, index: m.fuel},
		{op: opLocalGet, index: temp},
		{op: opI32Const, value: 0},
		{op: opI32LtS},
		{op: opIf, value: blockEmpty},
		{op: opLocalGet, index: temp},
		{op: opCall, index: m.tick},
		{op: opGlobalSet, index: m.fuel},
		{op: opEnd},
	}
	for i, ins := range want {
		got := code[i]
		if got.op != ins.op || got.index != ins.index || got.value != ins.value {
			return 0, 0, false
		}
	}
	if w < 1 || w > MaxWeight {
		return 0, 0, false
	}
	return int32(w), checkLength, true
}

// findTick returns the index of the tick import.
func (m *module) findTick(moduleName, name string) (uint32, error) {
	index, found, functions := uint32(0), false, uint32(0)
	for _, e := range m.imports {
		if e.module == moduleName && e.name == name {
			switch {
			case found:
				return 0, fmt.Errorf("%w: %s.%s is imported twice", ErrTick, moduleName, name)
			case e.kind != kindFunc:
				return 0, fmt.Errorf("%w: %s.%s is not a function", ErrTick, moduleName, name)
			}
			index, found = functions, true
		}
		if e.kind == kindFunc {
			functions++
		}
	}
	if !found {
		return 0, fmt.Errorf("%w: %s.%s is not imported", ErrTick, moduleName, name)
	}
	if !m.typeOf(index).is([]valueType{typeI32}, []valueType{typeI32}) {
		return 0, fmt.Errorf("%w: %s.%s has type %s, want (i32) -> i32",
			ErrTick, moduleName, name, m.typeOf(index))
	}
	return index, m.checkTickHidden(index)
}

// checkTickHidden makes sure that the tick can't be reached by way of an
// export, a table or the start function.
func (m *module) checkTickHidden(tick uint32) error {
	for _, e := range m.exports {
		if e.kind == kindFunc && e.index == tick {
			return fmt.Errorf("%w: exported as %q", ErrTick, e.name)
		}
	}
	for _, ref := range m.refs {
		if ref.op == opRefFunc && ref.index == tick {
			return fmt.Errorf("%w: offset 0x%x: reference to it", ErrTick, ref.offset)
		}
	}
	for _, start := range m.starts {
		if start == tick {
			return fmt.Errorf("%w: it is the start function", ErrTick)
		}
	}
	return nil
}

// usesTick tells whether an instruction calls the tick or takes a reference to
// it.
func (m meter) usesTick(ins instruction) bool {
	switch ins.op {
	case opCall, opReturnCall, opRefFunc:
		return ins.index == m.tick
	default:
		return false
	}
}
