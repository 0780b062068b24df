package host_test

import (
	_ "embed"
	"strconv"
	"testing"

	"cloche/host"
)

//go:embed testdata/stringify.js
var stringifyScript string

// JSON.stringify, which is ours in part (quickjs/patches/0025), writes what the
// algorithm of the standard writes.
func FuzzStringify(f *testing.F) {
	fuzzScript(f, stringifyScript, 400, func(t *testing.T, _ uint32, log []host.LogLine, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if written, err := strconv.Atoi(log[0].Text); err != nil || written < 10_000 {
			t.Errorf("%q were written: that compares little", log[0].Text)
		}
	})
}
