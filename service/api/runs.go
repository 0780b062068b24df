package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"cloche/service"
	"cloche/storage/record"
)

// RunPath is the path of a run.
type RunPath struct {
	IntegrationPath
	Run string `path:"run" maxLength:"64" doc:"The run's ID, or a prefix of it that no other has."`
}

// listRuns is what of a list of runs is wanted.
type listRuns struct {
	IntegrationPath
	Limit    int       `query:"limit" minimum:"1" maximum:"1000" default:"10" doc:"How many at most."`
	Count    int       `query:"count" minimum:"1" maximum:"1000" doc:"The vendor's name for limit."`
	StartsAt time.Time `query:"starts_at" doc:"Only those created before this time."`
	State    []string  `query:"state" enum:"pending,in_progress,complete,cancelled" doc:"Only those in one of these states."`
	Result   string    `query:"result" enum:"success,failure" doc:"Only those with this result."`
	Dead     bool      `query:"dead" doc:"Only those that failed and are not tried again."`
}

func (a *api) routeRuns() {
	const all = "/api/projects/{project}/integrations/{integration}/activities"
	const one = all + "/{run}"
	const tag = "runs"
	register(a, operation{id: "list-runs", method: http.MethodGet, path: all, tag: tag,
		summary: "List the runs of an integration, newest first", access: access{need: scopeRead}}, a.listRuns)
	register(a, operation{id: "get-run", method: http.MethodGet, path: one, tag: tag,
		summary: "Show a run", access: access{need: scopeRead}}, a.getRun)
	register(a, operation{id: "cancel-run", method: http.MethodPost, path: one + "/cancel", tag: tag,
		summary: "Cancel a run that waits or is under way", access: access{need: scopeWrite}}, a.cancelRun)
	register(a, operation{id: "redrive-run", method: http.MethodPost, path: one + "/redrive", tag: tag, status: http.StatusCreated,
		summary: "Try a run that has ended once more", access: access{need: scopeWrite}}, a.redriveRun)
	a.mux.Handle("GET "+one+"/log", a.guarded(access{need: scopeRead}, a.log))
}

func (a *api) listRuns(ctx context.Context, in *listRuns) ([]Run, error) {
	i, err := a.Service.Integration(ctx, in.Project, in.Integration)
	if err != nil {
		return nil, err
	}
	q := record.RunQuery{
		ProjectID: i.ProjectID, IntegrationID: i.ID,
		States: in.State, Result: in.Result, Before: in.StartsAt, Dead: in.Dead, Limit: in.Limit,
	}
	if in.Count > 0 {
		q.Limit = in.Count
	}
	runs, err := a.Service.Runs(ctx, q)
	return mapped(runs, viewRun), err
}

// run returns the run that a path names. One of another integration is not there.
func (a *api) run(ctx context.Context, path RunPath) (record.Run, error) {
	i, err := a.Service.Integration(ctx, path.Project, path.Integration)
	if err != nil {
		return record.Run{}, err
	}
	r, err := a.Service.RunOf(ctx, i.ProjectID, path.Run)
	if err == nil && r.IntegrationID != i.ID {
		err = service.ErrNotFound
	}
	return r, err
}

func (a *api) getRun(ctx context.Context, in *RunPath) (Run, error) {
	r, err := a.run(ctx, *in)
	if err != nil {
		return Run{}, err
	}
	view := viewRun(r)
	if view.Finished() {
		view.Log, err = a.logText(ctx, r)
	}
	return view, err
}

// logText returns the log in one piece; what a run may log is bounded.
func (a *api) logText(ctx context.Context, r record.Run) (string, error) {
	var b strings.Builder
	_, err := a.storedLines(ctx, r, 0, func(line record.Line) bool {
		b.WriteString(viewLine(line).Message)
		b.WriteByte('\n')
		return true
	})
	return b.String(), err
}

func (a *api) cancelRun(ctx context.Context, in *RunPath) (Changed[Run], error) {
	r, err := a.run(ctx, *in)
	if err != nil {
		return Changed[Run]{}, err
	}
	if r, err = a.Service.Cancel(ctx, r.ProjectID, r.ID); err != nil {
		return Changed[Run]{}, err
	}
	return changed(viewRun(r), nil), nil
}

func (a *api) redriveRun(ctx context.Context, in *RunPath) (Changed[Run], error) {
	r, err := a.run(ctx, *in)
	if err != nil {
		return Changed[Run]{}, err
	}
	if r, err = a.Service.Redrive(ctx, r.ProjectID, r.ID); err != nil {
		return Changed[Run]{}, err
	}
	return created(viewRun(r), nil), nil
}
