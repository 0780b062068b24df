package host

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// instance is one instantiation of the guest, a slot in which runs take place one
// after the other. It is used by one goroutine at a time.
type instance struct {
	module       api.Module
	memory       api.Memory
	linear       *linearMemory
	stackPointer api.MutableGlobal
	fuel         api.MutableGlobal
	abi          guestABI
	stack        uint64 // bytes of the C stack that QuickJS may use
	functions    map[string]api.Function
	calls        int     // since functions was emptied
	current      *run    // nil between runs: a host call is then refused
	holds        *image  // what its memory is a copy of; nil once the guest ran
	home         uint32  // the size of its memory when the run began
	uses         int     // how many runs it was wiped after
	lower        *frozen // what is mapped of the base image
	upper        *frozen // what is mapped beyond the base image's memory
	upperClean   bool    // nothing was written there since
	scan         *pageScan
	idleSince    time.Time
}

// newInstance instantiates the guest. Its memory is that of the module's data
// segments: it must be restored from an image, or initialised.
func (e *Engine) newInstance(ctx context.Context) (*instance, error) {
	capture := &capturingAllocator{allocator: allocator{reservation: e.reservation}}
	ctx = experimental.WithMemoryAllocator(ctx, capture)
	module, err := e.runtime.InstantiateModule(ctx, e.compiled, moduleConfig())
	if err != nil {
		return nil, fmt.Errorf("instantiating the guest: %w", err)
	}
	i := &instance{
		module: module, memory: module.Memory(), linear: capture.last, scan: new(pageScan),
		stack: e.config.stackSize(),
	}
	i.stackPointer, _ = module.ExportedGlobal("__stack_pointer").(api.MutableGlobal)
	i.fuel, _ = module.ExportedGlobal("fuel").(api.MutableGlobal)
	if i.memory == nil || i.stackPointer == nil || i.fuel == nil {
		return nil, errors.Join(errors.New("the guest lacks an export"), module.Close(ctx))
	}
	return i, nil
}

// capturingAllocator remembers the memory that it gave to an instance.
type capturingAllocator struct {
	allocator
	last *linearMemory
}

// Allocate implements experimental.MemoryAllocator.
func (a *capturingAllocator) Allocate(capacity, maximum uint64) experimental.LinearMemory {
	m := a.allocator.Allocate(capacity, maximum)
	a.last, _ = m.(*linearMemory)
	return m
}

// bytes returns the linear memory itself: it is valid until the memory grows.
func (i *instance) bytes() ([]byte, error) {
	memory, ok := i.memory.Read(0, i.memory.Size())
	if !ok {
		return nil, errors.New("linear memory cannot be read")
	}
	return memory, nil
}

// initialise runs the guest's start-up, which makes the base image.
func (i *instance) initialise(ctx context.Context) error {
	at, err := i.call(ctx, "cloche_abi")
	if err != nil {
		return err
	}
	if _, err := i.call(ctx, "_initialize"); err != nil {
		return err
	}
	if _, err := i.call(ctx, "cloche_init", i.stack); err != nil {
		return err
	}
	i.abi, err = readABI(i.memory, uint32(at))
	return err
}

// How much of the C stack, 1 MiB, QuickJS may use. The rest is for what it calls
// without a check. wazero's interpreter ends after 2,000 calls: with 128 KiB a script
// that recurses meets the end of the C stack before that, as an exception that it can
// catch, after 400 calls of its own. JSON and source that are nested deeper than that
// end the run all the same.
const (
	stackBytes            = 900 << 10
	interpretedStackBytes = 128 << 10
)

// stackSize returns which of them holds.
func (c Config) stackSize() uint64 {
	if c.Interpreter || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return interpretedStackBytes
	}
	return stackBytes
}

// stackEnded reports whether a call failed because the native stack came to its end.
// wazero has no name for it that others could compare with.
func stackEnded(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err.Error() == "stack overflow" {
			return true
		}
	}
	return false
}

// call calls an exported function. A panic of a host function and a trap come
// back as errors.
func (i *instance) call(ctx context.Context, name string, args ...uint64) (uint64, error) {
	function, err := i.function(name)
	if err != nil {
		return 0, err
	}
	i.holds, i.upperClean = nil, false
	stack := make([]uint64, max(len(args), 1))
	copy(stack, args)
	if err := function.CallWithStack(ctx, stack); err != nil {
		i.functions = nil // a recursion without end leaves a native stack of 80 MB
		return 0, err
	}
	// All exports return an i32 or nothing; wazero leaves the upper half of its
	// slot as it is.
	return uint64(uint32(stack[0])), nil
}

// callsPerFunction is after how many calls an exported function is looked up anew.
// wazero grows the native stack of a function by copying, so keeping the function
// saves 100 KB of allocation a run; but a stack that once grew large stays so.
const callsPerFunction = 256

func (i *instance) function(name string) (api.Function, error) {
	if i.calls++; i.calls > callsPerFunction || i.functions == nil {
		i.functions, i.calls = make(map[string]api.Function), 0
	}
	if function := i.functions[name]; function != nil {
		return function, nil
	}
	function := i.module.ExportedFunction(name)
	if function == nil {
		return nil, fmt.Errorf("the guest does not export %s", name)
	}
	i.functions[name] = function
	return function, nil
}

// forgetDeepStacks drops the functions when the last run recursed deeply: when it
// wrote to the far end of the C stack's hot part, because the native stack is then
// likely to have become megabytes. A guest that hides it keeps its native stack
// until the calls are counted up.
func (i *instance) forgetDeepStacks(hot []byte) {
	for _, b := range hot[:min(len(hot), 1024)] {
		if b != 0 {
			i.functions = nil
			return
		}
	}
}

func (i *instance) close(ctx context.Context) { _ = i.module.Close(ctx) }
