package host

// Code says how a run ended. It is an error itself, so that a caller can write
// errors.Is(err, host.CPULimit).
type Code string

// The codes of a run. More may be added: treat an unknown one as a failure.
const (
	// OK: the script and its promise jobs finished.
	OK Code = "ok"
	// SyntaxError: the script does not parse. Only Compile returns it.
	SyntaxError Code = "syntax_error"
	// ScriptError: an uncaught exception, a thrown value of any type, or a
	// rejected promise that nobody handled.
	ScriptError Code = "script_error"
	// StackOverflow: the RangeError of too deep a recursion, uncaught. Where the
	// WebAssembly is interpreted, JSON and source nested more than some 1,000 deep end
	// the run with it, too, and cannot be caught.
	StackOverflow Code = "stack_overflow"
	// MemoryLimit: the heap limit was reached and the script did not cope.
	MemoryLimit Code = "memory_limit"
	// CPULimit: the step budget or the CPU time is used up. No script can catch
	// it, nor any of the codes below.
	CPULimit Code = "cpu_limit"
	// WallLimit: the run took too long by the clock, waiting included.
	WallLimit Code = "wall_limit"
	// Cancelled: the context of the run was cancelled.
	Cancelled Code = "cancelled"
	// InternalError: a defect of the host or of the engine. What the script's
	// author sees says no more; the operator finds the cause in Error.Err.
	InternalError Code = "internal_error"
)

// Error returns the code's name.
func (c Code) Error() string { return string(c) }
