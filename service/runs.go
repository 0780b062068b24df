package service

import (
	"context"
	"errors"
	"fmt"

	"cloche/storage/record"
)

// errCancelled is the cause of a run's end when somebody cancelled it.
var errCancelled = errors.New("somebody cancelled the run")

// Runs returns the runs that q selects, newest first. Its IDs are full ones.
func (s *Service) Runs(ctx context.Context, q record.RunQuery) ([]record.Run, error) {
	if q.Limit < 1 || q.Limit > 1000 {
		return nil, invalid("limit", "it is %d; 1 to 1000 are allowed", q.Limit)
	}
	return s.Database.ListRuns(ctx, q)
}

// RunOf returns the run whose ID is id, or the only one of the project whose ID
// begins with it.
func (s *Service) RunOf(ctx context.Context, project, id string) (record.Run, error) {
	p, err := s.Project(ctx, project)
	if err != nil {
		return record.Run{}, err
	}
	if err := checkID("run", id); err != nil {
		return record.Run{}, err
	}
	run, err := s.Database.Run(ctx, p.ID, id)
	if !errors.Is(err, ErrNotFound) {
		return run, err
	}
	list, err := s.Database.ListRuns(ctx, record.RunQuery{ProjectID: p.ID, Prefix: id, Limit: mostNamed})
	if err != nil {
		return record.Run{}, err
	}
	return pick("run", id, list, func(r record.Run) string { return r.ID })
}

// Lines returns the lines of a run's log that are numbered above after, at most
// limit: those of one that is under way here, too.
func (s *Service) Lines(ctx context.Context, run record.Run, after, limit int) ([]record.Line, error) {
	if r := s.live.get(run.ID); r != nil {
		lines, _, _ := r.from(0)
		for len(lines) > 0 && lines[0].Number <= after {
			lines = lines[1:]
		}
		return lines[:min(limit, len(lines))], nil
	}
	return s.Database.Lines(ctx, run, after, limit)
}

// Redrive has a run that has ended done again, as a new attempt behind all that wait.
func (s *Service) Redrive(ctx context.Context, project, run string) (record.Run, error) {
	r, err := s.RunOf(ctx, project, run)
	if err != nil {
		return record.Run{}, err
	}
	return s.Database.Redrive(ctx, r.ProjectID, r.ID, newID())
}

// Cancel ends a run that waits, or that this process has under way: then the returned
// run may still be in progress. The error is ErrConflict if it has ended.
func (s *Service) Cancel(ctx context.Context, project, run string) (record.Run, error) {
	r, err := s.RunOf(ctx, project, run)
	if err != nil {
		return record.Run{}, err
	}
	cancelled, err := s.Database.CancelRun(ctx, r.ProjectID, r.ID)
	if !errors.Is(err, ErrConflict) {
		return cancelled, err
	}
	s.mu.Lock()
	cancel := s.running[r.ID]
	s.mu.Unlock()
	if cancel == nil {
		return r, fmt.Errorf("%w: the run is not under way here", err)
	}
	cancel(errCancelled)
	return s.Database.Run(ctx, r.ProjectID, r.ID)
}
