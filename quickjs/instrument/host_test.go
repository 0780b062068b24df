package instrument

import (
	"context"
	"crypto/sha256"
	"math"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// engines are the two ways wazero runs a module.
func engines() map[string]wazero.RuntimeConfig {
	features := api.CoreFeaturesV2 | experimental.CoreFeaturesTailCall
	return map[string]wazero.RuntimeConfig{
		"compiler":    wazero.NewRuntimeConfigCompiler().WithCoreFeatures(features),
		"interpreter": wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(features),
	}
}

// host runs modules and plays the tick's part.
type host struct {
	runtime wazero.Runtime
	refill  int32 // what a tick adds to the fuel
	ticks   int
}

// newHost returns a host on an engine.
func newHost(t testing.TB, config wazero.RuntimeConfig) *host {
	t.Helper()
	ctx := t.Context()
	h := &host{runtime: wazero.NewRuntimeWithConfig(ctx, config)}
	t.Cleanup(func() { h.runtime.Close(context.Background()) })
	_, err := h.runtime.NewHostModuleBuilder(DefaultTickModule).NewFunctionBuilder().
		WithFunc(func(fuel int32) int32 {
			h.ticks++
			return fuel + h.refill
		}).Export(DefaultTickName).Instantiate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Outcome is what can be seen of a call.
type Outcome struct {
	Results []uint64
	Trapped bool
	Memory  [sha256.Size]byte
}

// metered is an outcome with what it took.
type metered struct {
	Outcome
	Steps int // fuel used up; counts only what happened after instantiation
	Ticks int
}

// unlimited is a refill after which a test doesn't see another tick.
const unlimited = math.MaxInt32 / 2

// run instantiates a module and calls an exported function. If the module has
// fuel, it starts with the given amount.
func (h *host) run(t testing.TB, wasm []byte, fuel, refill int32, name string, args ...uint64) metered {
	t.Helper()
	ctx := t.Context()
	h.refill, h.ticks = refill, 0
	mod, err := h.runtime.InstantiateWithConfig(ctx, wasm, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		t.Fatalf("instantiate: %v", err)
	}
	defer mod.Close(ctx)
	counter, _ := mod.ExportedGlobal(DefaultFuelExport).(api.MutableGlobal)
	if counter != nil {
		h.ticks = 0
		counter.Set(api.EncodeI32(fuel))
	}
	var out metered
	out.Results, err = mod.ExportedFunction(name).Call(ctx, args...)
	out.Trapped = err != nil
	if memory := mod.ExportedMemory("memory"); memory != nil {
		content, _ := memory.Read(0, memory.Size())
		out.Memory = sha256.Sum256(content)
	}
	if counter != nil {
		out.Ticks = h.ticks
		left := api.DecodeI32(counter.Get())
		out.Steps = int(fuel) + h.ticks*int(refill) - int(left)
	}
	return out
}

// mustInstrument instruments a module and checks that the result verifies.
func mustInstrument(t testing.TB, wasm []byte, opts Options) ([]byte, Report) {
	t.Helper()
	out, report, err := Instrument(wasm, opts)
	if err != nil {
		t.Fatalf("Instrument: %v", err)
	}
	verified, err := Verify(out, VerifyOptions{})
	if err != nil {
		t.Fatalf("Verify: %v", err)
	}
	checkReports(t, report, verified)
	return out, report
}

// checkReports compares what Instrument says with what Verify has seen.
func checkReports(t testing.TB, report Report, verified VerifyReport) {
	t.Helper()
	if got, want := len(verified.Loops), report.Loops; got != want {
		t.Errorf("Verify sees %d loops, Instrument %d", got, want)
	}
	if report.Loops != report.LoopChecks+len(report.Exempted) {
		t.Errorf("loops don't add up: %+v", report)
	}
	for _, l := range verified.Unchecked {
		allowed := false
		for _, e := range report.Exempted {
			allowed = allowed || e.FuncIndex == l.FuncIndex && e.LoopIndex == l.LoopIndex
		}
		if !allowed {
			t.Errorf("unchecked loop that isn't exempt: %+v", l)
		}
	}
}
