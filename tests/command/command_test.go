// Package command tests the program runner as people use it: whole commands,
// their output and exit codes.
package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cloche/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"runner": func() { os.Exit(cli.Main(context.Background(), cli.System())) },
	})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	// One cache for all commands: they compile the engine once.
	cache := t.TempDir()
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			server := httptest.NewServer(recorder(env.WorkDir))
			env.Defer(server.Close)
			env.Setenv("SERVER", server.URL)
			env.Setenv("EXAMPLES", examples)
			env.Setenv("RUNNER_CACHE_DIR", cache)
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"generate": generate,
			"let":      let,
			"ready":    ready,
			"await":    await,
			"deliver":  deliver,
			"http":     httpRequest,
		},
		UpdateScripts: os.Getenv("UPDATE") != "",
	})
}

// recorder is an HTTP server that writes what it gets to request.json in the
// script's directory, the body to request.body, and answers with JSON: at /gate
// only when there is a file called open.
func recorder(directory string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gate" {
			awaitFile(r.Context(), filepath.Join(directory, "open"))
		}
		body, _ := io.ReadAll(r.Body)
		text, _ := json.Marshal(map[string]any{"method": r.Method, "path": r.URL.String(), "header": r.Header})
		_ = os.WriteFile(filepath.Join(directory, "request.json"), text, 0o644)
		_ = os.WriteFile(filepath.Join(directory, "request.body"), body, 0o644)
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Accept") == "application/vnd.github+json" {
			w.WriteHeader(http.StatusCreated)
		}
		fmt.Fprintf(w, `{"got":%d}`, len(body))
	})
}

func awaitFile(ctx context.Context, path string) {
	for ctx.Err() == nil {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// exits CODE COMMAND...: runs a command and checks its exit code exactly.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if err != nil {
		exit, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// generate FILE KIND: writes a file that is awkward to have in a script.
func generate(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: generate FILE KIND")
	}
	var text []byte
	switch args[1] {
	case "2MiB":
		text = make([]byte, 2<<20)
		for i := range text {
			text[i] = ' '
		}
	case "latin1":
		text = []byte("console.log('caf\xe9')")
	case "control":
		text = []byte("console.log('\x1b[31mred\x07')")
	default:
		ts.Fatalf("unknown kind %s", args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o644))
}
