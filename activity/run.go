package activity

import "fmt"

// The codes of a run that mean something here. All of them are those of package
// host, and its list is open: any other code is a failure.
const (
	CodeOK        = "ok"
	CodeCancelled = "cancelled"
)

// Run is where a run of a script stands. It is a value: the methods that change
// the state return a new one. These are all that there are:
//
//	state        result   code                    from here
//	pending                                       Start, Cancel
//	in_progress                                   Finish, Cancel, Release
//	complete     success  ok                      (the end)
//	complete     failure  anything else           Retry
//	cancelled    failure  cancelled               (the end)
//
// The zero Run is none of them: begin with NewRun.
type Run struct {
	State  State
	Result Result
	// Code says how it ended; "" while it is not Finished.
	Code string
	// Attempt counts the starts that were not taken back, from 1.
	Attempt int
}

// NewRun returns a run that waits for its first attempt.
func NewRun() Run { return Run{State: StatePending, Attempt: 1} }

// Start begins a pending run.
func (r Run) Start() (Run, error) {
	if r.State != StatePending {
		return r, r.refuse("start")
	}
	r.State = StateInProgress
	return r, nil
}

// Release takes a start back, for a run whose process stopped or died: the run
// waits again, and the attempt does not count.
func (r Run) Release() (Run, error) {
	if r.State != StateInProgress {
		return r, r.refuse("release")
	}
	r.State = StatePending
	return r, nil
}

// Finish ends a run that is in progress with a code of package host: CodeOK is a
// success, CodeCancelled does what Cancel does, any other is a failure.
func (r Run) Finish(code string) (Run, error) {
	if r.State != StateInProgress || code == "" {
		return r, r.refuse("finish")
	}
	switch code {
	case CodeOK:
		r.State, r.Result = StateComplete, ResultSuccess
	case CodeCancelled:
		r.State, r.Result = StateCancelled, ResultFailure
	default:
		r.State, r.Result = StateComplete, ResultFailure
	}
	r.Code = code
	return r, nil
}

// Cancel ends a run that waits or is in progress. Its result is failure, as that
// of the vendor's cancelled activities.
func (r Run) Cancel() (Run, error) {
	if r.State != StatePending && r.State != StateInProgress {
		return r, r.refuse("cancel")
	}
	r.State, r.Result, r.Code = StateCancelled, ResultFailure, CodeCancelled
	return r, nil
}

// Retry returns the next attempt of a run that failed; the failed attempt stays
// the record that it is. A cancelled run has none: somebody did not want it.
func (r Run) Retry() (Run, error) {
	if r.State != StateComplete || r.Result != ResultFailure {
		return r, r.refuse("retry")
	}
	return Run{State: StatePending, Attempt: r.Attempt + 1}, nil
}

func (r Run) refuse(verb string) error {
	state := DisplayState(r.State)
	if r.Result != "" {
		state += " with " + string(r.Result)
	}
	return fmt.Errorf("%w: a run that is %s cannot %s", ErrTransition, state, verb)
}
