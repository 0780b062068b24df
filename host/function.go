package host

import (
	"context"
	"fmt"
	"regexp"
	"sync"
)

// Func is a host function: something a script may call because the run was given
// it. It gets the arguments of the call and returns the value of the call.
//
// An error that is an *Exception (errors.As) is thrown in the script, which may
// catch it; any other error, and a panic, ends the run with InternalError, and
// the script learns nothing of it. A Func that waits must return when ctx is
// done: the run's cancellation, its wall limit and its end all show there.
//
// A Func is called by one goroutine at a time for one run; one that is shared by
// runs must be safe for concurrent use. It must not call back into its run.
type Func func(ctx context.Context, call *Call) (Value, error)

// Call is one call of a host function. It is valid until the Func returns, its
// values longer.
type Call struct {
	args     []Value
	run      *run
	computes bool
}

// Computes says that this call computes and waits for nothing, so that its time
// counts as CPU time of the run. Without it all of a long call is taken for waiting,
// and a script could compute for as long as Limits.Wall by way of the host.
func (c *Call) Computes() { c.computes = true }

// Len returns the number of arguments, 0 to 255.
func (c *Call) Len() int { return len(c.args) }

// Arg returns argument i, from 0; undefined when the script passed fewer.
func (c *Call) Arg(i int) Value {
	if i < 0 || i >= len(c.args) {
		return Value{}
	}
	return c.args[i]
}

// Log appends a line to the log of the run, under a level such as "http".
func (c *Call) Log(level, text string) {
	if c.run != nil {
		c.run.log.append(level, text)
	}
}

// Transferred adds to the bytes that Receipt counts as out of the sandbox and
// into it.
func (c *Call) Transferred(out, in int64) {
	if c.run != nil {
		c.run.receipt.BytesOut += out
		c.run.receipt.BytesIn += in
	}
}

// NewCall returns a call outside any run, for testing a Func by itself. Its Log
// and Transferred do nothing.
func NewCall(args ...Value) *Call { return &Call{args: args} }

// Exception is an error that a host function throws in the script. Of each text the
// script gets the first 64 KiB.
type Exception struct {
	// Name is the error's class: Error, TypeError, RangeError or SyntaxError; any
	// other becomes the name of a plain Error. Default Error.
	Name string
	// Message says to the script's author what to do.
	Message string
	// Code goes to the error's cause.code, for scripts to branch on. Optional.
	Code string
}

// Error returns the name and the message.
func (e *Exception) Error() string { return fmt.Sprintf("%s: %s", e.Name, e.Message) }

// functionName is what an embedder may call a function: an identifier, or two
// with a dot for a method of a global object.
var functionName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]{0,63}(\.[A-Za-z_$][A-Za-z0-9_$]{0,63})?$`)
})
