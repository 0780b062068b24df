package instrument

import "slices"

// The section identifiers of the binary format.
const (
	sectionCustom    = 0
	sectionType      = 1
	sectionImport    = 2
	sectionFunction  = 3
	sectionTable     = 4
	sectionMemory    = 5
	sectionGlobal    = 6
	sectionExport    = 7
	sectionStart     = 8
	sectionElement   = 9
	sectionCode      = 10
	sectionData      = 11
	sectionDataCount = 12
	sectionTag       = 13
)

// preamble is the magic number and the version every module starts with.
const preamble = "\x00asm\x01\x00\x00\x00"

// section is one section of a module: its identifier, for a custom section its
// name, and its bytes.
type section struct {
	id      byte
	name    string
	start   int    // offset of the payload in the module; for a custom section after the name
	raw     []byte // the whole section, identifier and size included
	payload []byte
}

// rank returns the place of a non-custom section in the order the format
// demands, which is the order of identifiers except for the data count.
func rank(id byte) int {
	switch id {
	case sectionDataCount:
		return 2*sectionElement + 1
	default:
		return 2 * int(id)
	}
}

// splitSections cuts a module into sections without reading their payloads.
func splitSections(data []byte) ([]section, error) {
	r := newReader(data)
	magic, err := r.take(uint32(len(preamble)))
	if err != nil {
		return nil, err
	}
	if string(magic) != preamble {
		return nil, malformed(0, "not a core module of version 1")
	}
	var sections []section
	last := 0
	for r.remaining() > 0 {
		start := r.pos
		s, err := readSection(r)
		if err != nil {
			return nil, err
		}
		if s.id != sectionCustom {
			if rank(s.id) <= last {
				return nil, malformed(start, "section %d out of order", s.id)
			}
			last = rank(s.id)
		}
		sections = append(sections, s)
	}
	return sections, nil
}

// readSection reads the header of one section and moves past the section.
func readSection(r *reader) (section, error) {
	start := r.pos
	id, err := r.byte()
	if err != nil {
		return section{}, err
	}
	switch {
	case id == sectionTag:
		return section{}, unsupported(start, "tag section (exceptions)")
	case id > sectionTag:
		return section{}, malformed(start, "unknown section %d", id)
	}
	size, err := r.u32()
	if err != nil {
		return section{}, err
	}
	body, err := r.sub(size)
	if err != nil {
		return section{}, err
	}
	s := section{id: id}
	if id == sectionCustom {
		if s.name, err = body.name(); err != nil {
			return section{}, err
		}
	}
	s.start = body.pos
	s.raw = r.data[start:r.pos:r.pos]
	s.payload = r.data[body.pos:body.end:body.end]
	return s, nil
}

// newSection returns a non-custom section with a payload of our own.
func newSection(id byte, payload []byte) section {
	raw := appendU32([]byte{id}, uint32(len(payload)))
	return section{id: id, raw: append(raw, payload...), payload: payload}
}

// putSection replaces the section of the same identifier, or inserts the
// section right after the last one that must precede it. That keeps custom
// sections at the end where they were.
func putSection(sections []section, s section) []section {
	at := 0
	for i, old := range sections {
		switch {
		case old.id == sectionCustom:
		case old.id == s.id:
			out := slices.Clone(sections)
			out[i] = s
			return out
		case rank(old.id) < rank(s.id):
			at = i + 1
		}
	}
	return slices.Insert(slices.Clone(sections), at, s)
}

// keepCustom drops the custom sections whose names aren't listed.
func keepCustom(sections []section, names []string) []section {
	return slices.DeleteFunc(slices.Clone(sections), func(s section) bool {
		return s.id == sectionCustom && !slices.Contains(names, s.name)
	})
}

// joinSections writes a module.
func joinSections(sections []section) []byte {
	size := len(preamble)
	for _, s := range sections {
		size += len(s.raw)
	}
	out := append(make([]byte, 0, size), preamble...)
	for _, s := range sections {
		out = append(out, s.raw...)
	}
	return out
}
