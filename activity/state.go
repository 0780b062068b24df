package activity

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// State is how far an activity or a run is.
type State string

// The states. An activity can have any; a run has one of the first four.
const (
	// StatePending: it waits for its turn.
	StatePending State = "pending"
	// StateInProgress: it is under way.
	StateInProgress State = "in_progress"
	// StateComplete: it ended, well or badly; the result says which.
	StateComplete State = "complete"
	// StateCancelled: somebody ended it. Its result is ResultFailure.
	StateCancelled State = "cancelled"
	// StateScheduled: it will be pending at a set time.
	StateScheduled State = "scheduled"
	// StateStaged: it waits for somebody to deploy it.
	StateStaged State = "staged"
)

// States returns all states.
func States() []State {
	return []State{StatePending, StateInProgress, StateComplete, StateCancelled, StateScheduled, StateStaged}
}

// Valid reports whether s is one of the States.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Finished reports whether nothing more comes of it: the states that a result
// belongs to.
func (s State) Finished() bool { return s == StateComplete || s == StateCancelled }

// DisplayState returns a state as tables show it: in_progress is "in progress",
// all others are what they are.
func DisplayState(s State) string {
	if s == StateInProgress {
		return "in progress"
	}
	return string(s)
}

// Result is how an activity or a run ended.
type Result string

// The results. What is not Finished has none: "".
const (
	ResultSuccess Result = "success"
	ResultFailure Result = "failure"
)

// Results returns all results.
func Results() []Result { return []Result{ResultSuccess, ResultFailure} }

// Valid reports whether r is one of the Results.
func (r Result) Valid() bool { return slices.Contains(Results(), r) }

// list writes values for a message.
func list[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, ", ")
}

// quote shows what somebody sent in a message: in one line of ASCII, and not all
// of it if it is long.
func quote(text string) string {
	const most = 60
	if len(text) <= most {
		return fmt.Sprintf("%+q", text)
	}
	end := most
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%+q...", text[:end])
}
