// Package process runs `runner serve` as a process of its own and talks to it, for the
// programs that measure and show servers.
package process

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cloche/webhook"
)

// Server is a runner of its own.
type Server struct {
	dir     string
	URL     string
	command *exec.Cmd
	Client  *http.Client
}

const secret = "a-secret-for-load-tests-of-enough-length-012345"

// Start starts the program on a data directory of its own and waits until it listens.
// flags follow those that every server gets.
func Start(ctx context.Context, program string, flags []string) (*Server, error) {
	dir, err := os.MkdirTemp("", "cloche-load-*")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, Client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}, Timeout: time.Minute}}
	s.command = exec.CommandContext(ctx, program, append([]string{
		"serve", "--listen", "127.0.0.1:0", "--data-dir", dir, "--rate", "1000000", "--burst", "1000000", "--log-level", "warn",
	}, flags...)...)
	stderr, err := s.command.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if _, url, found := strings.Cut(lines.Text(), "listening on "); found {
			s.URL = url
			go func() { _, _ = io.Copy(os.Stderr, stderr) }()
			return s, nil
		}
		fmt.Fprintln(os.Stderr, lines.Text())
	}
	return nil, fmt.Errorf("the server ended: %w", s.command.Wait())
}

// Stop ends the server and removes what it wrote.
func (s *Server) Stop() error {
	_ = s.command.Process.Signal(syscall.SIGTERM)
	return errors.Join(s.command.Wait(), os.RemoveAll(s.dir))
}

// Kill ends the process at once and keeps its directory.
func (s *Server) Kill() {
	_ = s.command.Process.Kill()
	_ = s.command.Wait()
}

// PID is the process.
func (s *Server) PID() int { return s.command.Process.Pid }

// Call sends JSON and reads the answer.
func (s *Server) Call(method, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, s.URL+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.Client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %s", method, path, response.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

type created struct {
	Embedded struct {
		Entity struct {
			ID string `json:"id"`
		} `json:"entity"`
	} `json:"_embedded"`
}

// Project makes a project with scripts, and has its deliveries signed.
func (s *Server) Project(scripts ...string) (string, []string, error) {
	var p created
	if err := s.Call("POST", "/api/projects", map[string]any{"name": "load"}, &p); err != nil {
		return "", nil, err
	}
	id := p.Embedded.Entity.ID
	if err := s.Call("PUT", "/api/projects/"+id+"/webhook", map[string]any{"scheme": "jws", "secrets": []string{secret}}, nil); err != nil {
		return "", nil, err
	}
	integrations := make([]string, len(scripts))
	for n, script := range scripts {
		var i created
		if err := s.Call("POST", "/api/projects/"+id+"/integrations", map[string]any{"type": "script", "script": script}, &i); err != nil {
			return "", nil, err
		}
		integrations[n] = i.Embedded.Entity.ID
	}
	return id, integrations, nil
}

// Deliver sends a signed activity, as a vendor would.
func (s *Server) Deliver(project string, body []byte) error {
	header, err := webhook.Sign(webhook.JWS, secret, body, "", time.Now())
	if err != nil {
		return err
	}
	request, err := http.NewRequest("POST", s.URL+"/hooks/"+project, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header = header
	request.Header.Set("Content-Type", "application/json")
	response, err := s.Client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("intake: %s %s", response.Status, answer)
	}
	return err
}

// Metric reads one figure of the server.
func (s *Server) Metric(name string) (float64, error) {
	response, err := s.Client.Get(s.URL + "/metrics")
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), name+" "); found {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("no metric %s", name)
}

// Resident returns the server's memory in bytes, and the processor time it has used in
// seconds.
func (s *Server) Resident() (bytes, seconds float64, err error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.command.Process.Pid), "statm"))
	if err != nil {
		return 0, 0, err
	}
	pages, err := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	if err != nil {
		return 0, 0, err
	}
	text, err = os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.command.Process.Pid), "stat"))
	if err != nil {
		return 0, 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	user, err := strconv.ParseFloat(fields[11], 64)
	if err != nil {
		return 0, 0, err
	}
	system, err := strconv.ParseFloat(fields[12], 64)
	const ticks = 100 // USER_HZ, which Linux has fixed for user space
	return pages * float64(os.Getpagesize()), (user + system) / ticks, err
}
