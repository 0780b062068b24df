package instrument

import (
	"fmt"
	"slices"
)

// exemptLoops resolves the exemptions to loops, in the order of the module.
// Every exemption must lead to exactly one loop, so that a list that no longer
// fits the module fails instead of exempting something else.
func (m *module) exemptLoops(exemptions []Exemption, marker int64) ([]ExemptedLoop, error) {
	names, err := m.functionNames()
	if err != nil {
		return nil, err
	}
	exempted := []ExemptedLoop{}
	for _, e := range exemptions {
		function, err := m.functionNamed(names, e.Function)
		if err != nil {
			return nil, err
		}
		if int64(function) == marker {
			return nil, fmt.Errorf("%w: %q is the marker", ErrExemption, e.Function)
		}
		loop, err := m.dispatchLoop(function, e)
		if err != nil {
			return nil, err
		}
		exempted = append(exempted, ExemptedLoop{
			Function: e.Function, FuncIndex: function, LoopIndex: loop, Reason: e.Reason,
		})
	}
	slices.SortFunc(exempted, func(a, b ExemptedLoop) int {
		return int(a.FuncIndex) - int(b.FuncIndex)
	})
	return exempted, nil
}

// functionNamed returns the one function of the module's own that has a name.
func (m *module) functionNamed(names map[uint32]string, name string) (uint32, error) {
	function, found := uint32(0), 0
	for i := range m.bodies {
		if names[m.functionIndex(i)] == name {
			function = m.functionIndex(i)
			found++
		}
	}
	if found != 1 {
		return 0, fmt.Errorf("%w: %d functions are named %q, want one", ErrExemption, found, name)
	}
	return function, nil
}

// dispatchLoop returns the ordinal of the one loop of a function that an
// exemption means.
func (m *module) dispatchLoop(function uint32, e Exemption) (int, error) {
	i, _ := m.bodyIndex(function)
	finder := dispatchFinder{minTargets: e.MinTargets, open: []int{noLoop}}
	if err := walk(m.code(m.bodies[i]), finder.visit); err != nil {
		return 0, inFunction(function, err)
	}
	if len(finder.found) != 1 {
		return 0, fmt.Errorf("%w: function %d (%q) has %d loops around a br_table of %d targets, want one",
			ErrExemption, function, e.Function, len(finder.found), e.MinTargets)
	}
	return finder.found[0], nil
}

// noLoop stands for the absence of a loop where an ordinal is expected.
const noLoop = -1

// dispatchFinder looks for the innermost loops around large branch tables.
type dispatchFinder struct {
	minTargets int
	loops      int   // heads seen
	open       []int // for each open block the ordinal of its innermost loop, or noLoop
	found      []int // ordinals, each once
}

// visit takes the next instruction of a function that walk reads.
func (f *dispatchFinder) visit(ins instruction) error {
	innermost := f.open[len(f.open)-1]
	switch ins.op {
	case opBlock, opIf:
		f.open = append(f.open, innermost)
	case opLoop:
		f.open = append(f.open, f.loops)
		f.loops++
	case opEnd:
		f.open = f.open[:len(f.open)-1]
	case opBrTable:
		if innermost != noLoop && uint64(ins.index) >= uint64(f.minTargets) &&
			!slices.Contains(f.found, innermost) {
			f.found = append(f.found, innermost)
		}
	}
	return nil
}
