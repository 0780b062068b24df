package host

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Run is what one run of a script is given. The zero Run grants nothing but
// computing and a log.
type Run struct {
	// Activity and Project are the JSON texts of the globals of these names; the
	// script's bytes are what it sees when it touches them. Empty means {}.
	Activity, Project json.RawMessage
	// Variables is a JSON object: the global variables. Empty means {}.
	Variables json.RawMessage
	// Functions are the host functions that the run may call, by name: those of
	// the script API (see package hostfuncs), and any others, which become global
	// functions, or methods of a global object when the name has a dot. Not
	// changed, and not read after Run returns.
	Functions map[string]Func
	// Limits bound the run; zero fields take the defaults.
	Limits Limits
	// Seed is the source of all randomness of the run. The zero Seed is replaced
	// by a random one, which the receipt tells.
	Seed [32]byte
	// Now fixes the clock: the run begins at that time, and time passes only with
	// the steps it does. Zero: the time of the host.
	Now time.Time
	// OnLog is called for every line of the log that is kept, in order, before Run
	// returns. It must not block for long: the script waits for it.
	OnLog func(LogLine)
	// OnHostCall is called after every call of a host function, log lines, clock
	// and randomness included: everything that crosses into the run, in order.
	OnHostCall func(HostCall)

	// withoutClock leaves the CPU limit to the step budget alone: tests use it.
	withoutClock bool
}

// HostCall is a call of the host by a script, as OnHostCall sees it.
type HostCall struct {
	// Number counts the calls of the run from 1.
	Number int
	// Function is the function's name; the built-in ones are clock, input, log and
	// random.
	Function string
	// Args are the arguments; of a line of the log, no more than the log can keep.
	Args []Value
	// Result is what the call returned, undefined when it threw.
	Result Value
	// Exception is what the call threw; nil otherwise.
	Exception *Exception
	// Steps is the run's step count at the call.
	Steps int64
	// Duration is the time that the host took.
	Duration time.Duration
}

// run is the state of one run: what the host knows of it, bound to an instance
// while the script runs.
type run struct {
	script    *Script
	options   Run
	limits    Limits
	functions []boundFunction
	extra     []string // names of the embedder's functions, sorted
	meter     *meter
	log       *runLog
	random    *rand.ChaCha8
	receipt   Receipt
	calls     int // of host functions, against Limits.HostCalls
	crossings int // of the boundary, for OnHostCall

	lastTime time.Time // the guest's clock never goes back
	arena    arena
	args     []Value
	call     Call // the one under way
	response []byte
	buffer   []byte // the response of a call, and its space for the next one
	pending  bool   // response did not fit and waits for opTake

	keepBytecode bool   // a compilation: the guest's bytecode is wanted
	bytecode     []byte // what it was

	report *Error // what the guest told of its failure
	killed Code   // why the host ended the run; "" if it did not
	cause  error  // the operator's view of an InternalError
}

type boundFunction struct {
	name  string
	call  Func
	count int
}

// Run runs the script once in a sandbox of its own, which nothing of any other
// run has touched. The error is an *Error whose code is that of the receipt, or
// another error when the run could not begin (bad limits or function names, a
// closed engine); the Result is complete in the former case.
func (s *Script) Run(ctx context.Context, options Run) (Result, error) {
	limits, err := s.engine.checkLimits(options.Limits)
	if err != nil {
		return Result{}, err
	}
	if err := checkFunctions(options.Functions); err != nil {
		return Result{}, err
	}
	img, err := s.startsAs(options.Functions).imageFor(ctx)
	if failure := (*Error)(nil); errors.As(err, &failure) {
		return Result{Receipt: Receipt{Code: failure.Code}}, err
	}
	if err != nil {
		return Result{}, err
	}
	leave, err := s.engine.admit(ctx, limits)
	if err != nil {
		return Result{Receipt: Receipt{Code: Cancelled}}, err
	}
	defer leave()
	i, err := s.engine.acquire(ctx, img)
	if err != nil {
		return Result{}, fmt.Errorf("host: %w", err)
	}
	defer s.engine.release(i)
	r, done := newRun(ctx, s, options, limits)
	defer done()
	failed, err := r.inside(i, func(ctx context.Context) (uint64, error) {
		return i.call(ctx, "cloche_run", r.scriptSeed(), uint64(limits.Memory), uint64(len(r.extra)))
	})
	var failure error
	if failed || err != nil {
		failure = r.failure(err)
	}
	return r.result(i, failure), failure
}

// startsAs returns the script whose image a run with these functions begins with.
func (s *Script) startsAs(functions map[string]Func) *Script {
	for name := range functions {
		if !isAPIFunction(name) {
			return s.plain
		}
	}
	return s
}

func checkFunctions(functions map[string]Func) error {
	for name, f := range functions {
		if f == nil {
			return fmt.Errorf("host: the function %s is nil", name)
		}
		if !isAPIFunction(name) && !functionName().MatchString(name) {
			return fmt.Errorf("host: %q is no name for a function: use an identifier, or two with a dot", name)
		}
	}
	return nil
}

func newRun(ctx context.Context, s *Script, options Run, limits Limits) (*run, context.CancelFunc) {
	deadline := time.Now().Add(limits.Wall)
	ctx, cancel := context.WithDeadlineCause(ctx, deadline, WallLimit)
	r := &run{script: s, options: options, limits: limits, meter: newMeter(ctx, limits)}
	if options.withoutClock {
		r.meter.cpu = maxCPU
	}
	if options.Seed == ([32]byte{}) {
		_, _ = crand.Read(r.options.Seed[:])
	}
	r.receipt.Seed = r.options.Seed
	r.random = rand.NewChaCha8(r.options.Seed)
	r.log = newRunLog(limits.Log, r.now, options.OnLog)
	r.bind(options.Functions)
	return r, cancel
}

// bind lays the functions out in the order of their operation numbers.
func (r *run) bind(functions map[string]Func) {
	for name := range functions {
		if !isAPIFunction(name) {
			r.extra = append(r.extra, name)
		}
	}
	slices.Sort(r.extra)
	r.functions = make([]boundFunction, 0, len(apiFunctions)+len(r.extra))
	for _, name := range apiFunctions {
		r.functions = append(r.functions, boundFunction{name: name, call: functions[name]})
	}
	for _, name := range r.extra {
		r.functions = append(r.functions, boundFunction{name: name, call: functions[name]})
	}
}

// scriptSeed draws the seed of Math.random.
func (r *run) scriptSeed() uint64 { return r.random.Uint64() }

// inside calls into the guest with the run bound to the instance. It reports
// whether the guest says that it failed.
func (r *run) inside(i *instance, call func(context.Context) (uint64, error)) (bool, error) {
	i.current = r
	i.linear.limit = min(i.linear.reservation, uint64(r.limits.Memory)+memorySlack)
	i.linear.refused = false
	i.fuel.Set(uint64(uint32(r.meter.begin())))
	status, err := call(&runContext{Context: r.meter.ctx, instance: i})
	r.meter.end()
	r.receipt.Steps = r.meter.steps(int32(i.fuel.Get()))
	i.current = nil
	return status != 0, err
}

// now returns the guest's clock: the host's time, or the fixed time and the steps
// since, in whole milliseconds and never backwards.
func (r *run) now() time.Time {
	now := time.Now()
	if !r.options.Now.IsZero() {
		passed := r.receipt.Steps / StepsPerMillisecond
		now = r.options.Now.Add(time.Duration(passed) * time.Millisecond)
	}
	now = now.UTC().Truncate(time.Millisecond)
	if now.Before(r.lastTime) {
		return r.lastTime
	}
	r.lastTime = now
	return now
}

// failure returns the error of a run that failed: why the host ended it, what the
// guest reported, or what went wrong in the engine.
func (r *run) failure(err error) error {
	switch {
	case r.killed == InternalError:
		return &Error{Code: InternalError, Message: internalMessage, Err: r.cause}
	case r.killed != "":
		return &Error{Code: r.killed, Message: r.limitMessage(r.killed)}
	case err == nil && r.report != nil:
		return r.report
	case errors.Is(err, MemoryLimit):
		return &Error{Code: MemoryLimit, Message: r.limitMessage(MemoryLimit)}
	case stackEnded(err):
		return &Error{Code: StackOverflow, Message: r.limitMessage(StackOverflow)}
	case err == nil:
		err = errors.New("the guest failed without a report")
	}
	return &Error{Code: InternalError, Message: internalMessage, Err: err}
}

const internalMessage = "the run failed for a reason that is not the script's; the operator's log has the details"

func (r *run) limitMessage(code Code) string {
	switch code {
	case CPULimit:
		return fmt.Sprintf("the script used up its CPU time of %v", r.limits.CPU)
	case WallLimit:
		return fmt.Sprintf("the run took longer than its limit of %v", r.limits.Wall)
	case MemoryLimit:
		return fmt.Sprintf("the script needs more than its %d MiB of memory", r.limits.Memory>>20)
	case Cancelled:
		return "the run was cancelled"
	case StackOverflow:
		return "the script recurses, or is nested, deeper than the engine's stack"
	}
	return string(code)
}

// result closes the books.
func (r *run) result(i *instance, failure error) Result {
	r.receipt.Code = OK
	var e *Error
	if errors.As(failure, &e) {
		r.receipt.Code = e.Code
		r.log.append(levelHost, string(e.Code)+": "+e.Detail())
	}
	r.receipt.CPU = r.meter.spent
	r.receipt.Wall = time.Since(r.meter.start)
	r.receipt.PeakHeap = r.peakHeap(i)
	r.receipt.LogLines = r.log.number
	for _, f := range r.functions {
		if f.count > 0 {
			if r.receipt.HostCalls == nil {
				r.receipt.HostCalls = make(map[string]int)
			}
			r.receipt.HostCalls[f.name] = f.count
		}
	}
	lines := r.log.finish()
	r.receipt.LogDropped = r.log.dropped
	return Result{Receipt: r.receipt, Log: lines}
}

// peakHeap reads what the guest says, and believes no more than the size of its
// memory.
func (r *run) peakHeap(i *instance) int64 {
	bytes, ok := i.memory.Read(i.abi.heapPeak, 4)
	if !ok {
		return 0
	}
	return min(int64(binary.LittleEndian.Uint32(bytes)), int64(i.memory.Size()))
}
