package webhook_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloche/webhook"
)

// TestExplain runs what Explain says, with a curl that shows the headers it was
// given, and verifies them.
func TestExplain(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"sh", "openssl", "od"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is missing", tool)
			}
			t.Skipf("%s is missing", tool)
		}
	}
	body := []byte("{\"text\":\"100% \\\\ é 'x' \\\"$HOME\\\" `id`\"}\n")
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "body.json"), body, 0o600); err != nil {
		t.Fatal(err)
	}
	const curl = `h=0; curl() { for a in "$@"; do if [ "$h" = 1 ]; then printf '%s\n' "$a"; h=0; elif [ "$a" = -H ]; then h=1; fi; done; }` + "\n"
	for _, scheme := range webhook.Schemes() {
		text := webhook.Explain(scheme)
		if lines := strings.Count(text, "\n") + 1; lines < 2 || lines > 5 {
			t.Errorf("%s: %d lines", scheme, lines)
		}
		secret := secretFor(t, scheme)
		command := exec.CommandContext(t.Context(), "sh", "-eu", "-c", curl+text)
		command.Dir = directory
		command.Env = append(os.Environ(), "SECRET="+secret, "URL=https://h.example/")
		output, err := command.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", scheme, err, output)
			continue
		}
		header := http.Header{}
		for line := range strings.Lines(string(output)) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			header.Add(name, value)
		}
		if header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %v", scheme, header)
		}
		if _, err := webhook.Verify(scheme, secretsFor(scheme, secret), header, body, time.Now()); err != nil {
			t.Errorf("%s: %v, %q", scheme, err, output)
		}
	}
	if got := webhook.Explain("x"); got != "" {
		t.Errorf("%q", got)
	}
}
