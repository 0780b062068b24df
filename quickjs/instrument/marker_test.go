package instrument

func markerBehaviours() map[string]behaviour {
	// twice calls the marker at each pass of a loop of n and once at the end.
	twice := func() *asm {
		a := newAsm()
		m := a.marker()
		a.exported("f", i32s(1), i32s(1), nil, countdown(0, call(m)), i32c(5), call(m))
		return a
	}
	return map[string]behaviour{
		"marker": {
			asm: twice, args: []uint64{4}, want: []uint64{5}, steps: 4 + 4 + 1,
			report: Report{Loops: 1, LoopChecks: 1, MarkerChecks: 2},
		},
		"marker weight": {
			asm: twice, args: []uint64{4}, want: []uint64{5}, steps: 4 + 5*100,
			opts:   Options{MarkerWeight: 100},
			report: Report{Loops: 1, LoopChecks: 1, MarkerChecks: 2},
		},
		"marker without a loop": {
			asm: func() *asm {
				a := newAsm()
				m := a.marker()
				a.exported("f", i32s(1), i32s(1), nil, get(0), iff(blockVoid, call(m), call(m)), get(0))
				return a
			},
			args: []uint64{4}, want: []uint64{4}, steps: 2,
			report: Report{MarkerChecks: 2},
		},
		"marker through a table": {
			asm: func() *asm {
				a := newAsm()
				m := a.marker()
				a.table = []uint32{m}
				a.exported("f", i32s(1), i32s(1), nil,
					get(0), iff(blockVoid, i32c(0), callIndirect(a.sig(nil, nil))), get(0))
				return a
			},
			args: []uint64{4}, want: []uint64{4}, steps: 1,
		},
		"marker as a tail call": {
			asm: func() *asm {
				a := newAsm()
				m := a.marker()
				a.exported("f", nil, nil, nil, indexed(opReturnCall, m))
				return a
			},
			steps: 1,
		},
		"marker under another name": {
			asm: func() *asm {
				a := newAsm()
				m := a.fn("poll", nil, nil, nil)
				a.export("poll", kindFunc, m)
				a.exported("f", i32s(1), i32s(1), nil, countdown(0, call(m)), get(0))
				return a
			},
			opts: Options{MarkerExport: "poll"},
			args: []uint64{4}, want: []uint64{0}, steps: 8,
			report: Report{Loops: 1, LoopChecks: 1, MarkerChecks: 1},
		},
		"no marker": {
			asm: func() *asm {
				a := newAsm()
				a.exported("f", i32s(1), i32s(1), nil, countdown(0), get(0))
				return a
			},
			opts: Options{MarkerExport: NoMarker},
			args: []uint64{4}, want: []uint64{0}, steps: 4,
			report: Report{Loops: 1, LoopChecks: 1},
		},
	}
}

// dispatcher is a small interpreter: a dispatch loop with a br_table of four
// targets whose jump instruction calls the marker, an inner loop in one
// instruction and a loop around it all.
//
// Locals: 0 the number of rounds, 1 the program counter, 2 a counter, 3 the sum.
// Program: 0: sum++; 1: inner loop of three; 2: jump to 4; 3: (skipped) trap;
// 4 and beyond: leave.
func dispatcher() *asm {
	a := newAsm()
	m := a.marker()
	next := cat(get(1), i32c(1), add(), set(1))
	dispatch := loop(blockVoid,
		block(blockVoid, block(blockVoid, block(blockVoid, block(blockVoid, block(blockVoid,
			get(1), brTable(0, 1, 2, 3, 4)),
			// 0
			get(3), i32c(1), add(), set(3), next, br(4)),
			// 1
			i32c(3), set(2), countdown(2), next, br(3)),
			// 2
			i32c(4), set(1), call(m), br(2)),
			// 3
			unreachable()))
	a.exported("f", i32s(1), i32s(1), locals(3),
		countdown(0, i32c(0), set(1), dispatch), get(3))
	return a
}

func exemptBehaviours() map[string]behaviour {
	exempt := []Exemption{{Function: "f", MinTargets: 4, Reason: "polls at jumps"}}
	return map[string]behaviour{
		"dispatch loop": {
			asm: dispatcher, args: []uint64{5}, want: []uint64{5},
			// Per round: the outer loop, four dispatches, the inner loop, the jump.
			steps:  5 * (1 + 4 + 3 + 1),
			report: Report{Loops: 3, LoopChecks: 3, MarkerChecks: 1},
		},
		"exempt dispatch loop": {
			asm: dispatcher, opts: Options{Exempt: exempt},
			args: []uint64{5}, want: []uint64{5},
			steps:  5 * (1 + 3 + 1),
			report: Report{Loops: 3, LoopChecks: 2, MarkerChecks: 1},
		},
	}
}
