package worker

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Engine is what a worker measures. It is used by one goroutine at a time, except
// that scripts run in parallel.
type Engine interface {
	// Prepare says what every sandbox holds.
	Prepare(Sandbox, Host) error
	// Install makes a script ready to be run any number of times, by whatever
	// means the engine has of not parsing it again.
	Install(source string, functions map[string]Func) (Script, error)
}

// Script is an installed script. It is safe for concurrent use.
type Script interface {
	// Run runs the script in a fresh sandbox and frees the sandbox. It returns the
	// time of the evaluation alone; 0 when the engine cannot tell.
	Run() (time.Duration, error)
}

// Holder is an Engine that has no pool: Hold makes fresh sandboxes that are ready
// for a script, and keeps them until release.
type Holder interface {
	Hold(count int) (release func(), err error)
}

// Func is a host function of the benchmark.
type Func func(text string) string

// Host is what the API's host functions do. It is safe for concurrent use.
type Host struct {
	// Log takes a line of a script's log.
	Log func(line string)
}

// server is a worker's state.
type server struct {
	engine  Engine
	scripts map[string]Script
	report  atomic.Pointer[string]
	logged  atomic.Int64
	blocked chan struct{} // a value for every script that begins to wait
	release chan struct{} // closed: they go on
}

// Serve answers requests until the input ends.
func Serve(engine Engine, in io.Reader, out io.Writer) error {
	s := &server{engine: engine, scripts: map[string]Script{}}
	lines := bufio.NewReader(in)
	encoder := json.NewEncoder(out)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := encoder.Encode(s.answer(line)); err != nil {
			return err
		}
	}
}

func (s *server) answer(line []byte) (response Response) {
	defer func() {
		if problem := recover(); problem != nil {
			response = Response{Error: fmt.Sprint("panic: ", problem)}
		}
	}()
	var request Request
	err := json.Unmarshal(line, &request)
	if err == nil {
		response, err = s.do(request)
	}
	if err != nil {
		return Response{Error: err.Error()}
	}
	return response
}

func (s *server) do(r Request) (Response, error) {
	switch r.Op {
	case OpPrepare:
		host := Host{Log: func(string) { s.logged.Add(1) }}
		return Response{}, s.engine.Prepare(*r.Sandbox, host)
	case OpInstall:
		script, err := s.engine.Install(r.Source, s.functions(r.Functions))
		s.scripts[r.Name] = script
		return Response{}, err
	case OpMemory:
		return s.memory(r)
	}
	script := s.scripts[r.Name]
	if script == nil {
		return Response{}, fmt.Errorf("no script %q is installed", r.Name)
	}
	switch r.Op {
	case OpRun:
		return s.run(r, script)
	case OpPause:
		return s.pause(script)
	}
	return Response{}, fmt.Errorf("unknown operation %q", r.Op)
}

func (s *server) functions(names []string) map[string]Func {
	all := map[string]Func{
		"report": func(text string) string {
			s.report.Store(&text)
			return ""
		},
		"echo": func(text string) string { return text },
		"block": func(string) string {
			s.blocked <- struct{}{}
			<-s.release
			return ""
		},
	}
	functions := make(map[string]Func, len(names))
	for _, name := range names {
		functions[name] = all[name]
	}
	return functions
}

// run shares the runs among goroutines. The heap is collected before, so that no
// run pays for what came earlier, and its garbage is its own from there on.
func (s *server) run(r Request, script Script) (Response, error) {
	runtime.GC()
	s.report.Store(nil)
	s.logged.Store(0)
	workers := max(r.Workers, 1)
	var wait sync.WaitGroup
	parts, failures := make([]Response, workers), make([]error, workers)
	start := time.Now()
	for n := range workers {
		wait.Go(func() {
			count := r.Count / workers
			parts[n], failures[n] = repeat(script, count, time.Duration(r.Budget), start)
		})
	}
	wait.Wait()
	response := Response{Elapsed: int64(time.Since(start)), Logged: s.logged.Load()}
	for _, part := range parts {
		response.Total = append(response.Total, part.Total...)
		response.Eval = append(response.Eval, part.Eval...)
	}
	if text := s.report.Load(); text != nil {
		response.Report = *text
	}
	return response, errors.Join(failures...)
}

// attempt runs the script once; a panic is an error of the engine.
func attempt(script Script) (spent time.Duration, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("panic: %v", problem)
		}
	}()
	return script.Run()
}

func repeat(script Script, count int, budget time.Duration, start time.Time) (Response, error) {
	response := Response{Total: make([]int64, 0, count), Eval: make([]int64, 0, count)}
	for n := 0; n < max(count, 1); n++ {
		began := time.Now()
		if n > 0 && budget > 0 && began.Sub(start) > budget {
			break
		}
		eval, err := attempt(script)
		if err != nil {
			return response, err
		}
		total := time.Since(began)
		if eval == 0 {
			eval = total
		}
		response.Total = append(response.Total, int64(total))
		response.Eval = append(response.Eval, int64(eval))
	}
	return response, nil
}

// pause collects garbage while the script runs once in another goroutine.
func (s *server) pause(script Script) (Response, error) {
	runtime.GC()
	before := readPauses()
	done := make(chan error, 1)
	go func() {
		_, err := attempt(script)
		done <- err
	}()
	var response Response
	for {
		select {
		case err := <-done:
			response.Pauses = readPauses().since(before)
			return response, err
		case <-time.After(5 * time.Millisecond):
			start := time.Now()
			runtime.GC()
			response.Collections = append(response.Collections, int64(time.Since(start)))
		}
	}
}
