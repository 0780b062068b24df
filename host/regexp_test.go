package host_test

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"testing"

	"cloche/host"
)

//go:embed testdata/regexps.js
var regexpScript string

// Runs of single characters, and the search for the first one, are taken by loops of
// our own (quickjs/patches/0024). They find what the engine finds without them.
func FuzzRegexps(f *testing.F) {
	fuzzScript(f, regexpScript, 200, func(t *testing.T, seed uint32, log []host.LogLine, err error) {
		limit := (*host.Error)(nil)
		if !slices.Contains(knownSeeds, seed) && errors.As(err, &limit) && limit.Code == host.CPULimit {
			return // a pattern that goes back for ever, as some do
		}
		if err != nil {
			t.Fatal(err)
		}
		var matched, refused int
		if _, err := fmt.Sscan(log[0].Text, &matched, &refused); err != nil {
			t.Fatal(err)
		}
		if matched < 300 || refused > 100 {
			t.Errorf("of 1,200 searches %d matched, of 200 patterns %d were refused: that compares little", matched, refused)
		}
	})
}
