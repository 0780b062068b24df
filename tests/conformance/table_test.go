package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The lines of README.md between which the table stands.
const (
	beginMark = "<!-- conformance: begin -->\n"
	endMark   = "<!-- conformance: end -->\n"
)

// inReadme returns the text of README.md with another table.
func inReadme(t *testing.T, text, table string) string {
	t.Helper()
	before, rest, begins := strings.Cut(text, beginMark)
	_, after, ends := strings.Cut(rest, endMark)
	if !begins || !ends {
		t.Fatalf("README.md has no lines %q and %q", beginMark, endMark)
	}
	return before + beginMark + table + endMark + after
}

// editions returns the editions in the order of the files' names, which puts those
// with a year first.
func editions(all []feature) []string {
	var names []string
	for _, f := range all {
		if !slices.Contains(names, f.edition) {
			names = append(names, f.edition)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

// rank returns where an edition stands in the tables.
func rank(edition string) int {
	year := 0
	if edition == "ES5" {
		return 0
	}
	if _, err := fmt.Sscanf(edition, "ES%d", &year); err == nil {
		return year
	}
	return 9999
}

// table returns how many features of each edition hold, and the names of those that
// do not.
func table(all []feature) string {
	var b strings.Builder
	b.WriteString("| edition | features that hold | what is missing |\n|---|---:|---|\n")
	held := 0
	for _, edition := range editions(all) {
		count, missing := 0, []string{}
		for _, f := range all {
			if f.edition != edition {
				continue
			}
			count++
			if f.missing != "" {
				missing = append(missing, f.name)
			}
		}
		held += count - len(missing)
		fmt.Fprintf(&b, "| %s | %d of %d | %s |\n", edition, count-len(missing), count, strings.Join(missing, ", "))
	}
	fmt.Fprintf(&b, "| **all** | **%d of %d** | |\n", held, len(all))
	return b.String()
}

// list returns every feature with its result.
func list(all []feature, counts []int) string {
	var b strings.Builder
	total := 0
	for _, count := range counts {
		total += count
	}
	fmt.Fprintf(&b, "# What the language is\n\nWritten by `go test ./tests/conformance -update`: %d features, %d assertions, run in the sandbox.\n",
		len(all), total)
	for _, edition := range editions(all) {
		fmt.Fprintf(&b, "\n## %s\n\n| feature | | assertions | in |\n|---|---|---:|---|\n", edition)
		for n, f := range all {
			if f.edition != edition {
				continue
			}
			result := "holds"
			if f.missing != "" {
				result = "**not supported**: " + f.missing
			}
			fmt.Fprintf(&b, "| %s | %s | %d | [%s](features/%s) |\n", f.name, result, counts[n], f.file, f.file)
		}
	}
	return b.String()
}
