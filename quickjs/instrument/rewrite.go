package instrument

import "fmt"

// edit replaces the bytes of a module from one offset to another with a check.
type edit struct {
	from   int
	to     int
	weight int32
}

// codeSection returns the code section with the checks, and counts them.
func (p *plan) codeSection(report *Report) (section, error) {
	payload := appendU32(nil, uint32(len(p.bodies)))
	for i, b := range p.bodies {
		function := p.functionIndex(i)
		body, err := p.rewriteBody(function, b, report)
		if err != nil {
			return section{}, inFunction(function, err)
		}
		payload = append(appendU32(payload, uint32(len(body))), body...)
	}
	return newSection(sectionCode, payload), nil
}

// rewriteBody returns the body of one function with its checks.
func (p *plan) rewriteBody(function uint32, b funcBody, report *Report) ([]byte, error) {
	if int64(function) == p.marker {
		return p.markerBody(b)
	}
	s := scanner{plan: p, function: function, locals: b.locals, report: report}
	if err := walk(p.code(b), s.visit); err != nil {
		return nil, err
	}
	if len(s.edits) == 0 {
		return p.data[b.start:b.end], nil
	}
	if b.locals >= MaxLocals {
		return nil, fmt.Errorf("%w: offset 0x%x: no room for a local", ErrTooLarge, b.start)
	}
	return p.applyEdits(b, s.edits), nil
}

// markerBody returns a body that is just a check. What the marker did before
// still has to be well-formed, for it is part of the input.
func (p *plan) markerBody(b funcBody) ([]byte, error) {
	if err := walk(p.code(b), func(instruction) error { return nil }); err != nil {
		return nil, err
	}
	body := []byte{1, 1, byte(typeI32)} // one group of one local
	body = p.meter.appendCheck(body, 0, p.opts.MarkerWeight)
	return append(body, byte(opEnd)), nil
}

// applyEdits returns a body with one more i32 local and with its edits, which
// are in order and don't overlap.
func (p *plan) applyEdits(b funcBody, edits []edit) []byte {
	out := appendU32(nil, b.groups+1)
	out = append(out, p.data[b.groupsPos:b.codePos]...)
	out = append(out, 1, byte(typeI32))
	at := b.codePos
	for _, e := range edits {
		out = append(out, p.data[at:e.from]...)
		out = p.meter.appendCheck(out, b.locals, e.weight)
		at = e.to
	}
	return append(out, p.data[at:b.end]...)
}

// scanner collects the edits of one function.
type scanner struct {
	*plan
	function uint32
	locals   uint32
	report   *Report
	loops    int // heads seen
	edits    []edit
}

// visit takes the next instruction of the function.
func (s *scanner) visit(ins instruction) error {
	if err := s.checkIndex(ins); err != nil {
		return err
	}
	switch {
	case ins.op == opLoop:
		s.visitLoop(ins)
	case ins.op == opCall && int64(ins.index) == s.marker:
		s.edits = append(s.edits, edit{from: ins.start, to: ins.end, weight: s.opts.MarkerWeight})
		s.report.MarkerChecks++
	case s.meter.usesTick(ins):
		return fmt.Errorf("%w: offset 0x%x: used outside of the marker", ErrTick, ins.start)
	}
	return nil
}

// visitLoop puts a check behind the head of a loop unless the loop is exempt.
func (s *scanner) visitLoop(ins instruction) {
	ordinal := s.loops
	s.loops++
	s.report.Loops++
	for _, e := range s.exempted {
		if e.FuncIndex == s.function && e.LoopIndex == ordinal {
			return
		}
	}
	s.edits = append(s.edits, edit{from: ins.end, to: ins.end, weight: s.opts.LoopWeight})
	s.report.LoopChecks++
}

// checkIndex makes sure that an instruction doesn't refer to a local or global
// that doesn't exist yet: the input would be invalid, but the output would give
// it the fuel.
func (s *scanner) checkIndex(ins instruction) error {
	var limit int
	switch ins.op {
	case opLocalGet, opLocalSet, opLocalTee:
		limit = int(s.locals)
	case opGlobalGet, opGlobalSet:
		limit = len(s.globals)
	case opCall, opReturnCall, opRefFunc:
		limit = len(s.funcs)
	default:
		return nil
	}
	if uint64(ins.index) >= uint64(limit) {
		return malformed(ins.start, "opcode 0x%02x with index %d of %d", ins.op, ins.index, limit)
	}
	return nil
}
