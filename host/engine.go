package host

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"golang.org/x/sync/semaphore"

	"cloche/wasm"
)

// Config configures an Engine. The zero Config is ready for use; it keeps nothing
// on disk and grants a script nothing.
type Config struct {
	// CacheDir is a directory for compiled machine code: with it a process starts
	// in about 20 ms instead of half a second. It is created with mode 0700;
	// whoever can write there can run code in this process, so it must belong to
	// the user that runs it. A directory that others can write to is not used, a
	// damaged cache is rebuilt. Default "": compile at every start.
	CacheDir string
	// MaxMemory is the largest Limits.Memory that a run may ask for, in bytes:
	// every slot reserves that much address space. Default 64 MiB, at most 1 GiB.
	MaxMemory int64
	// MemoryBudget bounds what all runs and compilations together may take, in bytes:
	// each counts with its Limits.Memory and 16 MiB, whether it uses them or not, for
	// as long as it lasts. One that does not fit waits, in order, until others have
	// ended or its context is done. Default 8 GiB: about 100 runs at a time with the
	// default Limits.Memory. Give more, or runs less, where many wait for a network.
	MemoryBudget int64
	// IdleSlots is how many sandboxes are kept for reuse between runs; each holds
	// about 1 MiB, and up to 4 MiB more after runs that wrote much. Those of more runs at
	// a time are kept for ten seconds. Default twice GOMAXPROCS.
	IdleSlots int
	// ImageCache is how many bytes of parsed scripts are kept. The image of a script
	// that is not among them is made again, from bytecode, when it runs; that takes
	// about 0.2 ms for a script of 5 KB. Default 64 MiB.
	ImageCache int
	// Interpreter interprets the WebAssembly instead of compiling it: for systems
	// other than amd64 and arm64, which do so anyway, and for checking one against
	// the other. About 20 times slower, and scripts may recurse 400 deep, not thousands.
	Interpreter bool
}

// Engine holds the compiled guest and its base image. It is safe for concurrent
// use; one for a process is enough.
type Engine struct {
	config      Config
	module      []byte
	reservation uint64
	runtime     wazero.Runtime
	cache       wazero.CompilationCache // nil when there is none
	compiled    wazero.CompiledModule
	base        *image
	images      *imageCache
	budget      *semaphore.Weighted

	mutex  sync.Mutex
	idle   []*instance // in the order in which their runs ended
	trim   *time.Timer // runs while there are more than IdleSlots
	closed bool
}

// New makes an engine: it compiles the guest, or takes it from the cache, and
// builds the base image. That takes half a second, with a cache about 20 ms.
// Close frees it.
func New(ctx context.Context, config Config) (*Engine, error) {
	return newEngine(ctx, config, wasm.Module())
}

func newEngine(ctx context.Context, config Config, module []byte) (*Engine, error) {
	if config.MaxMemory == 0 {
		config.MaxMemory = defaultMemory
	}
	if config.MaxMemory < minMemory || config.MaxMemory > maxMemory {
		return nil, fmt.Errorf("host: Config.MaxMemory is %d, must be %d to %d",
			config.MaxMemory, minMemory, maxMemory)
	}
	if config.IdleSlots == 0 {
		config.IdleSlots = 2 * runtime.GOMAXPROCS(0)
	}
	if config.ImageCache == 0 {
		config.ImageCache = defaultImageCache
	}
	if config.MemoryBudget == 0 {
		config.MemoryBudget = defaultMemoryBudget
	}
	if config.MemoryBudget < config.MaxMemory+memorySlack {
		return nil, fmt.Errorf("host: Config.MemoryBudget is %d, less than one run may take: %d",
			config.MemoryBudget, config.MaxMemory+memorySlack)
	}
	e := &Engine{
		config: config, module: module,
		reservation: uint64(config.MaxMemory) + memorySlack,
		images:      newImageCache(config.ImageCache),
		budget:      semaphore.NewWeighted(config.MemoryBudget),
	}
	if err := e.start(ctx); err != nil {
		if e.runtime != nil {
			_ = e.runtime.Close(ctx)
		}
		return nil, fmt.Errorf("host: %w", err)
	}
	return e, nil
}

const (
	defaultImageCache   = 64 << 20
	defaultMemoryBudget = 8 << 30
)

// admit waits until a run with these limits fits into the memory budget. The
// caller calls the function it returns when the run has ended.
func (e *Engine) admit(ctx context.Context, limits Limits) (leave func(), err error) {
	weight := limits.Memory + memorySlack
	if err := e.budget.Acquire(ctx, weight); err != nil {
		return nil, &Error{Code: Cancelled, Message: "the run was cancelled while it waited for memory"}
	}
	return func() { e.budget.Release(weight) }, nil
}

func (e *Engine) start(ctx context.Context) error {
	if err := e.compile(ctx); err != nil {
		return err
	}
	i, err := e.newInstance(ctx)
	if err != nil {
		return err
	}
	// Nothing in the start-up depends on the host: it gets no clock, no randomness
	// and all the steps it wants.
	if err := i.initialise(withRun(ctx, startupRun(ctx))); err != nil {
		return fmt.Errorf("initialising the guest: %w", err)
	}
	if e.base, err = newBaseImage(i); err != nil {
		return err
	}
	i.home = i.memory.Size()
	e.release(i)
	return nil
}

// hostModule is the module name that the guest imports from.
const hostModule = "cloche"

func (e *Engine) newRuntime(ctx context.Context, cache wazero.CompilationCache) error {
	config := wazero.NewRuntimeConfig()
	if e.config.Interpreter {
		config = wazero.NewRuntimeConfigInterpreter()
	}
	// How far memory grows is for linearMemory alone to say: with a second limit here a
	// refusal would go unnoticed where that is met first.
	config = config.
		WithCoreFeatures(api.CoreFeaturesV2).
		WithDebugInfoEnabled(false)
	if cache != nil {
		config = config.WithCompilationCache(cache)
	}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	i32 := api.ValueTypeI32
	_, err := e.runtime.NewHostModuleBuilder(hostModule).
		NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(tick), []api.ValueType{i32}, []api.ValueType{i32}).
		Export("tick").
		NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(hostCall), []api.ValueType{i32, i32, i32}, []api.ValueType{i32}).
		Export("host_call").
		Instantiate(ctx)
	return err
}

func moduleConfig() wazero.ModuleConfig {
	// No name: instances must not collide. No start function: memory comes from an
	// image.
	return wazero.NewModuleConfig().WithName("").WithStartFunctions()
}

// compile compiles the guest, by way of the cache when there is one.
func (e *Engine) compile(ctx context.Context) error {
	err := e.compileWith(ctx, e.openCache())
	if err == nil || e.cache == nil {
		return err
	}
	// A cache that cannot be read is no reason to fail: rebuild it, and if that
	// does not help either, do without.
	e.discardCache(ctx)
	if err = e.compileWith(ctx, e.openCache()); err != nil && e.cache != nil {
		e.discardCache(ctx)
		err = e.compileWith(ctx, nil)
	}
	return err
}

func (e *Engine) compileWith(ctx context.Context, cache wazero.CompilationCache) error {
	e.cache = cache
	if err := e.newRuntime(ctx, cache); err != nil {
		return err
	}
	compiled, err := e.runtime.CompileModule(ctx, e.module)
	if err != nil {
		return fmt.Errorf("compiling the guest: %w", err)
	}
	e.compiled = compiled
	return nil
}

// acquire returns an instance in the state of img.
func (e *Engine) acquire(ctx context.Context, img *image) (*instance, error) {
	if e.isClosed() {
		return nil, ErrClosed
	}
	i := e.takeIdle(img)
	if i == nil {
		var err error
		if i, err = e.newInstance(ctx); err != nil {
			return nil, err
		}
	}
	i.linear.limit = i.linear.reservation
	if ok, err := img.restore(i); !ok || err != nil {
		i.close(ctx)
		return nil, fmt.Errorf("restoring an instance: %w", err)
	}
	i.home = i.memory.Size()
	return i, nil
}

// takeIdle takes the idle instance that is closest to what img needs: one that ran
// the same large script, one of the same size, or one that can grow to it.
func (e *Engine) takeIdle(img *image) *instance {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	best, rank := -1, 0
	for n := len(e.idle) - 1; n >= 0; n-- {
		i, r := e.idle[n], 0
		switch size := i.memory.Size(); {
		case size == img.size && i.upper == img.upper():
			r = 3
		case size == img.size:
			r = 2
		case size < img.size:
			r = 1
		}
		if r > rank {
			best, rank = n, r
		}
		if rank == 3 {
			break
		}
	}
	if best < 0 {
		return nil
	}
	i := e.idle[best]
	e.idle = slices.Delete(e.idle, best, best+1)
	return i
}

func (e *Engine) isClosed() bool {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.closed
}

// release takes an instance back. What a run left in it is wiped at once rather
// than at the next run: an idle slot holds no secrets.
func (e *Engine) release(i *instance) {
	i.current = nil
	if !e.clean(i) || !e.putIdle(i) {
		i.close(context.Background())
	}
}

// clean wipes an instance. It reports false when its memory has grown: another run
// would find more than its image has.
func (e *Engine) clean(i *instance) bool {
	memory, err := i.bytes()
	if err != nil || uint32(len(memory)) != i.home {
		return false
	}
	if i.holds != nil {
		return true // nothing ran
	}
	i.uses++
	if e.base.wipe(i, memory[:e.base.size]) != nil {
		return false
	}
	i.holds = e.base
	above := memory[e.base.size:]
	if i.upper != nil {
		i.upperClean = i.restoreFrozen(&i.upper, i.upper, above) == nil
		return i.upperClean
	}
	clear(above)
	return true
}

// idleTime is how long a sandbox beyond Config.IdleSlots waits for another run. Making a
// new one takes as long as many runs, and where scripts wait for a network more of
// them are in use than there are processors, by turns.
const idleTime = 10 * time.Second

// putIdle keeps an instance for the next run.
func (e *Engine) putIdle(i *instance) bool {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.closed {
		return false
	}
	i.idleSince = time.Now()
	e.idle = append(e.idle, i)
	if len(e.idle) > e.config.IdleSlots && e.trim == nil {
		e.trim = time.AfterFunc(idleTime, func() { e.closeIdle(time.Now().Add(-idleTime)) })
	}
	return true
}

// closeIdle closes what is beyond Config.IdleSlots and has waited since a time or longer,
// and sees to it that the others are looked at again.
func (e *Engine) closeIdle(since time.Time) {
	for _, i := range e.takeUnused(since) {
		i.close(context.Background())
	}
}

func (e *Engine) takeUnused(since time.Time) []*instance {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	n := 0
	for n < len(e.idle)-e.config.IdleSlots && !e.idle[n].idleSince.After(since) {
		n++
	}
	unused := slices.Clone(e.idle[:n])
	e.idle = slices.Delete(e.idle, 0, n)
	if e.closed || len(e.idle) <= e.config.IdleSlots {
		e.trim = nil
	} else {
		e.trim.Reset(idleTime)
	}
	return unused
}

// Close frees the engine. Runs that are under way must have ended: cancel their
// contexts and wait for them first.
func (e *Engine) Close(ctx context.Context) error {
	e.mutex.Lock()
	e.closed = true
	idle := e.idle
	e.idle = nil
	if e.trim != nil {
		e.trim.Stop()
	}
	e.mutex.Unlock()
	for _, i := range idle {
		i.close(ctx)
	}
	err := e.runtime.Close(ctx)
	if e.cache != nil {
		err = errors.Join(err, e.cache.Close(ctx))
	}
	return err
}

// Artifact returns the SHA-256 of the guest in hexadecimal: the version of the
// engine that ran a script, for records.
func Artifact() string { return wasm.SHA256() }

// QuickJSVersion is the version of QuickJS-NG that scripts run in.
const QuickJSVersion = wasm.Version
