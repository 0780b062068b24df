package instrument

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// generator draws a program.
type generator struct {
	*rapid.T
	function int
	labels   []bool // of the open blocks, whether a branch may go there
	budget   int    // statements left to draw
}

// drawProgram draws a program of one to four functions.
func drawProgram(t *rapid.T) program {
	var p program
	for i := range rapid.IntRange(1, 4).Draw(t, "functions") {
		g := &generator{T: t, function: i, budget: 40}
		p = append(p, g.body(0))
	}
	return p
}

func (g *generator) upTo(n int, label string) int {
	return rapid.IntRange(0, n).Draw(g.T, label)
}

func (g *generator) local() uint32 { return uint32(g.upTo(scratchLocals-1, "local")) }

// body draws statements; the depth of blocks is bounded.
func (g *generator) body(depth int) []stmt {
	var out []stmt
	for range g.upTo(5, "statements") {
		if g.budget--; g.budget < 0 {
			break
		}
		out = append(out, g.stmt(depth))
	}
	return out
}

// under draws the body of a block with the given labels, outermost first.
func (g *generator) under(depth int, labels ...bool) []stmt {
	before := len(g.labels)
	g.labels = append(g.labels, labels...)
	body := g.body(depth + 1)
	g.labels = g.labels[:before]
	return body
}

// stmt draws a statement.
func (g *generator) stmt(depth int) stmt {
	if depth < 5 && g.upTo(1, "nest") == 0 {
		return g.nested(depth)
	}
	switch g.upTo(9, "statement") {
	case 0, 1:
		return setStmt{g.local(), g.expr(2)}
	case 2, 3:
		return storeStmt{g.addr(), uint32(g.upTo(12, "offset")), g.expr(1)}
	case 4:
		return markerStmt{}
	case 5, 6:
		if g.function == 0 {
			return markerStmt{}
		}
		f := uint32(g.upTo(g.function-1, "callee"))
		return callStmt{f, [2]expr{g.expr(1), g.expr(1)}, g.local()}
	case 7, 8:
		return g.branch()
	default:
		return ifStmt{cond: g.expr(2), then: []stmt{g.exit()}}
	}
}

// exit draws a way out of the function.
func (g *generator) exit() stmt {
	if g.upTo(1, "trap") == 0 {
		return trapStmt{}
	}
	return returnStmt{}
}

// nested draws a statement with a body.
func (g *generator) nested(depth int) stmt {
	n := int32(g.upTo(5, "passes"))
	switch g.upTo(5, "block") {
	case 0:
		return blockStmt{g.under(depth, true)}
	case 1:
		return ifStmt{g.expr(2), g.under(depth, true), g.under(depth, true)}
	case 2:
		return paramLoopStmt{n + 1, g.under(depth, false), g.local()}
	default:
		return loopStmt{n, g.under(depth, true, true)}
	}
}

// branch draws a branch to one of the open labels.
func (g *generator) branch() stmt {
	var depths []uint32
	for i, open := range g.labels {
		if open {
			depths = append(depths, uint32(len(g.labels)-1-i))
		}
	}
	if len(depths) == 0 {
		return setStmt{g.local(), g.expr(3)}
	}
	target := rapid.SampledFrom(depths)
	if g.upTo(2, "table") == 0 {
		return brTableStmt{g.expr(1), rapid.SliceOfN(target, 1, 4).Draw(g.T, "targets")}
	}
	return brIfStmt{g.expr(2), target.Draw(g.T, "target")}
}

// addr draws an address, nearly always one in bounds.
func (g *generator) addr() expr {
	if g.upTo(30, "wild") == 0 {
		return g.expr(1)
	}
	return binaryExpr{binAnd, g.expr(1), constExpr{pageSize - 16}}
}

// expr draws an expression of bounded depth.
func (g *generator) expr(depth int) expr {
	kind := g.upTo(6, "expression")
	switch {
	case kind < 2 || depth == 0 && kind > 3:
		return localExpr{g.local()}
	case kind < 4:
		return constExpr{rapid.Int32().Draw(g.T, "constant")}
	case kind == 4:
		return loadExpr{binaryExpr{binAnd, g.expr(depth - 1), constExpr{pageSize - 16}}, uint32(g.upTo(12, "offset"))}
	default:
		op := rapid.SampledFrom([]byte{binAdd, binSub, binMul, binDivU, binAnd, binXor, binLtU}).Draw(g.T, "op")
		return binaryExpr{op, g.expr(depth - 1), g.expr(depth - 1)}
	}
}

// TestInstrumentedProgramsBehave compares a program in Go, its module, and the
// instrumented module on both engines: results, traps, memory, fuel and ticks.
func TestInstrumentedProgramsBehave(t *testing.T) {
	t.Parallel()
	var hosts []*host
	for _, config := range engines() {
		hosts = append(hosts, newHost(t, config))
	}
	const workLimit = 5000
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProgram(rt)
		args := [2]uint32{rapid.Uint32().Draw(rt, "arg 0"), rapid.Uint32().Draw(rt, "arg 1")}
		m := &machine{
			program:      p,
			fuel:         rapid.Int32Range(-1000, 5000).Draw(rt, "fuel"),
			refill:       rapid.Int32Range(1, 100_000).Draw(rt, "refill"),
			loopWeight:   rapid.Int32Range(1, 1000).Draw(rt, "loop weight"),
			markerWeight: rapid.Int32Range(1, 1000).Draw(rt, "marker weight"),
			work:         workLimit,
		}
		fuel := m.fuel
		want, ok := m.run(args)
		if !ok {
			rt.Skip("takes too long")
		}
		raw := p.module()
		out, _ := mustInstrument(t, raw, Options{LoopWeight: m.loopWeight, MarkerWeight: m.markerWeight})
		for _, h := range hosts {
			a, b := uint64(args[0]), uint64(args[1])
			plain := h.run(t, raw, 0, 0, "f", a, b)
			if diff := cmp.Diff(want.Outcome, plain.Outcome); diff != "" {
				rt.Fatalf("uninstrumented (-want +got):\n%s", diff)
			}
			got := h.run(t, out, fuel, m.refill, "f", a, b)
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("instrumented (-want +got):\n%s", diff)
			}
		}
	})
}
