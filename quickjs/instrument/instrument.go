package instrument

import (
	"fmt"
	"slices"
)

// Instrument returns a copy of a module with a check at the head of every loop
// that isn't exempt and in place of every call of the marker, and a report of
// what it has done. The same input and options give the same bytes.
//
// The fuel is a new mutable i32 global with the initial value 0, which the host
// finds by its export. A function with a check gets one more i32 local. The
// marker's own body becomes a check, for calls through tables and tail calls,
// and its export goes. All other sections stay byte for byte, except that
// custom sections not listed in the options are dropped; those kept may describe
// code offsets that have moved.
//
// Errors wrap ErrMalformed, ErrUnsupported, ErrTooLarge, ErrOptions, ErrTick,
// ErrMarker, ErrFuel or ErrExemption. No input makes Instrument panic, and it
// takes time and memory in proportion to the input's length.
func Instrument(module []byte, opts Options) ([]byte, Report, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, Report{}, err
	}
	m, err := decodeModule(module)
	if err != nil {
		return nil, Report{}, err
	}
	p, err := newPlan(m, opts)
	if err != nil {
		return nil, Report{}, err
	}
	report := Report{Functions: len(m.bodies), Exempted: p.exempted}
	code, err := p.codeSection(&report)
	if err != nil {
		return nil, Report{}, err
	}
	sections := keepCustom(m.sections, opts.KeepCustom)
	sections = putSection(sections, p.globalSection())
	sections = putSection(sections, p.exportSection())
	if len(m.bodies) > 0 {
		sections = putSection(sections, code)
	}
	return joinSections(sections), report, nil
}

// noMarker is the marker's index in a module without one.
const noMarker = -1

// plan is what Instrument has resolved before it writes anything.
type plan struct {
	*module
	opts     Options
	meter    meter
	marker   int64 // a function index, or noMarker
	exempted []ExemptedLoop
}

// newPlan resolves the options against a module.
func newPlan(m *module, opts Options) (*plan, error) {
	p := &plan{module: m, opts: opts}
	var err error
	p.meter.fuel = uint32(len(m.globals))
	if p.meter.tick, err = m.findTick(opts.TickModule, opts.TickName); err != nil {
		return nil, err
	}
	if p.marker, err = m.findMarker(opts.MarkerExport); err != nil {
		return nil, err
	}
	for _, e := range m.exports {
		if e.name == opts.FuelExport && e.name != opts.MarkerExport {
			return nil, fmt.Errorf("%w: the module already exports %q", ErrFuel, e.name)
		}
	}
	p.exempted, err = m.exemptLoops(opts.Exempt, p.marker)
	return p, err
}

// findMarker returns the index of the marker, or noMarker.
func (m *module) findMarker(name string) (int64, error) {
	if name == NoMarker {
		return noMarker, nil
	}
	i := slices.IndexFunc(m.exports, func(e exportEntry) bool { return e.name == name })
	if i < 0 {
		return 0, fmt.Errorf("%w: %q is not exported", ErrMarker, name)
	}
	e := m.exports[i]
	if e.kind != kindFunc {
		return 0, fmt.Errorf("%w: %q is not a function", ErrMarker, name)
	}
	if _, ok := m.bodyIndex(e.index); !ok {
		return 0, fmt.Errorf("%w: %q is an import", ErrMarker, name)
	}
	if t := m.typeOf(e.index); !t.is(nil, nil) {
		return 0, fmt.Errorf("%w: %q has type %s, want () -> ()", ErrMarker, name, t)
	}
	return int64(e.index), nil
}

// globalSection returns the global section with the fuel global at its end.
func (p *plan) globalSection() section {
	defined := uint32(len(p.globals) - p.importedGlobals)
	payload := appendU32(nil, defined+1)
	payload = append(payload, p.vectorItems(sectionGlobal)...)
	payload = append(payload, byte(typeI32), 1, byte(opI32Const), 0, byte(opEnd))
	return newSection(sectionGlobal, payload)
}

// vectorItems returns what follows the count in a section that is one vector.
func (p *plan) vectorItems(id byte) []byte {
	for _, s := range p.sections {
		if s.id != id {
			continue
		}
		r := newReader(s.payload)
		// The section has been decoded before: the count is there.
		if _, err := r.u32(); err == nil {
			return s.payload[r.pos:]
		}
	}
	return nil
}

// exportSection returns the export section without the marker and with the fuel
// global at its end.
func (p *plan) exportSection() section {
	var items []byte
	count := uint32(1)
	for _, e := range p.exports {
		if p.marker != noMarker && e.name == p.opts.MarkerExport {
			continue
		}
		items = append(items, p.data[e.start:e.end]...)
		count++
	}
	payload := append(appendU32(nil, count), items...)
	payload = append(appendName(payload, p.opts.FuelExport), kindGlobal)
	return newSection(sectionExport, appendU32(payload, p.meter.fuel))
}
