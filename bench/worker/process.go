package worker

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// Process is a running worker, as the benchmark sees it.
type Process struct {
	Name    string
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// Start starts a worker.
func Start(name, path string, args ...string) (*Process, error) {
	p := &Process{Name: name, command: exec.Command(path, args...)}
	p.command.Stderr = os.Stderr
	var err error
	if p.in, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// answerLimit is how long one request may take.
const answerLimit = 4 * time.Minute

// Do sends a request and waits for the answer. An error of the engine is an error
// of Do; a worker that does not answer is killed.
func (p *Process) Do(r Request) (Response, error) {
	watchdog := time.AfterFunc(answerLimit, func() { _ = p.command.Process.Kill() })
	defer watchdog.Stop()
	response, err := p.exchange(r)
	if err == nil && response.Error != "" {
		err = errors.New(response.Error)
	}
	if err != nil {
		return Response{}, fmt.Errorf("%s: %s %s: %w", p.Name, r.Op, r.Name, err)
	}
	return response, nil
}

func (p *Process) exchange(r Request) (response Response, err error) {
	line, err := json.Marshal(r)
	if err != nil {
		return response, err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return response, err
	}
	answer, err := p.out.ReadBytes('\n')
	if err != nil {
		return response, fmt.Errorf("the worker gave no answer: %w", err)
	}
	return response, json.Unmarshal(answer, &response)
}

// Close ends the worker.
func (p *Process) Close() {
	_ = p.in.Close()
	ended := time.AfterFunc(5*time.Second, func() { _ = p.command.Process.Kill() })
	defer ended.Stop()
	_ = p.command.Wait() // what it measured is known by now
}
