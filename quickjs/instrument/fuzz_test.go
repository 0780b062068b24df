package instrument

import (
	"testing"

	"pgregory.net/rapid"
)

// fuzzOptions turns a byte into options, so that the fuzzer reaches modules
// with and without marker and exemption.
func fuzzOptions(choice byte) Options {
	var opts Options
	if choice&1 != 0 {
		opts.MarkerExport = NoMarker
	}
	if choice&2 != 0 {
		opts.Exempt = []Exemption{{Function: "f", MinTargets: 1, Reason: "fuzz"}}
	}
	if choice&4 != 0 {
		opts.KeepCustom = []string{}
	}
	return opts
}

// addSeeds adds the modules of all other tests.
func addSeeds(f *testing.F, add func(module []byte)) {
	for _, b := range behaviours() {
		add(b.asm().bytes())
	}
	for i := range 20 {
		add(rapid.Custom(drawProgram).Example(i).module())
	}
	check := cat(checkPieces()...)
	add(checked(loop(blockVoid, check), check).bytes())
	add(withBody(0, 0xfc, 8, 0, 0, 0xfc, 17, 0, 0xd0, 0x70, 0x1c, 1, 0x70, 0x0b))
	add(raw(4, []byte{1, 0x70, 0, 1}, 9, []byte{2, 4, 0x41, 0, 0x0b, 1, 0xd0, 0x70, 0x0b, 7, 0x70, 0}))
	add(raw(5, []byte{1, 0, 1}, 12, []byte{1}, 11, []byte{1, 1, 1, 'x'}))
}

// FuzzInstrument feeds arbitrary bytes. Whatever is accepted has to verify, and
// if the engine takes the input, it has to take the output.
func FuzzInstrument(f *testing.F) {
	addSeeds(f, func(module []byte) {
		for choice := range byte(8) {
			f.Add(module, choice)
		}
	})
	engine := newHost(f, engines()["interpreter"]).runtime
	f.Fuzz(func(t *testing.T, module []byte, choice byte) {
		out, report, err := Instrument(module, fuzzOptions(choice))
		if err != nil {
			return
		}
		verified, err := Verify(out, VerifyOptions{})
		if err != nil {
			t.Fatalf("accepted, but doesn't verify: %v", err)
		}
		checkReports(t, report, verified)
		compiled, err := engine.CompileModule(t.Context(), module)
		if err != nil {
			return
		}
		compiled.Close(t.Context())
		compiled, err = engine.CompileModule(t.Context(), out)
		if err != nil {
			t.Fatalf("the engine took the input, but not the output: %v", err)
		}
		compiled.Close(t.Context())
	})
}

// FuzzVerify feeds arbitrary bytes and makes sure that a report adds up.
func FuzzVerify(f *testing.F) {
	addSeeds(f, func(module []byte) {
		f.Add(module)
		for choice := range byte(8) {
			if out, _, err := Instrument(module, fuzzOptions(choice)); err == nil {
				f.Add(out)
			}
		}
	})
	f.Fuzz(func(t *testing.T, module []byte) {
		report, err := Verify(module, VerifyOptions{})
		if err != nil {
			return
		}
		unchecked := 0
		for _, l := range report.Loops {
			if !l.Checked() {
				unchecked++
			}
		}
		if unchecked != len(report.Unchecked) {
			t.Errorf("%d unchecked loops, %d listed", unchecked, len(report.Unchecked))
		}
	})
}
