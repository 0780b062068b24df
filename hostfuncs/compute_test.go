package hostfuncs_test

import (
	"errors"
	"testing"
	"time"

	"cloche/host"
	"cloche/hostfuncs"
)

// A script cannot compute past its CPU limit by having the host compute for it: a URL
// may take the host 10 ms, which once passed for waiting.
func TestComputingInTheHostIsTheScriptsTime(t *testing.T) {
	t.Parallel()
	engine, err := host.New(t.Context(), host.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close(t.Context()) })
	for name, source := range map[string]string{
		"parsing a path":         `const u = "http://h/" + "/".repeat(5600); for (;;) URL.canParse(u)`,
		"parsing a path of dots": `const u = "http://h/" + "a/".repeat(2500) + "x".repeat(300); for (;;) URL.canParse(u)`,
		"parsing a user name":    `const u = "http://" + "@".repeat(2000) + "h/"; for (;;) URL.canParse(u)`,
		"setting a path":         `const u = new URL("http://h/"); const p = "/".repeat(5600); for (;;) u.pathname = p`,
		"hashing":                `const t = "x".repeat(4e5); for (;;) crypto.createHash("md5").update(t).digest()`,
		"hashing with a key":     `const t = "x".repeat(4e5); for (;;) crypto.createHmac("sha512", t).update(t).digest()`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script, err := engine.Compile(t.Context(), "s.js", []byte(source))
			if err != nil {
				t.Fatal(err)
			}
			limits := host.Limits{CPU: 100 * time.Millisecond, Wall: 20 * time.Second}
			result, err := script.Run(t.Context(), host.Run{Functions: hostfuncs.Grants{}.Functions(), Limits: limits})
			if !errors.Is(err, host.CPULimit) {
				t.Errorf("it ended with %v, want cpu_limit", err)
			}
			// One call more, that is, which the race detector makes ten times as long.
			if over := result.Receipt.CPU - limits.CPU; over > time.Second {
				t.Errorf("it computed for %v past its limit", over)
			}
		})
	}
}
