package relational

import (
	"context"
	"fmt"
	"strings"

	"cloche/activity"
	"cloche/storage/record"
	"cloche/storage/relational/sqlc"
)

// ListRuns implements record.Runs.
func (d *Database) ListRuns(ctx context.Context, query record.RunQuery) ([]record.Run, error) {
	var runs []record.Run
	err := d.Read(ctx, "list runs", func(q sqlc.Querier) (err error) {
		runs, err = listRuns(ctx, q, query)
		return err
	})
	return runs, err
}

func listRuns(ctx context.Context, q sqlc.Querier, query record.RunQuery) ([]record.Run, error) {
	// States are words, so a list of them in one text can be searched.
	states := ""
	if len(query.States) > 0 {
		states = " " + strings.Join(query.States, " ") + " "
	}
	switch {
	case query.IntegrationID != "":
		rows, err := q.ListRuns(ctx, sqlc.ListRunsParams{
			ProjectID: query.ProjectID, IntegrationID: query.IntegrationID, ActivityID: query.ActivityID,
			State: states, Result: query.Result,
			Before: micros(query.Before), Dead: flag(query.Dead), Prefix: prefixOf(query.Prefix), Most: int64(query.Limit),
		})
		return mapped(rows, func(row sqlc.ListRunsRow) record.Run { return runOf(row.Run, row.Type, row.Summary) }), err
	case query.ActivityID != "":
		rows, err := q.ListRunsOfActivity(ctx, sqlc.ListRunsOfActivityParams{
			ProjectID: query.ProjectID, ActivityID: query.ActivityID, State: states, Result: query.Result,
			Before: micros(query.Before), Dead: flag(query.Dead), Prefix: prefixOf(query.Prefix), Most: int64(query.Limit),
		})
		return mapped(rows, func(row sqlc.ListRunsOfActivityRow) record.Run { return runOf(row.Run, row.Type, row.Summary) }), err
	default:
		rows, err := q.ListRunsOfProject(ctx, sqlc.ListRunsOfProjectParams{
			ProjectID: query.ProjectID, State: states, Result: query.Result,
			Before: micros(query.Before), Dead: flag(query.Dead), Prefix: prefixOf(query.Prefix), Most: int64(query.Limit),
		})
		return mapped(rows, func(row sqlc.ListRunsOfProjectRow) record.Run { return runOf(row.Run, row.Type, row.Summary) }), err
	}
}

// Run implements record.Runs.
func (d *Database) Run(ctx context.Context, project, id string) (record.Run, error) {
	var run record.Run
	err := d.Read(ctx, "get run", func(q sqlc.Querier) (err error) {
		run, err = getRun(ctx, q, project, id)
		return err
	})
	return run, err
}

func getRun(ctx context.Context, q sqlc.Querier, project, id string) (record.Run, error) {
	row, err := q.GetRun(ctx, sqlc.GetRunParams{ID: id, ProjectID: project})
	return runOf(row.Run, row.Type, row.Summary), one(err)
}

// Lines implements record.Runs.
func (d *Database) Lines(ctx context.Context, run record.Run, after, limit int) ([]record.Line, error) {
	var lines []record.Line
	err := d.Read(ctx, "get log", func(q sqlc.Querier) error {
		rows, err := q.ListLines(ctx, sqlc.ListLinesParams{Run: run.Seq, After: int64(after), Most: int64(limit)})
		lines = mapped(rows, func(row sqlc.ListLinesRow) record.Line {
			return record.Line{Number: int(row.Number), Time: fromMicros(row.Time), Level: row.Level, Text: string(row.Text)}
		})
		return err
	})
	return lines, err
}

// Redrive implements record.Runs.
func (d *Database) Redrive(ctx context.Context, project, id, newID string) (record.Run, error) {
	var again record.Run
	err := d.Write(ctx, "redrive run", func(t Tx) error {
		ended, err := getRun(t.Context(), t, project, id)
		if err != nil {
			return err
		}
		if !ended.State.Finished() {
			return fmt.Errorf("%w: the run has not ended yet", record.ErrConflict)
		}
		last, err := t.LastAttempt(t.Context(), sqlc.LastAttemptParams{ActivityID: ended.ActivityID, IntegrationID: ended.IntegrationID})
		if err != nil {
			return err
		}
		again = ended
		again.ID, again.Attempt, again.Place, again.Created = newID, int(last)+1, 0, now()
		again.Ready = again.Created
		if err := insertRun(t.Context(), t, again); err != nil {
			return err
		}
		if again, err = getRun(t.Context(), t, project, newID); err != nil {
			return err
		}
		if err := t.Undead(t.Context(), ended.Seq); err != nil {
			return err
		}
		return t.Wake(record.Mailbox{ProjectID: project, Lane: again.Lane})
	})
	return again, err
}

// CancelRun implements record.Runs.
func (d *Database) CancelRun(ctx context.Context, project, id string) (record.Run, error) {
	var run record.Run
	err := d.Write(ctx, "cancel run", func(t Tx) error {
		cancelled, err := t.CancelRun(t.Context(), sqlc.CancelRunParams{
			ID: id, ProjectID: project, Message: blob("cancelled before it started"), Completed: micros(now()),
		})
		if err != nil {
			return err
		}
		if run, err = getRun(t.Context(), t, project, id); err != nil {
			return err
		}
		if cancelled == 0 {
			return fmt.Errorf("%w: the run is %s", record.ErrConflict, activity.DisplayState(run.State))
		}
		// A retry that waited for its time has held back what may start now.
		return t.Wake(record.Mailbox{ProjectID: project, Lane: run.Lane})
	})
	return run, err
}
