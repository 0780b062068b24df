package service

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"cloche/activity"
	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/record"
)

// execute runs the script of work and returns what is to be recorded. An error says
// that nothing is: the run has to start again.
func (s *Service) execute(ctx context.Context, claim *record.Claim, work *record.Work) (record.Outcome, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.register(work.Run.ID, cancel)
	defer s.register(work.Run.ID, nil)
	s.metrics.started(work.Run)

	log := &runLog{live: s.live.begin(work.Run.ID)}
	stop := s.keep(ctx, claim, work.Run, log, cancel)
	result, failure := s.runScript(ctx, claim, work, log)
	stop()
	switch {
	case errors.Is(failure, record.ErrClaimLost), errors.Is(context.Cause(ctx), record.ErrClaimLost):
		return record.Outcome{}, record.ErrClaimLost
	case ctx.Err() != nil && !errors.Is(context.Cause(ctx), errCancelled):
		// The service stops. A run that ended by itself in this moment is done.
		if failure != nil {
			return record.Outcome{}, ctx.Err()
		}
	}
	return s.outcome(work, result, failure, log)
}

// writeLog is how often the log of a run that goes on is written, for readers elsewhere.
const writeLog = 500 * time.Millisecond

// keep extends the claim for as long as the run goes on, and cancels the run when the
// claim is lost; and it writes what the log has so far. The returned function ends that.
func (s *Service) keep(ctx context.Context, claim *record.Claim, run record.Run, log *runLog, cancel context.CancelCauseFunc) (stop func()) {
	ctx, end := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		extend, write := time.NewTicker(s.Lease/3), time.NewTicker(writeLog)
		defer extend.Stop()
		defer write.Stop()
		for {
			var err error
			select {
			case <-ctx.Done():
				return
			case <-extend.C:
				err = s.Database.Extend(ctx, claim, s.Lease)
			case <-write.C:
				err = log.write(func(lines []record.Line) error { return s.Database.Append(ctx, claim, run, lines) })
			}
			if errors.Is(err, record.ErrClaimLost) {
				cancel(err)
				return
			}
		}
	}()
	return func() { end(); <-done }
}

// register makes a run that is under way known to Cancel.
func (s *Service) register(id string, cancel context.CancelCauseFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel == nil {
		delete(s.running, id)
		return
	}
	s.running[id] = cancel
}

// runLog collects the lines of a run, redacted, and passes them on as they come.
type runLog struct {
	live   *liveRun
	redact func(string) string

	mu      sync.Mutex
	lines   []record.Line
	written int // how many of them are in the database
}

func (l *runLog) add(line host.LogLine) {
	kept := record.Line{Number: line.Number, Time: line.Time, Level: line.Level, Text: l.redact(line.Text)}
	l.live.add(kept)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, kept)
}

// rest returns the lines that are not in the database.
func (l *runLog) rest() []record.Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines[l.written:len(l.lines):len(l.lines)]
}

// write has the lines that are not in the database written there. One that failed to be
// written is written with the next ones.
func (l *runLog) write(to func([]record.Line) error) error {
	lines := l.rest()
	if len(lines) == 0 {
		return nil
	}
	if err := to(lines); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.written += len(lines)
	return nil
}

// runScript gives the script what it may have, and runs it.
func (s *Service) runScript(ctx context.Context, claim *record.Claim, work *record.Work, log *runLog) (host.Result, error) {
	log.redact = func(text string) string { return text }
	in, err := s.inputsOf(work)
	if err != nil {
		return host.Result{}, err
	}
	log.redact = in.redactor.Redact
	script, err := s.scripts.of(ctx, work.Version)
	if err != nil {
		return host.Result{}, err
	}
	limits := s.limitsOf(work.Integration)
	space := storage.Open(s.Database.StoreFor(claim), storage.Scope(work.Integration.ID), storage.Limits{})
	return script.Run(ctx, host.Run{
		Activity:  work.Activity.Body,
		Project:   projectOf(work),
		Variables: in.variables,
		Functions: hostfuncs.Grants{Fetch: s.fetcher.RunMarked(marksOf(work)), Storage: &space}.Functions(),
		Limits:    host.Limits{CPU: limits.CPU, Wall: limits.Wall, Memory: limits.Memory},
		OnLog:     log.add,
	})
}

// marksOf tells servers, ourselves among them, where a request comes from.
func marksOf(work *record.Work) hostfuncs.Marks {
	return hostfuncs.Marks{
		Always: map[string]string{HopsHeader: strconv.Itoa(work.Activity.Hops + 1)},
		// The same for every try at the same run, so that a server can tell.
		Otherwise: map[string]string{
			"Idempotency-Key": work.Activity.ID + "-" + work.Integration.ID + "-" + strconv.Itoa(work.Run.Attempt),
		},
	}
}

// projectOf returns the global project: what the activity says of it, or else what we
// know.
func projectOf(work *record.Work) json.RawMessage {
	var parts struct {
		Payload struct {
			Project json.RawMessage `json:"project"`
		} `json:"payload"`
	}
	if json.Unmarshal(work.Activity.Body, &parts) == nil {
		if project := parts.Payload.Project; len(project) > 0 && project[0] == '{' {
			return project
		}
	}
	text, err := json.Marshal(map[string]string{"id": work.Run.ProjectID, "title": work.ProjectName})
	if err != nil {
		return nil
	}
	return text
}

// outcome turns what became of a run into what is recorded.
func (s *Service) outcome(work *record.Work, result host.Result, failure error, log *runLog) (record.Outcome, error) {
	code := host.OK
	message := ""
	if failure != nil {
		code, message = s.explain(work, failure, log)
	}
	ended, err := activity.Run{State: activity.StateInProgress, Attempt: work.Run.Attempt}.Finish(string(code))
	if err != nil {
		return record.Outcome{}, err
	}
	result.Receipt.Code = code
	receipt, err := json.Marshal(result.Receipt)
	if err != nil {
		return record.Outcome{}, err
	}
	r := work.Run
	r.State, r.Result, r.Code, r.Message, r.Completed = ended.State, ended.Result, ended.Code, message, now()
	r.Seed, r.Steps, r.Receipt = result.Receipt.Seed[:], result.Receipt.Steps, string(receipt)
	return record.Outcome{Run: r, Lines: log.rest()}, nil
}

// explain returns the code of a failure and its first line for the run's record. What
// is not the script's fault goes to the operator's log in full.
func (s *Service) explain(work *record.Work, failure error, log *runLog) (host.Code, string) {
	var e *host.Error
	if !errors.As(failure, &e) {
		e = &host.Error{Code: host.InternalError, Message: "the run could not be started", Err: failure}
	}
	if e.Code == host.InternalError {
		s.Log.Error("a run failed by our fault", "project", work.Run.ProjectID, "integration", work.Integration.ID,
			"run", work.Run.ID, "error", e.Err)
	}
	if len(log.lines) == 0 { // it never began, so nobody has written why
		log.add(host.LogLine{Number: 1, Time: now(), Level: "cloche", Text: string(e.Code) + ": " + e.Detail()})
	}
	first, _, _ := strings.Cut(log.redact(e.Message), "\n")
	return e.Code, strings.ToValidUTF8(first[:min(len(first), mostMessage)], "")
}

// mostMessage is how many bytes of a message the record has; the log has all.
const mostMessage = 1024
