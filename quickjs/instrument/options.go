package instrument

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// The names that Options and VerifyOptions default to.
const (
	// DefaultFuelExport is the default name of the exported fuel global.
	DefaultFuelExport = "fuel"
	// DefaultTickModule is the default module of the tick import.
	DefaultTickModule = "cloche"
	// DefaultTickName is the default name of the tick import.
	DefaultTickName = "tick"
	// DefaultMarkerExport is the default name of the exported marker.
	DefaultMarkerExport = "cloche_check"
	// NoMarker as Options.MarkerExport says that the module has no marker.
	NoMarker = "-"
)

// MaxWeight is the largest weight of a check, in units of fuel. Fuel a host
// hands out as a negative number close to the smallest 32-bit integer would
// wrap around with larger ones.
const MaxWeight = 1 << 20

// Options says what Instrument looks for and what it inserts. The zero value
// is valid.
type Options struct {
	// FuelExport is the name under which the fuel global is exported. Default
	// DefaultFuelExport. The module must not export the name already.
	FuelExport string

	// TickModule and TickName name the imported function that a check calls
	// with the fuel when it is negative; it returns the new fuel. Its type is
	// (i32) -> i32. Defaults DefaultTickModule and DefaultTickName. Only the
	// marker may call it in the input.
	TickModule string
	TickName   string

	// MarkerExport is the name of the exported function, of type () -> (),
	// whose calls are replaced with checks. Default DefaultMarkerExport;
	// NoMarker if the module has none.
	MarkerExport string

	// LoopWeight is what a check at the head of a loop takes, in units of
	// fuel. Range 1 to MaxWeight, default 1 (also for 0).
	LoopWeight int32

	// MarkerWeight is what a check in place of the marker takes, in units of
	// fuel. Range 1 to MaxWeight, default 1 (also for 0).
	MarkerWeight int32

	// Exempt lists the loops that stay without a check.
	Exempt []Exemption

	// KeepCustom lists the names of the custom sections that are kept. Default
	// (nil) is "name" only; an empty list drops them all.
	KeepCustom []string
}

// Exemption leaves one loop of a function without a check: the innermost loop
// around a br_table of many targets. That is the dispatch loop of an
// interpreter, where a check per bytecode would cost too much and the bytecodes
// that jump back call the marker instead. Instrument can't tell whether they
// do; the reason is the author's word for it.
type Exemption struct {
	// Function is the function's name in the "name" custom section.
	Function string

	// MinTargets is the smallest number of targets of the br_table, not
	// counting the default. At least 1.
	MinTargets int

	// Reason says why the loop can go without a check. Not empty.
	Reason string
}

// Report counts what Instrument has done.
type Report struct {
	// Functions is the number of functions the module defines.
	Functions int `json:"functions"`
	// Loops is the number of loops in the output. It is the sum of LoopChecks
	// and the length of Exempted.
	Loops int `json:"loops"`
	// LoopChecks is the number of loops that got a check.
	LoopChecks int `json:"loopChecks"`
	// MarkerChecks is the number of marker calls replaced, the body of the
	// marker not counted.
	MarkerChecks int `json:"markerChecks"`
	// Exempted lists the loops left without a check, in the order of the
	// module.
	Exempted []ExemptedLoop `json:"exempted"`
}

// ExemptedLoop is a loop that an Exemption has left without a check.
type ExemptedLoop struct {
	// Function is the function's name.
	Function string `json:"function"`
	// FuncIndex is the function's index, imports included.
	FuncIndex uint32 `json:"funcIndex"`
	// LoopIndex is the loop's place among the loops of the function in the
	// order of their heads, from 0.
	LoopIndex int `json:"loopIndex"`
	// Reason is the exemption's.
	Reason string `json:"reason"`
}

// withDefaults returns a copy of the options with every field filled in, or
// ErrOptions.
func (o Options) withDefaults() (Options, error) {
	setDefault(&o.FuelExport, DefaultFuelExport)
	setDefault(&o.TickModule, DefaultTickModule)
	setDefault(&o.TickName, DefaultTickName)
	setDefault(&o.MarkerExport, DefaultMarkerExport)
	for _, weight := range []*int32{&o.LoopWeight, &o.MarkerWeight} {
		setDefault(weight, 1)
		if *weight < 1 || *weight > MaxWeight {
			return o, fmt.Errorf("%w: weight %d is not in 1 to %d", ErrOptions, *weight, MaxWeight)
		}
	}
	if !utf8.ValidString(o.FuelExport) {
		return o, fmt.Errorf("%w: fuel export %q is not UTF-8", ErrOptions, o.FuelExport)
	}
	if o.KeepCustom == nil {
		o.KeepCustom = []string{nameSection}
	}
	for i, e := range o.Exempt {
		if e.Function == "" || e.MinTargets < 1 || e.Reason == "" {
			return o, fmt.Errorf("%w: exemption %+v lacks a field", ErrOptions, e)
		}
		same := func(other Exemption) bool { return other.Function == e.Function }
		if slices.ContainsFunc(o.Exempt[:i], same) {
			return o, fmt.Errorf("%w: second exemption for %q", ErrOptions, e.Function)
		}
	}
	return o, nil
}

// setDefault sets a field that has its zero value.
func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
