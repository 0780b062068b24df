package main

import (
	"testing"

	"cloche/bench/engines"
	"cloche/bench/worker"
)

// The checksum of a program is the same wherever it runs: what the engines are
// compared by is the same work.
func TestProgramsAgree(t *testing.T) {
	t.Parallel()
	list, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 16 {
		t.Fatalf("%d programs", len(list))
	}
	ours, peer := prepared(t, &engines.Ours{}), prepared(t, &engines.Goja{})
	for _, p := range list {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			got, want := checksum(t, ours, p), checksum(t, peer, p)
			if got != want || got == "" {
				t.Errorf("cloche computed %q, goja %q", got, want)
			}
		})
	}
}

func prepared(t *testing.T, e worker.Engine) worker.Engine {
	t.Helper()
	sandbox := worker.Sandbox{Activity: "{}", Project: "{}"}
	if err := e.Prepare(sandbox, worker.Host{Log: func(string) {}}); err != nil {
		t.Fatal(err)
	}
	return e
}

func checksum(t *testing.T, e worker.Engine, p program) (text string) {
	t.Helper()
	report := func(reported string) string {
		text = reported
		return ""
	}
	script, err := e.Install(p.source, map[string]worker.Func{"report": report})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := script.Run(); err != nil {
		t.Fatal(err)
	}
	return text
}

// A run of the handler reads storage and the activity and ends with one line.
func TestHandler(t *testing.T) {
	t.Parallel()
	for size, source := range map[string]string{
		"small":    smallSource,
		"handler":  handlerSource,
		"bundle":   bundle(20<<10) + smallSource,
		"topLevel": topLevel(20<<10) + smallSource,
	} {
		t.Run(size, func(t *testing.T) {
			t.Parallel()
			var lines []string
			sandbox := worker.Sandbox{
				Activity: `{"type": "environment.push", "environments": ["pr-42"], "result": "success", "payload": {"commits_count": 1}}`,
				Project:  "{}",
			}
			e := &engines.Ours{}
			host := worker.Host{Log: func(line string) { lines = append(lines, line) }}
			if err := e.Prepare(sandbox, host); err != nil {
				t.Fatal(err)
			}
			script, err := e.Install(source, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := script.Run(); err != nil {
				t.Fatal(err)
			}
			const want = "Nothing new: environment.push pr-42 success 1 commit"
			if len(lines) != 1 || lines[0] != want {
				t.Errorf("the log is %q, want %q", lines, want)
			}
		})
	}
}
