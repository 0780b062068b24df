package engines

import (
	"time"

	"github.com/dop251/goja"

	"cloche/bench/worker"
)

// Goja makes a fresh goja.Runtime for every run. Underscore, the API and the
// script are compiled once and run in each.
type Goja struct {
	api     api
	prelude []*goja.Program
}

// Prepare implements worker.Engine.
func (g *Goja) Prepare(s worker.Sandbox, h worker.Host) (err error) {
	if g.api, err = newAPI(s, h); err != nil {
		return err
	}
	for _, source := range []string{s.Underscore, s.API} {
		if source == "" {
			continue
		}
		program, err := goja.Compile("prelude.js", source, false)
		if err != nil {
			return err
		}
		g.prelude = append(g.prelude, program)
	}
	return nil
}

// Install implements worker.Engine.
func (g *Goja) Install(source string, functions map[string]worker.Func) (worker.Script, error) {
	program, err := goja.Compile("bench.js", source, false)
	return &gojaScript{g, program, functions}, err
}

// Hold implements worker.Holder.
func (g *Goja) Hold(count int) (func(), error) {
	kept := make([]*goja.Runtime, count)
	for n := range kept {
		var err error
		if kept[n], err = g.sandbox(nil); err != nil {
			return nil, err
		}
	}
	return func() { clear(kept) }, nil
}

// sandbox makes a runtime with everything in it; one without a prelude is bare.
func (g *Goja) sandbox(functions map[string]worker.Func) (*goja.Runtime, error) {
	vm := goja.New()
	for name, f := range functions {
		if err := vm.Set(name, func(call goja.FunctionCall) goja.Value {
			return vm.ToValue(f(call.Argument(0).String()))
		}); err != nil {
			return nil, err
		}
	}
	if len(g.prelude) == 0 {
		return vm, nil
	}
	for name, f := range g.api.functions() {
		if err := vm.Set(name, gojaFunction(vm, f)); err != nil {
			return nil, err
		}
	}
	for _, program := range g.prelude {
		if _, err := vm.RunProgram(program); err != nil {
			return nil, err
		}
	}
	return vm, nil
}

func gojaFunction(vm *goja.Runtime, f textFunc) func(goja.FunctionCall) goja.Value {
	return func(call goja.FunctionCall) goja.Value {
		var args [3]string
		for n := range min(len(args), len(call.Arguments)) {
			args[n] = call.Arguments[n].String()
		}
		result, err := f(args)
		if err != nil {
			panic(vm.NewGoError(err))
		}
		return vm.ToValue(result)
	}
}

type gojaScript struct {
	engine    *Goja
	program   *goja.Program
	functions map[string]worker.Func
}

// Run implements worker.Script.
func (s *gojaScript) Run() (time.Duration, error) {
	vm, err := s.engine.sandbox(s.functions)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	_, err = vm.RunProgram(s.program)
	return time.Since(start), err
}
