package worker

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// fake runs a script by calling the functions whose names it consists of.
type fake struct{ host Host }

func (f *fake) Prepare(_ Sandbox, h Host) error {
	f.host = h
	return nil
}

func (f *fake) Install(source string, functions map[string]Func) (Script, error) {
	if source == "syntax error" {
		return nil, errors.New("it does not parse")
	}
	return &fakeScript{f, strings.Fields(source), functions}, nil
}

type fakeScript struct {
	engine    *fake
	calls     []string
	functions map[string]Func
}

func (s *fakeScript) Run() (time.Duration, error) {
	for _, name := range s.calls {
		if name == "log" {
			s.engine.host.Log("a line")
			continue
		}
		s.functions[name]("a text") // panics when there is none
	}
	return time.Nanosecond, nil
}

func TestServe(t *testing.T) {
	t.Parallel()
	requests := []Request{
		{Op: OpPrepare, Sandbox: &Sandbox{}},
		{Op: OpInstall, Name: "a", Source: "log report", Functions: []string{"report"}},
		{Op: OpRun, Name: "a", Count: 5},
		{Op: OpRun, Name: "a", Count: 6, Workers: 2},
		{Op: OpInstall, Name: "b", Source: "syntax error"},
		{Op: OpRun, Name: "none"},
		{Op: OpInstall, Name: "c", Source: "surprise"},
		{Op: OpRun, Name: "c", Count: 1},
		{Op: OpInstall, Name: "d", Source: "block", Functions: []string{"block"}},
		{Op: OpMemory, Name: "d", State: Running, Count: 3},
		{Op: OpMemory, Name: "d", State: Idle, Count: 3},
		{Op: OpPause, Name: "a"},
		{Op: "nonsense", Name: "a"},
	}
	responses := serveAll(t, requests)
	for n, want := range []struct {
		runs   int
		report string
		err    string
	}{
		2:  {runs: 5, report: "a text"},
		3:  {runs: 6, report: "a text"},
		4:  {err: "it does not parse"},
		5:  {err: `no script "none" is installed`},
		7:  {err: "panic"},
		12: {err: "unknown operation"},
	} {
		got := responses[n]
		if len(got.Total) != want.runs || got.Report != want.report || !strings.Contains(got.Error, want.err) || (want.err == "") != (got.Error == "") {
			t.Errorf("%d, %s %s: %+v", n, requests[n].Op, requests[n].Name, got)
		}
		if got.Logged != int64(want.runs) {
			t.Errorf("%d: %d lines for %d runs", n, got.Logged, want.runs)
		}
	}
}

func serveAll(t *testing.T, requests []Request) []Response {
	t.Helper()
	var in, out bytes.Buffer
	encoder := json.NewEncoder(&in)
	for _, r := range requests {
		if err := encoder.Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := Serve(&fake{}, &in, &out); err != nil {
		t.Fatal(err)
	}
	var responses []Response
	for line := range strings.Lines(out.String()) {
		var r Response
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		responses = append(responses, r)
	}
	if len(responses) != len(requests) {
		t.Fatalf("%d responses to %d requests", len(responses), len(requests))
	}
	return responses
}
