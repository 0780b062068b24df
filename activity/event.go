package activity

import (
	"slices"
	"strings"
)

// ScriptEvent is the event of a run of a script. It never triggers one.
const ScriptEvent = "integration.script"

// Source says where an event is documented.
type Source string

// The sources.
const (
	// Current: in the vendor's reference of today.
	Current Source = "current"
	// CLIOnly: the vendor's command line knows it, its reference does not.
	CLIOnly Source = "cli only"
	// Historical: only older documentation names it.
	Historical Source = "historical"
)

// Event is a type of activity.
type Event struct {
	// Name is what Header.Type and the filters have.
	Name string
	// Meaning says in a few words what happened.
	Meaning string
	// Source is where it is documented.
	Source Source
}

// Known reports whether name is an event of the Catalogue. Others are legal: the
// set is open.
func Known(name string) bool {
	return slices.ContainsFunc(Catalogue(), func(e Event) bool { return e.Name == name })
}

// maxSuggestBytes is how long a name can be that is worth a guess. It bounds what
// Suggest costs.
const maxSuggestBytes = 64

// Suggest returns the event that somebody who wrote name most likely meant: one
// that differs by no more than three letters, or one whose name without its first
// part is name ("push"). It returns "" if there is none, and name itself if it is
// Known.
func Suggest(name string) string {
	if len(name) > maxSuggestBytes {
		return ""
	}
	name = strings.ToLower(strings.NewReplacer("-", "_", ":", ".", " ", "").Replace(name))
	best, distance := "", 4
	for _, e := range Catalogue() {
		candidates := []string{e.Name, strings.ReplaceAll(e.Name, "-", "_")}
		if rest, ok := strings.CutPrefix(e.Name, "environment."); ok {
			candidates = append(candidates, rest)
		}
		for _, candidate := range candidates {
			// A short name is near to everything: "a" is no misspelling of "push".
			if d := editDistance(name, candidate); d < distance && 3*d <= len(candidate) {
				best, distance = e.Name, d
			}
		}
	}
	return best
}

// editDistance counts the bytes to insert, delete or replace to make b of a
// (Levenshtein's distance), in len(a)·len(b) steps.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
