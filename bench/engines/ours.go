// Package engines has the engines that run in the benchmark's own binary, each as
// a worker.Engine: ours, goja, modernc.org/quickjs.
package engines

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"cloche/bench/worker"
	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/memory"
)

// Ours is package host with the functions of package hostfuncs: storage in memory,
// fetch with canned answers. Its sandboxes bring Underscore and the API.
type Ours struct {
	engine            *host.Engine
	space             storage.Space
	fetch             *hostfuncs.Mock
	log               func(string)
	activity, project json.RawMessage
}

// The one entry of storage: what scripts/handler.js asks for.
const (
	storageKey   = "state:pr-42"
	storageValue = "success"
)

// newSpace returns a key space with the one entry.
func newSpace() (storage.Space, error) {
	space := storage.Open(memory.New(), "bench", storage.Limits{})
	return space, space.Set(context.Background(), storageKey, storage.String(storageValue))
}

// Prepare implements worker.Engine.
func (o *Ours) Prepare(s worker.Sandbox, h worker.Host) (err error) {
	ctx := context.Background()
	// The budget counts what runs may take; a thousand at a time may take 80 GiB.
	config := host.Config{IdleSlots: s.Slots, MemoryBudget: 1 << 40}
	if o.engine, err = host.New(ctx, config); err != nil {
		return err
	}
	if o.fetch, err = hostfuncs.NewMock([]byte("[]")); err != nil {
		return err
	}
	o.activity, o.project, o.log = json.RawMessage(s.Activity), json.RawMessage(s.Project), h.Log
	o.space, err = newSpace()
	return err
}

// Install implements worker.Engine.
func (o *Ours) Install(source string, functions map[string]worker.Func) (worker.Script, error) {
	script, err := o.engine.Compile(context.Background(), "bench.js", []byte(source))
	if err != nil {
		return nil, err
	}
	extra := make(map[string]host.Func, len(functions))
	for name, f := range functions {
		extra[name] = func(_ context.Context, call *host.Call) (host.Value, error) {
			return host.StringValue(f(call.Arg(0).Text())), nil
		}
	}
	return &ourScript{o, script, extra}, nil
}

type ourScript struct {
	engine *Ours
	script *host.Script
	extra  map[string]host.Func
}

// unlimited lets a program run for as long as it needs: the checks are the same
// whatever the limits.
var unlimited = host.Limits{CPU: time.Hour, Wall: time.Hour, HostCalls: 1 << 30}

// Run implements worker.Script. The evaluation is the whole run: it cannot be told
// apart, and is charged with the restoring of the sandbox.
func (s *ourScript) Run() (time.Duration, error) {
	functions := hostfuncs.Grants{Fetch: s.engine.fetch.Run(), Storage: &s.engine.space}.Functions()
	maps.Copy(functions, s.extra)
	result, err := s.script.Run(context.Background(), host.Run{
		Activity:  s.engine.activity,
		Project:   s.engine.project,
		Functions: functions,
		Limits:    unlimited,
	})
	for _, line := range result.Log {
		s.engine.log(line.Text)
	}
	return 0, err
}
