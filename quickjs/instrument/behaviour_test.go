package instrument

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// behaviour is a module, a call and what the call must take.
type behaviour struct {
	asm    func() *asm
	opts   Options
	call   string // default "f"
	args   []uint64
	want   []uint64
	traps  bool
	steps  int
	report Report // Exempted and Functions are not compared
}

// behaviours are the cases of TestBehaviour and the seeds of the fuzz targets.
func behaviours() map[string]behaviour {
	all := map[string]behaviour{}
	for _, group := range []map[string]behaviour{
		loopBehaviours(), functionBehaviours(), markerBehaviours(), exemptBehaviours(),
	} {
		for name, b := range group {
			all[name] = b
		}
	}
	return all
}

func TestBehaviour(t *testing.T) {
	t.Parallel()
	for engine, config := range engines() {
		for name, b := range behaviours() {
			t.Run(engine+"/"+name, func(t *testing.T) {
				t.Parallel()
				b.check(t, newHost(t, config))
			})
		}
	}
}

// check runs the module as it is, then instrumented with plenty of fuel, then
// with none, so that every check ticks.
func (b behaviour) check(t *testing.T, h *host) {
	t.Helper()
	setDefault(&b.call, "f")
	raw := b.asm().bytes()
	out, report := mustInstrument(t, raw, b.opts)
	report.Exempted, report.Functions = nil, 0
	if diff := cmp.Diff(b.report, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	plain := h.run(t, raw, 0, 0, b.call, b.args...)
	if diff := cmp.Diff(b.want, plain.Results, cmpopts.EquateEmpty()); !b.traps && diff != "" {
		t.Fatalf("uninstrumented results (-want +got):\n%s", diff)
	}
	if plain.Trapped != b.traps {
		t.Fatalf("uninstrumented trapped: %t", plain.Trapped)
	}
	want := metered{Outcome: plain.Outcome, Steps: b.steps}
	if diff := cmp.Diff(want, h.run(t, out, unlimited, unlimited, b.call, b.args...)); diff != "" {
		t.Errorf("plenty of fuel (-want +got):\n%s", diff)
	}
	if b.opts.LoopWeight != 0 || b.opts.MarkerWeight != 0 {
		return
	}
	want.Ticks = b.steps
	if diff := cmp.Diff(want, h.run(t, out, 0, 1, b.call, b.args...)); diff != "" {
		t.Errorf("no fuel (-want +got):\n%s", diff)
	}
}

// withF returns a module whose exported function f is of type (i32) -> i32 and
// has the given i32 locals.
func withF(extra uint32, body ...[]byte) func() *asm {
	return func() *asm {
		a := newAsm()
		a.memory = true
		a.exported("f", i32s(1), i32s(1), locals(extra), body...)
		a.marker()
		return a
	}
}

func loopBehaviours() map[string]behaviour {
	return map[string]behaviour{
		"no loop": {
			asm:  withF(0, get(0)),
			args: []uint64{7}, want: []uint64{7},
		},
		"one loop": {
			asm:  withF(1, countdown(0, get(1), i32c(2), add(), set(1)), get(1)),
			args: []uint64{10}, want: []uint64{20}, steps: 10,
			report: Report{Loops: 1, LoopChecks: 1},
		},
		"weight": {
			asm:  withF(1, countdown(0, get(1), i32c(2), add(), set(1)), get(1)),
			opts: Options{LoopWeight: 700},
			args: []uint64{10}, want: []uint64{20}, steps: 7000,
			report: Report{Loops: 1, LoopChecks: 1},
		},
		"nested loops": {
			asm: withF(2,
				countdown(0,
					i32c(4), set(1),
					countdown(1, get(2), i32c(1), add(), set(2))),
				get(2)),
			args: []uint64{3}, want: []uint64{12}, steps: 3 + 12,
			report: Report{Loops: 2, LoopChecks: 2},
		},
		"two loop heads in a row": {
			asm:  withF(0, loop(blockVoid, loop(blockVoid, get(0), i32c(1), sub(), tee(0), brIf(1))), get(0)),
			args: []uint64{5}, want: []uint64{0}, steps: 10,
			report: Report{Loops: 2, LoopChecks: 2},
		},
		"result": {
			asm:  withF(0, loop(blockI32, get(0), i32c(1), sub(), tee(0), brIf(0), i32c(42))),
			args: []uint64{5}, want: []uint64{42}, steps: 5,
			report: Report{Loops: 1, LoopChecks: 1},
		},
		"parameters and results": {
			// sum = 0; do { sum += n; n-- } while (n), with sum and a constant
			// on the stack throughout.
			asm: func() *asm {
				a := newAsm()
				a.memory = true
				pair := int32(a.sig(i32s(2), i32s(2)))
				a.exported("f", i32s(1), i32s(2), locals(1),
					i32c(9), i32c(0),
					loop(pair, get(0), add(), get(0), i32c(1), sub(), tee(0), brIf(0)))
				a.marker()
				return a
			},
			args: []uint64{4}, want: []uint64{9, 10}, steps: 4,
			report: Report{Loops: 1, LoopChecks: 1},
		},
		"br_table": {
			// 0 goes on, 1 leaves with 100, all else leaves with 200.
			asm: withF(0,
				block(blockVoid, block(blockVoid, loop(blockVoid,
					get(0), i32c(3), sub(), tee(0),
					get(0), i32c(0), ops(byte(opI32LtS)), brIf(2),
					brTable(1, 0, 0, 0, 2), drop())),
					i32c(100), ret()),
				i32c(200)),
			args: []uint64{6}, want: []uint64{100}, steps: 2,
			report: Report{Loops: 1, LoopChecks: 1},
		},
		"unreachable code": {
			asm:  withF(0, get(0), ret(), loop(blockI32, loop(blockVoid, br(0)), i32c(1)), ops(0x6c), loop(blockVoid, br(0))),
			args: []uint64{6}, want: []uint64{6},
			report: Report{Loops: 3, LoopChecks: 3},
		},
		"loop after trap": {
			asm:  withF(0, countdown(0, nil), unreachable(), loop(blockVoid, br(0))),
			args: []uint64{6}, traps: true, steps: 6,
			report: Report{Loops: 2, LoopChecks: 2},
		},
		"loop in if and else": {
			asm: withF(1,
				i32c(3), set(1),
				get(0), iff(blockI32, countdown(1), i32c(1), els(), countdown(1), i32c(1), set(1), countdown(1), i32c(2))),
			args: []uint64{0}, want: []uint64{2}, steps: 4,
			report: Report{Loops: 3, LoopChecks: 3},
		},
		"memory": {
			asm: withF(0,
				countdown(0, get(0), get(0), ops(0x36, 0, 16)), // unaligned stores that overlap
				i32c(0), ops(0x28, 0, 17)),
			args: []uint64{20}, want: []uint64{1}, steps: 20,
			report: Report{Loops: 1, LoopChecks: 1},
		},
	}
}

func functionBehaviours() map[string]behaviour {
	one := Report{Loops: 1, LoopChecks: 1}
	return map[string]behaviour{
		"no locals at all": {
			asm: func() *asm {
				a := newAsm()
				a.globals = [][]byte{{byte(typeI32), 1, byte(opI32Const), 3, byte(opEnd)}}
				a.exported("f", nil, nil, nil,
					loop(blockVoid,
						indexed(opGlobalGet, 0), i32c(1), sub(), indexed(opGlobalSet, 0),
						indexed(opGlobalGet, 0), brIf(0)))
				a.marker()
				return a
			},
			steps: 3, report: one,
		},
		"many locals": {
			asm: func() *asm {
				a := newAsm()
				groups := []localGroup{{300, typeI64}, {0, typeF32}, {500, typeF64}, {2, typeI32}, {3, typeFuncref}}
				a.exported("f", i32s(1), i32s(1), groups, countdown(0, get(802), i32c(2), add(), set(802)), get(802))
				a.marker()
				return a
			},
			args: []uint64{5}, want: []uint64{10}, steps: 5, report: one,
		},
		"called in a loop": {
			asm: func() *asm {
				a := newAsm()
				g := a.fn("g", i32s(1), nil, nil, countdown(0))
				a.exported("f", i32s(1), i32s(1), nil, countdown(0, get(0), call(g)), get(0))
				a.marker()
				return a
			},
			args: []uint64{4}, want: []uint64{0}, steps: 4 + 4 + 3 + 2 + 1,
			report: Report{Loops: 2, LoopChecks: 2},
		},
		"called through a table": {
			asm: func() *asm {
				a := newAsm()
				g := a.fn("g", i32s(1), i32s(1), locals(1), countdown(0), i32c(8))
				a.table = []uint32{g, g}
				a.exported("f", i32s(1), i32s(1), nil, get(0), i32c(1), callIndirect(a.sig(i32s(1), i32s(1))))
				a.marker()
				return a
			},
			args: []uint64{4}, want: []uint64{8}, steps: 4, report: one,
		},
		"tail call": {
			asm: func() *asm {
				a := newAsm()
				g := a.fn("g", i32s(1), i32s(1), locals(1), countdown(0), i32c(8))
				a.exported("f", i32s(1), i32s(1), nil, get(0), indexed(opReturnCall, g))
				a.marker()
				return a
			},
			args: []uint64{4}, want: []uint64{8}, steps: 4, report: one,
		},
		"other imports and globals": {
			asm: func() *asm {
				a := &asm{named: true}
				a.importFunc(DefaultTickModule, "tick", i32s(1), i32s(1))
				a.globals = [][]byte{
					{byte(typeI64), 0, byte(opI64Const), 3, byte(opEnd)},
					{byte(typeFuncref), 0, byte(opRefFunc), 1, byte(opEnd)},
				}
				a.export("g", kindGlobal, 0)
				a.exported("f", i32s(1), i32s(1), nil, countdown(0), get(0))
				a.marker()
				return a
			},
			args: []uint64{4}, want: []uint64{0}, steps: 4, report: one,
		},
	}
}

func TestStartFunctionIsMetered(t *testing.T) {
	t.Parallel()
	for engine, config := range engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			a := newAsm()
			a.start = int(a.fn("start", nil, nil, locals(1), i32c(6), set(0), countdown(0)))
			a.marker()
			out, _ := mustInstrument(t, a.bytes(), Options{})
			h := newHost(t, config)
			h.refill = 1
			if _, err := h.runtime.Instantiate(t.Context(), out); err != nil {
				t.Fatal(err)
			}
			// The fuel starts at 0, so the start function can't run unseen.
			if h.ticks != 6 {
				t.Errorf("%d ticks, want 6", h.ticks)
			}
		})
	}
}

func TestTicksFollowTheRefill(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fuel, refill int32
		want         int
	}{
		"never":             {fuel: 100, refill: 1, want: 0},
		"at the last step":  {fuel: 99, refill: 1, want: 1},
		"every ten steps":   {fuel: 0, refill: 10, want: 10},
		"from the debt":     {fuel: -5, refill: 10, want: 11},
		"still in debt":     {fuel: -1000, refill: 1, want: 100},
		"host gives plenty": {fuel: 0, refill: unlimited, want: 1},
	}
	for engine, config := range engines() {
		for name, test := range tests {
			t.Run(engine+"/"+name, func(t *testing.T) {
				t.Parallel()
				out, _ := mustInstrument(t, withF(0, countdown(0), get(0))().bytes(), Options{})
				got := newHost(t, config).run(t, out, test.fuel, test.refill, "f", 100)
				if got.Ticks != test.want || got.Steps != 100 {
					t.Errorf("%d ticks in %d steps, want %d in 100", got.Ticks, got.Steps, test.want)
				}
			})
		}
	}
}
