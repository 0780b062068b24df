package instrument

// The parts of the "name" custom section.
const (
	nameSection         = "name"
	nameSubsectionFuncs = 1
)

// functionNames reads the names of functions from the "name" custom section
// (Core Specification, appendix "Custom Sections"). A module without one has no
// names. The specification lets engines ignore a broken one; here exemptions
// rest on it, so it is an error.
func (m *module) functionNames() (map[uint32]string, error) {
	var names map[uint32]string
	found := false
	for _, s := range m.sections {
		if s.id != sectionCustom || s.name != nameSection {
			continue
		}
		if found {
			return nil, malformed(s.start, "second name section")
		}
		found = true
		var err error
		r := &reader{data: m.data, pos: s.start, end: s.start + len(s.payload)}
		if names, err = decodeNames(r); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// decodeNames reads the subsections of the name section, whose identifiers
// ascend.
func decodeNames(r *reader) (map[uint32]string, error) {
	var names map[uint32]string
	last := -1
	for r.remaining() > 0 {
		start := r.pos
		id, err := r.byte()
		if err != nil {
			return nil, err
		}
		if int(id) <= last {
			return nil, malformed(start, "name subsection %d out of order", id)
		}
		last = int(id)
		size, err := r.u32()
		if err != nil {
			return nil, err
		}
		sub, err := r.sub(size)
		if err != nil {
			return nil, err
		}
		if id != nameSubsectionFuncs {
			continue
		}
		if names, err = decodeNameMap(sub); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// decodeNameMap reads a name map, whose indexes ascend.
func decodeNameMap(r *reader) (map[uint32]string, error) {
	names := make(map[uint32]string)
	last := int64(-1)
	err := r.vector(func() error {
		start := r.pos
		index, err := r.u32()
		if err != nil {
			return err
		}
		if int64(index) <= last {
			return malformed(start, "name of function %d out of order", index)
		}
		last = int64(index)
		names[index], err = r.name()
		return err
	})
	if err != nil {
		return nil, err
	}
	return names, r.done()
}
