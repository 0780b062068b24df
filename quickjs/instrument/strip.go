package instrument

// Strip returns an instrumented module without its checks: what benchmarks
// compare it with. The fuel global, the spare locals and the import of tick stay,
// and so does one check, the marker's own body, if nothing calls it. A stripped
// module cannot be stopped: it is for measuring alone. The errors are those of
// Verify.
func Strip(module []byte, opts VerifyOptions) ([]byte, error) {
	if _, err := Verify(module, opts); err != nil {
		return nil, err
	}
	setDefault(&opts.FuelExport, DefaultFuelExport)
	setDefault(&opts.TickModule, DefaultTickModule)
	setDefault(&opts.TickName, DefaultTickName)
	m, err := decodeModule(module)
	if err != nil {
		return nil, err
	}
	var checks meter
	if checks.tick, err = m.findTick(opts.TickModule, opts.TickName); err != nil {
		return nil, err
	}
	if checks.fuel, err = m.findFuel(opts.FuelExport); err != nil {
		return nil, err
	}
	payload := appendU32(nil, uint32(len(m.bodies)))
	for _, b := range m.bodies {
		body, err := m.stripBody(b, checks)
		if err != nil {
			return nil, err
		}
		payload = append(appendU32(payload, uint32(len(body))), body...)
	}
	return joinSections(putSection(m.sections, newSection(sectionCode, payload))), nil
}

// stripBody returns the body of one function without the checks in it.
func (m *module) stripBody(b funcBody, checks meter) ([]byte, error) {
	var code []instruction
	err := walk(m.code(b), func(ins instruction) error {
		code = append(code, ins)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := append([]byte(nil), m.data[b.start:b.codePos]...)
	for at := 0; at < len(code); {
		if _, length, ok := checks.matchCheck(code[at:]); ok {
			at += length
			continue
		}
		out = append(out, m.data[code[at].start:code[at].end]...)
		at++
	}
	return out, nil
}
