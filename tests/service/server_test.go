// Package service tests the daemon from outside: a process of its own, HTTP, signals.
package service

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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cloche/internal/cli"
	"cloche/storage/postgres/postgrestest"
	"cloche/webhook"
)

// asRunner has this test binary be the command.
const asRunner = "CLOCHE_TEST_AS_RUNNER"

// engineCache holds the engine's machine code for all servers.
var engineCache string

func TestMain(m *testing.M) {
	if os.Getenv(asRunner) != "" {
		os.Exit(cli.Main(context.Background(), cli.System()))
	}
	var err error
	if engineCache, err = os.MkdirTemp("", "cloche-test-*"); err != nil {
		panic(err)
	}
	code := m.Run()
	databases.Stop()
	_ = os.RemoveAll(engineCache)
	os.Exit(code)
}

// databases is the PostgreSQL of the tests that need one.
var databases postgrestest.Shared

// often returns how often to do what takes long: short with -short, as a rule usual,
// and full when `make test-full` says so.
func often(short, usual, full int) int {
	switch {
	case os.Getenv("CLOCHE_TESTS") == "full":
		return full
	case testing.Short():
		return short
	}
	return usual
}

// server is a `runner serve` of its own.
type server struct {
	t       testing.TB
	dir     string
	flags   []string
	command *exec.Cmd
	url     string
	done    chan error
	log     *logBuffer
}

// newServer starts a server on a new database. It is killed when the test ends.
func newServer(t testing.TB, flags ...string) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir(), flags: flags}
	s.start()
	t.Cleanup(s.kill)
	return s
}

// logBuffer is what a server says, which tests read while it still says it.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String returns all of it.
func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (s *server) database() string { return filepath.Join(s.dir, "runner.db") }

// start starts it, and waits until it says where it listens.
func (s *server) start() {
	s.t.Helper()
	if err := s.tryStart(); err != nil {
		s.t.Fatal(err)
	}
}

func runner(dir string, args ...string) *exec.Cmd {
	command := exec.Command(os.Args[0], args...)
	command.Env = append(os.Environ(), asRunner+"=1", "RUNNER_CACHE_DIR="+engineCache, "HOME="+dir)
	return command
}

func (s *server) tryStart() error {
	args := append([]string{"serve", "--listen", "127.0.0.1:0", "--data-dir", s.dir}, s.flags...)
	s.command = runner(s.dir, args...)
	stderr, err := s.command.StderrPipe()
	if err != nil {
		return err
	}
	if err := s.command.Start(); err != nil {
		return err
	}
	s.done, s.log = make(chan error, 1), new(logBuffer)
	listening := make(chan string, 1)
	go func(command *exec.Cmd, done chan<- error, log *logBuffer) {
		lines := bufio.NewScanner(io.TeeReader(stderr, log))
		for lines.Scan() {
			if _, url, found := strings.Cut(lines.Text(), "listening on "); found {
				listening <- url
			}
		}
		close(listening)
		done <- command.Wait()
	}(s.command, s.done, s.log)
	select {
	case url, ok := <-listening:
		if !ok {
			return fmt.Errorf("the server ended: %v\n%s", s.wait(), s.log)
		}
		s.url = url
		return nil
	case <-time.After(30 * time.Second):
		s.kill()
		return fmt.Errorf("the server does not get ready")
	}
}

// kill ends the process at once.
func (s *server) kill() {
	_ = s.command.Process.Kill()
	s.wait()
}

func (s *server) wait() error {
	if s.done == nil {
		return nil
	}
	err := <-s.done
	s.done = nil
	return err
}

// stop ends the server the gentle way.
func (s *server) stop() {
	s.t.Helper()
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	log := s.log
	if err := s.wait(); err != nil {
		s.t.Fatalf("the server ended with %v:\n%s", err, log)
	}
}

// call sends JSON and returns the answer; status is what is wanted.
func (s *server) call(method, path string, body any, status int) map[string]any {
	s.t.Helper()
	answer, got, err := s.try(method, path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	if got != status {
		s.t.Fatalf("%s %s: status %d, want %d: %v", method, path, got, status, answer)
	}
	return answer
}

func (s *server) try(method, path string, body any) (map[string]any, int, error) {
	var text []byte
	switch body := body.(type) {
	case nil:
	case string:
		text = []byte(body)
	default:
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, 0, err
		}
	}
	request, err := http.NewRequest(method, s.url+path, bytes.NewReader(text))
	if err != nil {
		return nil, 0, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	answer := map[string]any{}
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, 0, err
	}
	if len(raw) > 0 && raw[0] == '[' { // a list, as "list"
		raw = append(append([]byte(`{"list":`), raw...), '}')
	}
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &answer)
	}
	return answer, response.StatusCode, err
}

var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// text returns the body of an answer.
func (s *server) text(path string) string {
	s.t.Helper()
	response, err := client.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s: status %d, %v", path, response.StatusCode, err)
	}
	return string(text)
}

// entity returns the ID of what was created.
func entity(answer map[string]any) string {
	embedded, _ := answer["_embedded"].(map[string]any)
	created, _ := embedded["entity"].(map[string]any)
	id, _ := created["id"].(string)
	return id
}

// secret signs the deliveries of all tests.
const secret = "a-secret-for-tests-of-enough-length-0123456789"

// project makes a project whose deliveries are signed by scheme jws.
func (s *server) project() string {
	s.t.Helper()
	id := entity(s.call("POST", "/api/projects", map[string]any{"name": "test"}, 201))
	s.call("PUT", "/api/projects/"+id+"/webhook", map[string]any{"scheme": "jws", "secrets": []string{secret}}, 200)
	return id
}

func (s *server) integration(project, script string, more map[string]any) string {
	s.t.Helper()
	body := map[string]any{"type": "script", "script": script}
	for name, value := range more {
		body[name] = value
	}
	return entity(s.call("POST", "/api/projects/"+project+"/integrations", body, 201))
}

// deliver sends a signed activity.
func (s *server) deliver(project, body string) (answer map[string]any, status int, err error) {
	header, err := webhook.Sign(webhook.JWS, secret, []byte(body), "", time.Now())
	if err != nil {
		return nil, 0, err
	}
	request, err := http.NewRequest("POST", s.url+"/hooks/"+project, strings.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	request.Header = header
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	err = json.NewDecoder(response.Body).Decode(&answer)
	return answer, response.StatusCode, err
}

func (s *server) signal(signal syscall.Signal) {
	s.t.Helper()
	if err := s.command.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

func contains(text, part string) bool { return strings.Contains(text, part) }
