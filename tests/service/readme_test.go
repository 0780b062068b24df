package service

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReadme types the walk-through of README.md into a shell, in an empty directory.
func TestReadme(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// The shell's runner is this binary.
	link := filepath.Join(dir, "bin", "runner")
	if err := os.Mkdir(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	wrapper := "#!/bin/sh\nexec env " + asRunner + "=1 " + os.Args[0] + ` "$@"` + "\n"
	if err := os.WriteFile(link, []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("bash", "-euo", "pipefail", "-c", walkThrough(t))
	command.Dir = dir
	command.Env = append(os.Environ(), "HOME="+dir, "RUNNER_CACHE_DIR="+engineCache, "RUNNER_LISTEN=127.0.0.1:0",
		"PATH="+filepath.Dir(link)+":"+os.Getenv("PATH"))
	command.WaitDelay = 10 * time.Second
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		`"duplicate":false`, "Ada Example pushed", "(environment.redeploy), run 2", "version 2 saw environment.redeploy", "Deleted integration",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output has no %q:\n%s", want, out)
		}
	}
}

// walkThrough returns the commands of README.md as a shell script that also waits for
// the server and ends it.
func walkThrough(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begun := strings.Cut(string(readme), "<!-- walk-through: begin")
	text, _, ended := strings.Cut(rest, "<!-- walk-through: end")
	if !begun || !ended {
		t.Fatal("README.md has no walk-through")
	}
	var script strings.Builder
	for line := range strings.Lines(text) {
		typed, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		script.WriteString(typed)
		if strings.HasPrefix(typed, "runner serve") {
			// A person looks at the terminal before typing on; the port is free by luck,
			// as it is for a person.
			script.WriteString("server=$!; trap 'kill $server; wait $server' EXIT\n" +
				"for _ in $(seq 300); do [ -e .local/share/cloche/runner.db.server ] && break; sleep 0.1; done\n")
		}
	}
	return script.String()
}
