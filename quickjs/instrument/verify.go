package instrument

import "fmt"

// VerifyOptions says by which names Verify finds the fuel and the tick. The zero
// value is valid.
type VerifyOptions struct {
	// FuelExport is the name of the exported fuel global. Default
	// DefaultFuelExport.
	FuelExport string

	// TickModule and TickName name the tick import. Defaults DefaultTickModule
	// and DefaultTickName.
	TickModule string
	TickName   string
}

// VerifyReport is what Verify has read.
type VerifyReport struct {
	// Functions is the number of functions the module defines.
	Functions int
	// Loops lists every loop in the order of the module.
	Loops []Loop
	// Unchecked lists the loops of Loops that don't start with a check.
	Unchecked []Loop
	// OtherChecks is the number of checks that aren't at the head of a loop:
	// those in place of the marker, its own body included.
	OtherChecks int
	// Imports and Exports list the module's interface in its order.
	Imports []Extern
	Exports []Extern
}

// Loop is one loop of a module.
type Loop struct {
	// Function is the name of the function in the "name" custom section, or
	// empty.
	Function string
	// FuncIndex is the index of the function, imports included.
	FuncIndex uint32
	// LoopIndex is the loop's place among the loops of the function in the
	// order of their heads, from 0.
	LoopIndex int
	// Weight is the weight of the check at the loop's head in units of fuel,
	// from 1 to MaxWeight; 0 if there is none.
	Weight int32
}

// Checked tells whether the loop starts with a check.
func (l Loop) Checked() bool { return l.Weight > 0 }

// Verify reads an instrumented module and reports every loop. It knows nothing
// of how the module came about and takes only the exact sequence of
// instructions described at Instrument for a check.
//
// It fails unless the fuel is a mutable i32 global of the module's own,
// initially 0, exported once and written only by checks, and unless the tick is
// an import of type (i32) -> i32, reachable only from checks. A loop without a
// check is no error: compare Unchecked with the list of those allowed.
//
// Errors wrap ErrMalformed, ErrUnsupported, ErrTooLarge, ErrTick or ErrFuel. No
// input makes Verify panic. Types are left to the engine: of a module that the
// engine rejects, the report proves nothing.
func Verify(module []byte, opts VerifyOptions) (VerifyReport, error) {
	setDefault(&opts.FuelExport, DefaultFuelExport)
	setDefault(&opts.TickModule, DefaultTickModule)
	setDefault(&opts.TickName, DefaultTickName)
	m, err := decodeModule(module)
	if err != nil {
		return VerifyReport{}, err
	}
	v := verifier{module: m}
	if v.meter.tick, err = m.findTick(opts.TickModule, opts.TickName); err != nil {
		return VerifyReport{}, err
	}
	if v.meter.fuel, err = m.findFuel(opts.FuelExport); err != nil {
		return VerifyReport{}, err
	}
	if v.names, err = m.functionNames(); err != nil {
		return VerifyReport{}, err
	}
	v.report.Functions = len(m.bodies)
	v.report.Imports, v.report.Exports = m.externs()
	for i := range m.bodies {
		if err := v.verifyBody(i); err != nil {
			return VerifyReport{}, inFunction(m.functionIndex(i), err)
		}
	}
	return v.report, nil
}

// findFuel returns the index of the fuel global.
func (m *module) findFuel(export string) (uint32, error) {
	var found []exportEntry
	for _, e := range m.exports {
		if e.name == export {
			found = append(found, e)
		}
	}
	if len(found) == 0 || found[0].kind != kindGlobal {
		return 0, fmt.Errorf("%w: no global is exported as %q", ErrFuel, export)
	}
	index := found[0].index
	global := m.globals[index]
	switch {
	case int(index) < m.importedGlobals:
		return 0, fmt.Errorf("%w: %q is imported", ErrFuel, export)
	case global.typ != globalType{value: typeI32, mutable: true}:
		return 0, fmt.Errorf("%w: %q has type %s, want mut i32", ErrFuel, export, global.typ)
	case !global.zero:
		return 0, fmt.Errorf("%w: the initial value of %q is not 0", ErrFuel, export)
	}
	for _, e := range m.exports {
		if e.kind == kindGlobal && e.index == index && e.name != export {
			return 0, fmt.Errorf("%w: also exported as %q", ErrFuel, e.name)
		}
	}
	return index, nil
}

// verifier goes through the functions of a module.
type verifier struct {
	*module
	meter  meter
	names  map[uint32]string
	body   []instruction // of the current function; reused
	report VerifyReport
}

// verifyBody reports the loops of one function. What a check is made of is
// stepped over as a whole; whatever else touches fuel or tick is an error.
// Nothing can branch into a check, for its only label is its own if's.
func (v *verifier) verifyBody(i int) error {
	v.body = v.body[:0]
	err := walk(v.code(v.bodies[i]), func(ins instruction) error {
		v.body = append(v.body, ins)
		return nil
	})
	if err != nil {
		return err
	}
	function, loops := v.functionIndex(i), 0
	for at := 0; at < len(v.body); {
		ins := v.body[at]
		if ins.op == opLoop {
			weight, length, _ := v.meter.matchCheck(v.body[at+1:])
			v.addLoop(Loop{
				Function: v.names[function], FuncIndex: function,
				LoopIndex: loops, Weight: weight,
			})
			loops++
			at += 1 + length
			continue
		}
		if _, length, ok := v.meter.matchCheck(v.body[at:]); ok {
			v.report.OtherChecks++
			at += length
			continue
		}
		if err := v.meter.checkUntouched(ins); err != nil {
			return err
		}
		at++
	}
	return nil
}

// addLoop reports a loop.
func (v *verifier) addLoop(l Loop) {
	v.report.Loops = append(v.report.Loops, l)
	if !l.Checked() {
		v.report.Unchecked = append(v.report.Unchecked, l)
	}
}

// checkUntouched fails if an instruction writes the fuel or uses the tick.
func (m meter) checkUntouched(ins instruction) error {
	if ins.op == opGlobalSet && ins.index == m.fuel {
		return fmt.Errorf("%w: offset 0x%x: written outside of a check", ErrFuel, ins.start)
	}
	if m.usesTick(ins) {
		return fmt.Errorf("%w: offset 0x%x: used outside of a check", ErrTick, ins.start)
	}
	return nil
}
