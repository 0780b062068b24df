package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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

// server is a runner of its own.
type server struct {
	dir     string
	url     string
	command *exec.Cmd
	client  *http.Client
}

const secret = "a-secret-for-load-tests-of-enough-length-012345"

func startServer(ctx context.Context, program string, flags []string) (*server, error) {
	dir, err := os.MkdirTemp("", "cloche-load-*")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}, Timeout: time.Minute}}
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
			s.url = url
			go func() { _, _ = io.Copy(os.Stderr, stderr) }()
			return s, nil
		}
		fmt.Fprintln(os.Stderr, lines.Text())
	}
	return nil, fmt.Errorf("the server ended: %w", s.command.Wait())
}

// stop ends the server and removes what it wrote.
func (s *server) stop() error {
	_ = s.command.Process.Signal(syscall.SIGTERM)
	err := s.command.Wait()
	return errorsJoin(err, os.RemoveAll(s.dir))
}

func errorsJoin(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// call sends JSON and reads the answer.
func (s *server) call(method, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, s.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
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

// project makes a project with scripts, and has its deliveries signed.
func (s *server) project(scripts ...string) (string, []string, error) {
	var p created
	if err := s.call("POST", "/api/projects", map[string]any{"name": "load"}, &p); err != nil {
		return "", nil, err
	}
	id := p.Embedded.Entity.ID
	if err := s.call("PUT", "/api/projects/"+id+"/webhook", map[string]any{"scheme": "jws", "secrets": []string{secret}}, nil); err != nil {
		return "", nil, err
	}
	integrations := make([]string, len(scripts))
	for n, script := range scripts {
		var i created
		if err := s.call("POST", "/api/projects/"+id+"/integrations", map[string]any{"type": "script", "script": script}, &i); err != nil {
			return "", nil, err
		}
		integrations[n] = i.Embedded.Entity.ID
	}
	return id, integrations, nil
}

// deliver sends a signed activity, as a vendor would.
func (s *server) deliver(project string, body []byte) error {
	header, err := webhook.Sign(webhook.JWS, secret, body, "", time.Now())
	if err != nil {
		return err
	}
	request, err := http.NewRequest("POST", s.url+"/hooks/"+project, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header = header
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
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

// metric reads one figure of the server.
func (s *server) metric(name string) (float64, error) {
	response, err := s.client.Get(s.url + "/metrics")
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

// resident returns the server's memory in bytes, and the processor time it has used in
// seconds.
func (s *server) resident() (bytes, seconds float64, err error) {
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
