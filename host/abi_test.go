package host

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

func readSource(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The numbers stand in three languages; here they are held against each other.
func TestOperationNumbersAgree(t *testing.T) {
	t.Parallel()
	header := readSource(t, "../quickjs/shim/host.h")
	for name, number := range map[string]any{
		"OP_TAKE": opTake, "OP_CLOCK": opClock, "OP_INPUT": opInput, "OP_LOG": opLog,
		"OP_REPORT": opReport, "OP_RANDOM": opRandom, "OP_BYTECODE": opBytecode, "OP_FUNCTION": opFunction,
		"INPUT_ACTIVITY": inputActivity, "INPUT_PROJECT": inputProject,
		"INPUT_VARIABLES": inputVariables, "INPUT_FUNCTIONS": inputFunctions,
	} {
		if !strings.Contains(header, fmt.Sprintf("%s = %v,", name, number)) {
			t.Errorf("host.h does not say that %s is %v", name, number)
		}
	}
	if !strings.Contains(header, fmt.Sprintf("#define ABI_VERSION %d\n", abiVersion)) {
		t.Errorf("host.h has another ABI version than %d", abiVersion)
	}
	script := readSource(t, "../quickjs/bootstrap/operations.js")
	for name, number := range map[string]any{"FIRST_FUNCTION": opFunction, "OP_LOG": opLog, "OP_RANDOM": opRandom} {
		if !strings.Contains(script, fmt.Sprintf("const %s = %v;", name, number)) {
			t.Errorf("operations.js does not say that %s is %v", name, number)
		}
	}
	constants := regexp.MustCompile(`(?m)^const OP_(\w+) = FIRST_FUNCTION \+ (\d+);$`).FindAllStringSubmatch(script, -1)
	if len(constants) != len(apiFunctions) {
		t.Fatalf("operations.js has %d functions, the host %d", len(constants), len(apiFunctions))
	}
	for n, constant := range constants {
		want := strings.ToUpper(strings.ReplaceAll(apiFunctions[n], ".", "_"))
		want = strings.TrimPrefix(want, "CRYPTO_")
		if constant[1] != want || constant[2] != fmt.Sprint(n) {
			t.Errorf("function %d is OP_%s = %s in operations.js, %s here", n, constant[1], constant[2], apiFunctions[n])
		}
	}
	if want := fmt.Sprintf("const FIRST_EMBEDDER_FUNCTION = FIRST_FUNCTION + %d;", len(apiFunctions)); !strings.Contains(script, want) {
		t.Errorf("operations.js lacks %q", want)
	}
}

func TestAPIFunctionsAreKnown(t *testing.T) {
	t.Parallel()
	for _, name := range apiFunctions {
		if !isAPIFunction(name) {
			t.Errorf("%s is none", name)
		}
	}
	for _, name := range []string{"", "fetc", "storage", "storage.gett", "Fetch"} {
		if isAPIFunction(name) {
			t.Errorf("%q is one", name)
		}
	}
}
