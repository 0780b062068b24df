package service

import (
	"context"
	"iter"
	"sync"
	"time"

	"cloche/storage/record"
)

// live holds the logs of the runs that this process has under way, for those who
// follow them.
type live struct {
	mu   sync.Mutex
	runs map[string]*liveRun
}

// liveRun is the log of one run so far. changed is closed, and replaced, when there is
// more of it.
type liveRun struct {
	mu      sync.Mutex
	lines   []record.Line
	ended   bool
	changed chan struct{}
}

func newLive() *live { return &live{runs: make(map[string]*liveRun)} }

func (l *live) begin(id string) *liveRun {
	r := &liveRun{changed: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs[id] = r
	return r
}

func (l *live) get(id string) *liveRun {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.runs[id]
}

// end is called when the run is in the database, or will not get there.
func (l *live) end(id string) {
	l.mu.Lock()
	r := l.runs[id]
	delete(l.runs, id)
	l.mu.Unlock()
	if r != nil {
		r.change(func() { r.ended = true })
	}
}

func (r *liveRun) add(line record.Line) {
	r.change(func() { r.lines = append(r.lines, line) })
}

func (r *liveRun) change(how func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	how()
	close(r.changed)
	r.changed = make(chan struct{})
}

// from returns the lines after the first n, whether that is all, and what to wait for
// otherwise.
func (r *liveRun) from(n int) (lines []record.Line, ended bool, changed <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines[n:len(r.lines):len(r.lines)], r.ended, r.changed
}

// Event is what Follow yields: a line, or the run when it has ended.
type Event struct {
	Line *record.Line
	Run  *record.Run
}

const (
	// followAgain is how often a run that this process does not have under way is
	// looked for.
	followAgain = 200 * time.Millisecond
	// linesAtOnce is how many lines are read from the database at a time.
	linesAtOnce = 1000
)

// Follow yields the lines of a run that are numbered above after, as they come, and
// then the run itself, once, when it has ended. It waits for a run that has not begun.
// The sequence ends with an error when ctx does.
func (s *Service) Follow(ctx context.Context, project, id string, after int) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		run, err := s.RunOf(ctx, project, id)
		if err != nil {
			yield(Event{}, err)
			return
		}
		f := follower{service: s, yield: yield, after: after}
		for done := false; !done && err == nil; {
			done, err = f.follow(ctx, run)
		}
		if err != nil {
			yield(Event{}, err)
		}
	}
}

// follower is one use of Follow.
type follower struct {
	service *Service
	yield   func(Event, error) bool
	after   int
}

// follow yields what there is now, and waits until there may be more. It reports
// whether that was all, or nobody wants more.
func (f *follower) follow(ctx context.Context, run record.Run) (done bool, err error) {
	if r := f.service.live.get(run.ID); r != nil {
		return f.stream(ctx, r)
	}
	if run, err = f.service.Database.Run(ctx, run.ProjectID, run.ID); err != nil {
		return false, err
	}
	if done, err = f.stored(ctx, run); done || err != nil {
		return done, err
	}
	if run.State.Finished() {
		f.yield(Event{Run: &run}, nil)
		return true, nil
	}
	select {
	case <-ctx.Done():
		return true, ctx.Err()
	case <-time.After(followAgain):
		return false, nil
	}
}

// stream yields the log of a run that is under way, until it ends.
func (f *follower) stream(ctx context.Context, r *liveRun) (done bool, err error) {
	for seen := 0; ; {
		lines, ended, changed := r.from(seen)
		if done := f.lines(lines); done {
			return true, nil
		}
		if seen += len(lines); ended {
			return false, nil
		}
		select {
		case <-ctx.Done():
			return true, ctx.Err()
		case <-changed:
		}
	}
}

// stored yields what the database has of a log: all of it if the run has ended.
func (f *follower) stored(ctx context.Context, run record.Run) (done bool, err error) {
	for {
		lines, err := f.service.Database.Lines(ctx, run, f.after, linesAtOnce)
		if err != nil || len(lines) == 0 {
			return false, err
		}
		if f.lines(lines) {
			return true, nil
		}
	}
}

func (f *follower) lines(lines []record.Line) (done bool) {
	for i := range lines {
		if lines[i].Number <= f.after {
			continue // of an earlier try at the same run
		}
		f.after = lines[i].Number
		if !f.yield(Event{Line: &lines[i]}, nil) {
			return true
		}
	}
	return false
}
