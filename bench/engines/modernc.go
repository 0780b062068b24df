package engines

import (
	"errors"
	"fmt"
	"time"

	"modernc.org/quickjs"

	"cloche/bench/worker"
)

// Modernc makes a fresh quickjs.VM for every run: QuickJS translated from C to Go.
// Underscore, the API and the script are compiled to bytecode once.
type Modernc struct {
	api     api
	prelude [][]byte
}

// Prepare implements worker.Engine.
func (m *Modernc) Prepare(s worker.Sandbox, h worker.Host) (err error) {
	if m.api, err = newAPI(s, h); err != nil {
		return err
	}
	for _, source := range []string{s.Underscore, s.API} {
		if source == "" {
			continue
		}
		bytecode, err := m.compile(source)
		if err != nil {
			return err
		}
		m.prelude = append(m.prelude, bytecode)
	}
	return nil
}

func (m *Modernc) compile(source string) ([]byte, error) {
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, err
	}
	defer vm.Close()
	return vm.Compile(source, quickjs.EvalGlobal)
}

// Install implements worker.Engine.
func (m *Modernc) Install(source string, functions map[string]worker.Func) (worker.Script, error) {
	bytecode, err := m.compile(source)
	return &moderncScript{m, bytecode, functions}, err
}

// Hold implements worker.Holder.
func (m *Modernc) Hold(count int) (func(), error) {
	var kept []*quickjs.VM
	release := func() {
		for _, vm := range kept {
			_ = vm.Close()
		}
	}
	for range count {
		vm, err := m.sandbox(nil)
		if err != nil {
			release()
			return nil, err
		}
		kept = append(kept, vm)
	}
	return release, nil
}

func (m *Modernc) sandbox(functions map[string]worker.Func) (*quickjs.VM, error) {
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, err
	}
	if err := m.fill(vm, functions); err != nil {
		return nil, errors.Join(err, vm.Close())
	}
	return vm, nil
}

func (m *Modernc) fill(vm *quickjs.VM, functions map[string]worker.Func) error {
	for name, f := range functions {
		if err := vm.RegisterHostFunc(name, func(args []any) (any, error) {
			return f(textOf(args, 0)), nil
		}); err != nil {
			return err
		}
	}
	for name, f := range m.api.functions() {
		if err := vm.RegisterHostFunc(name, func(args []any) (any, error) {
			return f([3]string{textOf(args, 0), textOf(args, 1), textOf(args, 2)})
		}); err != nil {
			return err
		}
	}
	for _, bytecode := range m.prelude {
		if err := evaluate(vm, bytecode); err != nil {
			return err
		}
	}
	return nil
}

// textOf returns an argument as a string, as String in JavaScript has it for what
// the benchmark passes.
func textOf(args []any, n int) string {
	if n >= len(args) {
		return ""
	}
	if text, ok := args[n].(string); ok {
		return text
	}
	return fmt.Sprint(args[n])
}

func evaluate(vm *quickjs.VM, bytecode []byte) error {
	value, err := vm.EvalBytecodeValue(bytecode)
	if err != nil {
		return err
	}
	value.Free()
	_, err = vm.ExecutePendingJobs()
	return err
}

type moderncScript struct {
	engine    *Modernc
	bytecode  []byte
	functions map[string]worker.Func
}

// Run implements worker.Script.
func (s *moderncScript) Run() (spent time.Duration, err error) {
	vm, err := s.engine.sandbox(s.functions)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, vm.Close()) }()
	start := time.Now()
	err = evaluate(vm, s.bytecode)
	return time.Since(start), err
}
