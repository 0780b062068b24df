package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/fastschema/qjs"

	"cloche/bench/worker"
)

// engine makes a fresh qjs.Runtime for every run. Underscore, the API and the
// script are compiled to bytecode once.
type engine struct {
	kill    bool
	sandbox worker.Sandbox
	host    worker.Host
	store   *store
	prelude [][]byte
}

// store is the storage in memory: the package of ours cannot be had together with
// this wazero.
type store struct {
	mutex  sync.RWMutex
	values map[string]string
}

func (s *store) get(key string) string {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return s.values[key]
}

func (s *store) set(key, value string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.values[key] = value
}

// Prepare implements worker.Engine.
func (e *engine) Prepare(s worker.Sandbox, h worker.Host) error {
	e.sandbox, e.host = s, h
	e.store = &store{values: map[string]string{"state:pr-42": `"success"`}}
	for _, source := range []string{s.Underscore, s.API} {
		if source == "" {
			continue
		}
		bytecode, err := e.compile(source)
		if err != nil {
			return err
		}
		e.prelude = append(e.prelude, bytecode)
	}
	return nil
}

// runtime makes a runtime. With the kill switch its context is one that can end.
func (e *engine) runtime() (*qjs.Runtime, error) {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel // the runtime lives as long as its context: nothing is cancelled here
	return qjs.New(qjs.Option{
		Context:            ctx,
		CloseOnContextDone: e.kill,
		Stdout:             os.Stderr,
	})
}

func (e *engine) compile(source string) ([]byte, error) {
	vm, err := e.runtime()
	if err != nil {
		return nil, err
	}
	defer vm.Close()
	return vm.Compile("bench.js", qjs.Code(source))
}

// Install implements worker.Engine.
func (e *engine) Install(source string, functions map[string]worker.Func) (worker.Script, error) {
	bytecode, err := e.compile(source)
	return &script{e, bytecode, functions}, err
}

// Hold implements worker.Holder.
func (e *engine) Hold(count int) (func(), error) {
	var kept []*qjs.Runtime
	release := func() {
		for _, vm := range kept {
			vm.Close()
		}
	}
	for range count {
		vm, err := e.fresh(nil)
		if err != nil {
			release()
			return nil, err
		}
		kept = append(kept, vm)
	}
	return release, nil
}

// fresh makes a runtime with everything in it.
func (e *engine) fresh(functions map[string]worker.Func) (*qjs.Runtime, error) {
	vm, err := e.runtime()
	if err != nil {
		return nil, err
	}
	for name, f := range functions {
		e.define(vm, name, func(args [3]string) (string, error) { return f(args[0]), nil })
	}
	for name, f := range e.functions() {
		e.define(vm, name, f)
	}
	for _, bytecode := range e.prelude {
		if err := evaluate(vm, bytecode); err != nil {
			vm.Close()
			return nil, err
		}
	}
	return vm, nil
}

func evaluate(vm *qjs.Runtime, bytecode []byte) error {
	value, err := vm.Eval("bench.js", qjs.Bytecode(bytecode))
	if err != nil {
		return err
	}
	value.Free()
	return nil
}

func (e *engine) define(vm *qjs.Runtime, name string, f func([3]string) (string, error)) {
	vm.Context().SetFunc(name, func(this *qjs.This) (*qjs.Value, error) {
		var args [3]string
		for n, value := range this.Args() {
			if n < len(args) {
				args[n] = value.String()
			}
		}
		result, err := f(args)
		if err != nil {
			return nil, err
		}
		return this.Context().NewString(result), nil
	})
}

// functions are what the API in JavaScript stands on.
func (e *engine) functions() map[string]func([3]string) (string, error) {
	return map[string]func([3]string) (string, error){
		"host_log": func(args [3]string) (string, error) {
			e.host.Log(args[0])
			return "", nil
		},
		"host_get": func(args [3]string) (string, error) { return e.store.get(args[0]), nil },
		"host_set": func(args [3]string) (string, error) {
			e.store.set(args[0], args[1])
			return "", nil
		},
		"host_input": func(args [3]string) (string, error) {
			if args[0] == "activity" {
				return e.sandbox.Activity, nil
			}
			return e.sandbox.Project, nil
		},
		"host_hmac":  missing,
		"host_fetch": missing,
	}
}

func missing([3]string) (string, error) {
	return "", errors.New("the benchmark does not come here")
}

type script struct {
	engine    *engine
	bytecode  []byte
	functions map[string]worker.Func
}

// Run implements worker.Script.
func (s *script) Run() (time.Duration, error) {
	vm, err := s.engine.fresh(s.functions)
	if err != nil {
		return 0, err
	}
	defer vm.Close()
	start := time.Now()
	err = evaluate(vm, s.bytecode)
	return time.Since(start), err
}
