package wasm_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cloche/quickjs/instrument"
	"cloche/wasm"
)

func TestSHA256(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(wasm.Module())
	if got := hex.EncodeToString(sum[:]); got != wasm.SHA256() {
		t.Errorf("the module's hash is %s, quickjs.wasm.sha256 says %s", got, wasm.SHA256())
	}
}

// The version is in three places: what is built, what is said, what is inside.
func TestVersion(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../quickjs/versions.env")
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^QUICKJS_VERSION=(.*)$`).FindSubmatch(text)
	if match == nil || string(match[1]) != wasm.Version {
		t.Errorf("versions.env says %q, wasm.Version is %q", match, wasm.Version)
	}
	if !bytes.Contains(wasm.Module(), []byte("QuickJS-NG "+wasm.Version)) {
		t.Errorf("the module does not say that it holds QuickJS-NG %s", wasm.Version)
	}
}

// The guest can reach two functions of the host, and nothing of WASI.
func TestInterface(t *testing.T) {
	t.Parallel()
	imports, exports, err := instrument.Externs(wasm.Module())
	if err != nil {
		t.Fatal(err)
	}
	wantImports := []string{
		"cloche.tick func (i32) -> i32",
		"cloche.host_call func (i32, i32, i32) -> i32",
	}
	if diff := cmp.Diff(wantImports, describe(imports)); diff != "" {
		t.Errorf("imports differ: %s", diff)
	}
	wantExports := []string{
		".memory memory min=19",
		".__stack_pointer global mut i32",
		"._initialize func () -> ()",
		".cloche_version func () -> i32",
		".cloche_abi func () -> i32",
		".cloche_init func (i32) -> ()",
		".cloche_alloc func (i32) -> i32",
		".cloche_compile func (i32, i32, i32, i32) -> i32",
		".cloche_load func (i32, i32, i32, i32) -> i32",
		".cloche_run func (i64, i32, i32) -> i32",
		".fuel global mut i32",
	}
	if diff := cmp.Diff(wantExports, describe(exports)); diff != "" {
		t.Errorf("exports differ: %s", diff)
	}
}

func describe(externs []instrument.Extern) []string {
	var list []string
	for _, e := range externs {
		list = append(list, e.Module+"."+e.Name+" "+e.Kind+" "+e.Type)
	}
	return list
}

// unchecked lists the loops that may be without a check, with the reason.
func unchecked() map[string]string {
	return map[string]string{
		"JS_CallInternal": "the dispatch loop: every jump backwards and every call polls, which is a check",
	}
}

func TestEveryLoopHasACheck(t *testing.T) {
	t.Parallel()
	report, err := instrument.Verify(wasm.Module(), instrument.VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Loops) < 1000 || report.OtherChecks < 20 {
		t.Errorf("%d loops and %d polls: that is not QuickJS", len(report.Loops), report.OtherChecks)
	}
	exceptions := unchecked()
	for _, loop := range report.Unchecked {
		if _, ok := exceptions[loop.Function]; !ok {
			t.Errorf("loop %d of %s (function %d) has no check", loop.LoopIndex, loop.Function, loop.FuncIndex)
		}
		delete(exceptions, loop.Function) // one loop a function
	}
	for function := range exceptions {
		t.Errorf("the exception for %s is no longer needed", function)
	}
}

func TestLicencesAreShipped(t *testing.T) {
	t.Parallel()
	for file, holder := range map[string]string{
		"quickjs-ng.txt":  "Fabrice Bellard",
		"underscore.txt":  "Jeremy Ashkenas",
		"wasi-libc.txt":   "musl",
		"compiler-rt.txt": "LLVM",
	} {
		text, err := os.ReadFile("licenses/" + file)
		if err != nil || !strings.Contains(string(text), holder) {
			t.Errorf("%s does not name %s (%v)", file, holder, err)
		}
	}
}
