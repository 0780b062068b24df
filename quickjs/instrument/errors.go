package instrument

import (
	"errors"
	"fmt"
)

// The causes of failure. Every error returned by this package wraps exactly one
// of them; the text adds the function index and the byte offset in the module
// where there is one.
var (
	// ErrMalformed means the bytes aren't a module: a length exceeds what is
	// left, an integer is encoded beyond the width of its type, sections are
	// out of order, or an index points at nothing.
	ErrMalformed = errors.New("instrument: malformed module")

	// ErrUnsupported means the module uses a proposal this package doesn't
	// read: SIMD, threads, exceptions, garbage collection, typed function
	// references, extended constant expressions, memory64 or multi-memory.
	ErrUnsupported = errors.New("instrument: unsupported module")

	// ErrTooLarge means the module exceeds MaxModuleSize, or a function that
	// needs a check has no room left for a local (see MaxLocals).
	ErrTooLarge = errors.New("instrument: too large")

	// ErrOptions means an option is out of its documented range.
	ErrOptions = errors.New("instrument: invalid options")

	// ErrTick means the tick import is missing, ambiguous or of another type
	// than (i32) -> i32, or that it is used other than by a check.
	ErrTick = errors.New("instrument: bad tick import")

	// ErrMarker means the marker isn't exported, isn't a function of the
	// module itself, or is of another type than () -> ().
	ErrMarker = errors.New("instrument: bad marker")

	// ErrFuel means the fuel export's name is taken (Instrument), or that the
	// fuel global is missing, of another type, or written other than by a
	// check (Verify).
	ErrFuel = errors.New("instrument: bad fuel global")

	// ErrExemption means an exemption names no function, more than one
	// function, no loop, or more than one loop.
	ErrExemption = errors.New("instrument: bad exemption")
)

// malformed returns an ErrMalformed at a byte offset of the module.
func malformed(offset int, format string, args ...any) error {
	return fmt.Errorf("%w: offset 0x%x: %s", ErrMalformed, offset, fmt.Sprintf(format, args...))
}

// unsupported returns an ErrUnsupported at a byte offset of the module.
func unsupported(offset int, format string, args ...any) error {
	return fmt.Errorf("%w: offset 0x%x: %s", ErrUnsupported, offset, fmt.Sprintf(format, args...))
}

// inFunction adds the index of the function an error was found in.
func inFunction(index uint32, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("function %d: %w", index, err)
}
