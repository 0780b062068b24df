package host

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

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
	// IdleSlots is how many sandboxes are kept for reuse between runs; each holds
	// about 2 MiB. Default twice GOMAXPROCS.
	IdleSlots int
	// Interpreter interprets the WebAssembly instead of compiling it: for systems
	// other than amd64 and arm64, which do so anyway, and for checking one against
	// the other. About 20 times slower.
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

	mutex  sync.Mutex
	idle   []*instance
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
	e := &Engine{config: config, module: module, reservation: uint64(config.MaxMemory) + memorySlack}
	if err := e.start(ctx); err != nil {
		if e.runtime != nil {
			_ = e.runtime.Close(ctx)
		}
		return nil, fmt.Errorf("host: %w", err)
	}
	return e, nil
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
	config = config.
		WithCoreFeatures(api.CoreFeaturesV2).
		WithMemoryLimitPages(uint32(e.reservation / wasmPage)).
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
	for {
		i := e.takeIdle()
		if i == nil {
			break
		}
		if ok, err := img.restore(i); ok && err == nil {
			return i, nil
		}
		i.close(ctx)
	}
	if e.isClosed() {
		return nil, ErrClosed
	}
	i, err := e.newInstance(ctx)
	if err != nil {
		return nil, err
	}
	if ok, err := img.restore(i); !ok || err != nil {
		i.close(ctx)
		return nil, fmt.Errorf("restoring an instance: %w", err)
	}
	return i, nil
}

func (e *Engine) takeIdle() *instance {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	n := len(e.idle)
	if n == 0 {
		return nil
	}
	i := e.idle[n-1]
	e.idle[n-1] = nil
	e.idle = e.idle[:n-1]
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
	ok, err := e.base.restore(i)
	keep := ok && err == nil
	if keep {
		e.mutex.Lock()
		if keep = !e.closed && len(e.idle) < e.config.IdleSlots; keep {
			e.idle = append(e.idle, i)
		}
		e.mutex.Unlock()
	}
	if !keep {
		i.close(context.Background())
	}
}

// Close frees the engine. Runs that are under way must have ended: cancel their
// contexts and wait for them first.
func (e *Engine) Close(ctx context.Context) error {
	e.mutex.Lock()
	e.closed = true
	idle := e.idle
	e.idle = nil
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
