package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cloche/quickjs/instrument"
)

// input is a module with the tick, the marker and a function "f" of two loops,
// of which the outer dispatches on three targets and calls the marker.
const input = "\x00asm\x01\x00\x00\x00" +
	"\x01\x09\x02\x60\x01\x7f\x01\x7f\x60\x00\x00" + // types (i32) -> i32, () -> ()
	"\x02\x0f\x01\x06cloche\x04tick\x00\x00" +
	"\x03\x03\x02\x01\x01" +
	"\x07\x10\x01\x0ccloche_check\x00\x01" +
	"\x0a\x1a\x02\x02\x00\x0b" + // the marker
	"\x15\x00\x03\x40\x03\x40\x0b\x02\x40\x41\x00\x0e\x03\x00\x00\x00\x00\x0b\x10\x01\x0b\x0b" + // f
	"\x00\x0b\x04name\x01\x04\x01\x02\x01f"

// execute runs the command in a directory with the input.
func execute(t *testing.T, args string) (code int, stderr, dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "raw.wasm"), []byte(input), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "text.wasm"), []byte("(module)"), 0o600); err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(strings.ReplaceAll(args, "DIR", dir))
	var out bytes.Buffer
	code = run(fields, &out)
	return code, out.String(), dir
}

func TestRunExitCodes(t *testing.T) {
	t.Parallel()
	const files = "-in DIR/raw.wasm -out DIR/out.wasm "
	tests := map[string]struct {
		args string
		code int
		text string // part of what is said
	}{
		"success":           {files, exitOK, "2 functions, 2 loops, 2 loop checks, 1 marker checks, 0 exempt"},
		"weights":           {files + "-loop-weight 2 -marker-weight 100", exitOK, "verified"},
		"exempt":            {files + "-exempt f:3:polls:often", exitOK, "1 loop checks, 1 marker checks, 1 exempt; f (function 2, loop 0): polls:often"},
		"help":              {"-h", exitOK, "-exempt FUNCTION:TARGETS:REASON"},
		"nothing":           {"", exitUsage, "required"},
		"no output":         {"-in DIR/raw.wasm", exitUsage, "required"},
		"argument left":     {files + "more", exitUsage, "required"},
		"unknown flag":      {files + "-fast", exitUsage, "-fast"},
		"weight 0":          {files + "-loop-weight 0", exitUsage, "from 1"},
		"weight too large":  {files + "-marker-weight 9999999", exitUsage, "from 1"},
		"weight text":       {files + "-loop-weight x", exitUsage, "from 1"},
		"exempt short":      {files + "-exempt f:3", exitUsage, "FUNCTION:TARGETS:REASON"},
		"exempt no reason":  {files + "-exempt f:3:", exitUsage, "FUNCTION:TARGETS:REASON"},
		"exempt no number":  {files + "-exempt f:x:y", exitUsage, "positive"},
		"exempt nothing":    {files + "-exempt g:3:y", exitFailure, "bad exemption"},
		"exempt twice":      {files + "-exempt f:3:y -exempt f:2:z", exitFailure, "second exemption"},
		"no such file":      {"-in DIR/none.wasm -out DIR/out.wasm", exitFailure, "none.wasm"},
		"not a module":      {"-in DIR/text.wasm -out DIR/out.wasm", exitFailure, "malformed"},
		"unwritable output": {"-in DIR/raw.wasm -out DIR/none/out.wasm", exitFailure, "none"},
		"unwritable report": {files + "-report DIR/none/r.json", exitFailure, "none"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stderr, _ := execute(t, test.args)
			if code != test.code || !strings.Contains(stderr, test.text) {
				t.Errorf("exit %d, want %d with %q:\n%s", code, test.code, test.text, stderr)
			}
		})
	}
}

func TestRunWritesModuleAndReport(t *testing.T) {
	t.Parallel()
	code, stderr, dir := execute(t, "-in DIR/raw.wasm -out DIR/out.wasm -report DIR/r.json -exempt f:3:why")
	if code != exitOK {
		t.Fatalf("exit %d:\n%s", code, stderr)
	}
	module, err := os.ReadFile(filepath.Join(dir, "out.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	verified, err := instrument.Verify(module, instrument.VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]instrument.Loop{{Function: "f", FuncIndex: 2}}, verified.Unchecked); diff != "" {
		t.Errorf("unchecked (-want +got):\n%s", diff)
	}
	text, err := os.ReadFile(filepath.Join(dir, "r.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got instrument.Report
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := instrument.Report{
		Functions: 2, Loops: 2, LoopChecks: 1, MarkerChecks: 1,
		Exempted: []instrument.ExemptedLoop{{Function: "f", FuncIndex: 2, LoopIndex: 0, Reason: "why"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestRunWritesNothingOnFailure(t *testing.T) {
	t.Parallel()
	_, _, dir := execute(t, "-in DIR/raw.wasm -out DIR/out.wasm -exempt g:3:why")
	if _, err := os.Stat(filepath.Join(dir, "out.wasm")); !os.IsNotExist(err) {
		t.Errorf("output after a failure: %v", err)
	}
}
