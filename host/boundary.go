package host

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"time"

	"github.com/tetratelabs/wazero/api"
)

// This file is where the guest enters the host. The guest is assumed to be taken
// over: it may pass any numbers at any time, and its memory may hold anything.

// runContext carries the instance through wazero to the functions that the guest
// calls.
type runContext struct {
	context.Context
	instance *instance
}

func withRun(ctx context.Context, r *run) context.Context {
	return &runContext{Context: ctx, instance: &instance{current: r}}
}

// startupRun is the run under which the base image is made: without limits.
func startupRun(ctx context.Context) *run {
	limits := Limits{CPU: maxCPU, Wall: maxWall}.WithDefaults()
	m := newMeter(ctx, limits)
	m.resume()
	return &run{limits: limits, meter: m}
}

// stop ends the call into the guest: it unwinds the guest's stack, which no
// script can catch.
type stop struct{ code Code }

func (s stop) Error() string { return "stopped: " + string(s.code) }

func (r *run) stop(code Code, cause error) {
	r.killed, r.cause = code, cause
	panic(stop{code})
}

// currentRun returns the run that the guest belongs to.
func currentRun(ctx context.Context) (*instance, *run) {
	rc, ok := ctx.(*runContext)
	if !ok || rc.instance.current == nil {
		panic(stop{InternalError})
	}
	return rc.instance, rc.instance.current
}

// tick is the guest's import of that name: it is called when the fuel of a grant
// is used up and returns the next grant.
func tick(ctx context.Context, _ api.Module, stack []uint64) {
	i, r := currentRun(ctx)
	if i.linear != nil && i.linear.refused {
		r.stop(MemoryLimit, nil)
	}
	fuel, code := r.meter.tick(int32(stack[0]))
	if code != OK {
		r.stop(code, nil)
	}
	stack[0] = uint64(uint32(fuel))
}

// hostCall is the guest's import host_call(op, request, length) → length of the
// response.
func hostCall(ctx context.Context, _ api.Module, stack []uint64) {
	i, r := currentRun(ctx)
	op, ptr, length := operation(stack[0]), uint32(stack[1]), uint32(stack[2])
	if i.memory == nil {
		r.stop(InternalError, errors.New("host call during start-up"))
	}
	request, ok := i.memory.Read(ptr, length)
	if !ok {
		r.stop(InternalError, fmt.Errorf("host call %d: request %d+%d is outside memory", op, ptr, length))
	}
	if op == opTake {
		stack[0] = uint64(r.take(request))
		return
	}
	r.pending = false
	r.response = r.buffer[:0]
	if r.countsSteps() {
		r.receipt.Steps = r.meter.steps(int32(i.fuel.Get()))
	}
	r.meter.charge(stepsPerHostCall + int64(length)/bytesPerStep)
	r.dispatch(op, request)
	if op != opInput { // whose response is the caller's own text
		r.buffer = r.response
	}
	r.meter.charge(int64(len(r.response)) / bytesPerStep)
	if r.meter.overdrawn() {
		r.stop(CPULimit, nil)
	}
	if int(length)+len(r.response) > largeCall {
		if code := r.meter.look(); code != OK {
			r.stop(code, nil)
		}
	}
	stack[0] = uint64(r.respond(i))
}

// largeCall is with how many bytes of request and response a host call takes long
// enough for the clocks to be looked at, which takes 40 ns at least. A grant may last
// for thousands of calls.
const largeCall = 4 << 10

// countsSteps reports whether anybody looks at the step count of a run under way:
// reading the fuel takes 12 ns a call.
func (r *run) countsSteps() bool { return r.options.OnHostCall != nil || !r.options.Now.IsZero() }

// take copies the kept response into the guest.
func (r *run) take(target []byte) int {
	if !r.pending || len(target) != len(r.response) {
		return 0
	}
	r.pending = false
	return copy(target, r.response)
}

// respond hands the response over: to the guest's buffer, when it and the NUL
// that the guest puts behind it fit there, or it keeps it for opTake.
func (r *run) respond(i *instance) int {
	if len(r.response) >= int(i.abi.responseCapacity) {
		r.pending = true
		return len(r.response)
	}
	if !i.memory.Write(i.abi.response, r.response) {
		r.stop(InternalError, errors.New("the response buffer is outside memory"))
	}
	return len(r.response)
}

// dispatch answers one call: the response is in r.response afterwards.
func (r *run) dispatch(op operation, request []byte) {
	switch op {
	case opClock:
		r.clock()
		return
	case opInput:
		r.input(request)
		return
	case opBytecode:
		if r.keepBytecode {
			r.bytecode = bytes.Clone(request)
			r.keepBytecode = false
		}
		return
	}
	// A line may be as long as the guest's memory: what the log would cut off is not
	// copied in the first place.
	r.arena.most, r.arena.omitted = 0, 0
	if op == opLog {
		r.arena.most = r.log.longest()
	}
	args, err := decodeRequest(r.args[:0], request, &r.arena)
	if err != nil {
		r.throw(&Exception{Name: "TypeError", Message: "the host was sent a malformed request"})
		return
	}
	r.args = args
	switch {
	case op == opLog:
		r.writeLog(args)
	case op == opReport:
		r.takeReport(args)
	case op == opRandom:
		r.randomBytes(args)
	case op >= opFunction && int(op-opFunction) < len(r.functions):
		r.callFunction(&r.functions[op-opFunction], args)
	default:
		r.throw(&Exception{Name: "TypeError", Message: fmt.Sprintf("there is no host function %d", op)})
	}
}

func (r *run) throw(e *Exception) { r.response = appendException(r.response, e) }

// clock answers with milliseconds since 1970 and since the run began.
func (r *run) clock() {
	now := r.now()
	began := r.options.Now
	if began.IsZero() {
		began = r.meter.start
	}
	elapsed := max(now.Sub(began.Truncate(time.Millisecond)).Milliseconds(), 0)
	for _, ms := range []float64{float64(now.UnixMilli()), float64(elapsed)} {
		r.response = binary.LittleEndian.AppendUint64(r.response, math.Float64bits(ms))
	}
	r.trace("clock", nil, NumberValue(float64(now.UnixMilli())), nil, 0)
}

// input answers with the raw bytes of an input, uncopied: nothing appends to that
// response.
func (r *run) input(request []byte) {
	which := -1
	if len(request) == 1 {
		which = int(request[0])
	}
	text := json.RawMessage("{}")
	name := ""
	switch which {
	case inputActivity:
		name, text = "activity", orEmptyObject(r.options.Activity)
	case inputProject:
		name, text = "project", orEmptyObject(r.options.Project)
	case inputVariables:
		name, text = "variables", orEmptyObject(r.options.Variables)
	case inputFunctions:
		name = "functions"
		text, _ = json.Marshal(r.extra)
	}
	r.response = text
	if r.options.OnHostCall != nil {
		r.trace("input", []Value{StringValue(name)}, Value{kind: JSON, text: string(text)}, nil, 0)
	}
}

func orEmptyObject(text json.RawMessage) json.RawMessage {
	if len(text) == 0 {
		return json.RawMessage("{}")
	}
	return text
}

func (r *run) writeLog(args []Value) {
	if len(args) == 2 {
		r.log.dropped += int64(r.arena.omitted)
		r.log.append(logLevel(args[0].Text()), args[1].Text())
	}
	r.response = append(r.response, 'u')
	r.trace("log", args, Value{}, nil, 0)
}

// logLevel admits the levels of console; the others belong to the host.
func logLevel(level string) string {
	switch level {
	case "log", "info", "debug", "warn", "error":
		return level
	}
	return "log"
}

// maxRandom is the most bytes of one request.
const maxRandom = 65536

func (r *run) randomBytes(args []Value) {
	count := 0.0
	if len(args) == 1 {
		count = args[0].Number()
	}
	if !(count >= 0 && count <= maxRandom) {
		r.throw(&Exception{Name: "RangeError", Message: "at most 65536 random bytes a call"})
		return
	}
	drawn := make([]byte, int(count))
	_, _ = r.random.Read(drawn)
	value := BytesValue(drawn)
	r.response = appendValue(r.response, value)
	r.trace("random", args, value, nil, 0)
}

// callFunction calls a host function of the run.
func (r *run) callFunction(f *boundFunction, args []Value) {
	if f.call == nil {
		r.throw(&Exception{Name: "TypeError", Code: "EBLOCKED", Message: f.name + " was not granted to this run"})
		return
	}
	if r.calls >= r.limits.HostCalls {
		r.throw(&Exception{Name: "Error", Code: "EBUDGET",
			Message: fmt.Sprintf("%s: the run has made its %d host calls", f.name, r.limits.HostCalls)})
		return
	}
	r.calls++
	f.count++
	left := r.meter.now()
	computing.Add(-1)
	value, exception, err := r.protect(f.call, args)
	computing.Add(1)
	if !r.call.computes {
		r.meter.enter(left)
	} else if code := r.meter.look(); code != OK {
		r.stop(code, nil)
	}
	if err != nil {
		if r.meter.ctx.Err() != nil {
			r.stop(contextCode(r.meter.ctx), nil)
		}
		r.stop(InternalError, fmt.Errorf("%s: %w", f.name, err))
	}
	r.answer(value, exception)
	if r.options.OnHostCall != nil {
		r.trace(f.name, args, value, exception, r.meter.now()-left)
	}
	if r.meter.ctx.Err() != nil {
		r.stop(contextCode(r.meter.ctx), nil)
	}
}

// protect calls f; a panic comes back as an error.
func (r *run) protect(f Func, args []Value) (value Value, exception *Exception, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a host function: %v\n%s", p, debug.Stack())
		}
	}()
	r.call = Call{args: args, run: r}
	value, err = f(r.meter.ctx, &r.call)
	if err == nil {
		return value, nil, nil
	}
	exception, err = thrown(err)
	return Value{}, exception, err
}

// thrown tells an exception, which is for the script, from other errors.
func thrown(err error) (*Exception, error) {
	var exception *Exception
	if errors.As(err, &exception) {
		return exception, nil
	}
	return nil, err
}

// answer encodes what a function returned or threw. The response must fit in the
// memory of the run, whatever a function answers with: a message may well quote an
// argument as long as that.
func (r *run) answer(value Value, exception *Exception) {
	if exception != nil {
		r.throw(&Exception{Name: bounded(exception.Name), Message: bounded(exception.Message), Code: bounded(exception.Code)})
		return
	}
	size, ok := encodedSize(value, maxListDepth)
	if !ok || int64(size) > r.limits.Memory {
		r.throw(&Exception{Name: "RangeError", Message: "the answer of the host is too large for this run"})
		return
	}
	r.response = appendValue(r.response, value)
}

// trace tells OnHostCall of a call.
func (r *run) trace(name string, args []Value, result Value, exception *Exception, took time.Duration) {
	if r.options.OnHostCall == nil {
		return
	}
	r.crossings++
	r.options.OnHostCall(HostCall{
		Number: r.crossings, Function: name, Args: append([]Value(nil), args...),
		Result: result, Exception: exception, Steps: r.receipt.Steps, Duration: took,
	})
}
