//go:build cgo

package sqlite

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"

	"cloche/storage/record"
	"cloche/storage/sqlite/sqlc"
)

// now is the time that rows are stamped with.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// knownIntegrations keeps the integrations of projects from one activity to the
// next: reading and decoding them costs more than all the rest of accepting one. The
// project's revision, read in the same transaction, tells whether they still are what
// they were.
type knownIntegrations struct {
	mu       sync.Mutex
	projects map[string]knownProject
}

type knownProject struct {
	revision int64
	enabled  []record.Integration
}

// mostKnown bounds the projects that are kept; past it all are forgotten.
const mostKnown = 10_000

func (k *knownIntegrations) enabled(t txn, project string) ([]record.Integration, error) {
	revision, err := t.ProjectRevision(t.ctx, project)
	if err != nil {
		return nil, one(err)
	}
	k.mu.Lock()
	known, ok := k.projects[project]
	k.mu.Unlock()
	if ok && known.revision == revision {
		return known.enabled, nil
	}
	all, err := listIntegrations(t.ctx, t.Queries, project, "")
	if err != nil {
		return nil, err
	}
	enabled := slices.DeleteFunc(all, func(i record.Integration) bool { return !i.Enabled })
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.projects == nil || len(k.projects) >= mostKnown {
		k.projects = make(map[string]knownProject)
	}
	k.projects[project] = knownProject{revision, enabled}
	return enabled, nil
}

func (k *knownIntegrations) forget(project string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.projects, project)
}

func (k *knownIntegrations) forgetAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.projects)
}

// Accept implements record.Intake.
func (d *Database) Accept(ctx context.Context, a record.Activity, delivery record.Delivery, match func([]record.Integration) []record.Integration, newID func() string) (record.Accepted, error) {
	var accepted record.Accepted
	err := d.change(ctx, "accept activity", func(t txn) error {
		known, err := remember(t, a, delivery)
		if err != nil || known != nil {
			accepted = pointed(known)
			return err
		}
		if err := insertActivity(t, a); err != nil {
			return err
		}
		integrations, err := d.known.enabled(t, a.ProjectID)
		if err != nil {
			return err
		}
		matching := match(integrations)
		accepted = record.Accepted{ActivityID: a.ID, Runs: make([]string, len(matching))}
		for i := range matching {
			accepted.Runs[i] = newID()
			if err := insertRun(t, firstRun(accepted.Runs[i], a, matching[i])); err != nil {
				return err
			}
		}
		for i := range matching {
			d.wakes.add(record.Mailbox{ProjectID: a.ProjectID, Lane: matching[i].Lane})
		}
		return nil
	})
	// The project of an activity is the only thing it refers to that may be missing.
	if isForeignKey(err) {
		err = record.ErrNotFound
	}
	return accepted, err
}

func pointed(known *record.Accepted) record.Accepted {
	if known == nil {
		return record.Accepted{}
	}
	return *known
}

// remember stores the delivery, or returns what became of its first one.
func remember(t txn, a record.Activity, delivery record.Delivery) (*record.Accepted, error) {
	if delivery.ID == "" {
		return nil, nil
	}
	fresh, err := t.CreateDelivery(t.ctx, sqlc.CreateDeliveryParams{
		ProjectID: a.ProjectID, ID: blob(delivery.ID), Hash: delivery.Hash[:], ActivityID: a.ID, Created: micros(a.Created),
	})
	if err != nil || fresh == 1 {
		return nil, err
	}
	first, err := t.GetDelivery(t.ctx, sqlc.GetDeliveryParams{ProjectID: a.ProjectID, ID: blob(delivery.ID)})
	if err != nil {
		return nil, err
	}
	runs, err := t.RunsOfActivity(t.ctx, first.ActivityID)
	return &record.Accepted{
		ActivityID: first.ActivityID, Duplicate: true, Differs: !bytes.Equal(first.Hash, delivery.Hash[:]), Runs: runs,
	}, err
}

func insertActivity(t txn, a record.Activity) error {
	return t.CreateActivity(t.ctx, sqlc.CreateActivityParams{
		ID: a.ID, ProjectID: a.ProjectID, Type: blob(a.Type), State: string(a.State), Result: string(a.Result),
		Hops: int64(a.Hops), Created: micros(a.Created), Body: a.Body,
	})
}

func firstRun(id string, a record.Activity, i record.Integration) record.Run {
	return record.Run{
		ID: id, ProjectID: a.ProjectID, IntegrationID: i.ID, ActivityID: a.ID, Attempt: 1, Lane: i.Lane,
		Ready: a.Created, Created: a.Created,
	}
}

func insertRun(t txn, r record.Run) error {
	return t.CreateRun(t.ctx, sqlc.CreateRunParams{
		ID: r.ID, ProjectID: r.ProjectID, IntegrationID: r.IntegrationID, ActivityID: r.ActivityID,
		Attempt: int64(r.Attempt), Lane: int64(r.Lane), Place: r.Place, Ready: micros(r.Ready), Created: micros(r.Created),
		Message: []byte{}, Seed: []byte{},
	})
}

func isForeignKey(err error) bool {
	var failure sqlite3.Error
	return errors.As(err, &failure) && failure.ExtendedCode == sqlite3.ErrConstraintForeignKey
}

// Activity implements record.Intake.
func (d *Database) Activity(ctx context.Context, project, id string) (record.Activity, error) {
	var row sqlc.Activity
	err := d.read(ctx, "get activity", func(q *sqlc.Queries) (err error) {
		row, err = q.GetActivity(ctx, sqlc.GetActivityParams{ID: id, ProjectID: project})
		return one(err)
	})
	return activityOf(row), err
}

// ListActivities implements record.Intake.
func (d *Database) ListActivities(ctx context.Context, project string, limit int) ([]record.Activity, error) {
	var list []record.Activity
	err := d.read(ctx, "list activities", func(q *sqlc.Queries) error {
		rows, err := q.ListActivities(ctx, sqlc.ListActivitiesParams{ProjectID: project, Most: int64(limit)})
		list = mapped(rows, func(row sqlc.ListActivitiesRow) record.Activity {
			return activityOf(sqlc.Activity{
				ID: row.ID, ProjectID: row.ProjectID, Type: row.Type, State: row.State, Result: row.Result,
				Hops: row.Hops, Created: row.Created,
			})
		})
		return err
	})
	return list, err
}

// Backlog implements record.Intake.
func (d *Database) Backlog(ctx context.Context) (int64, error) {
	var n int64
	err := d.read(ctx, "backlog", func(q *sqlc.Queries) (err error) {
		n, err = q.CountUnfinished(ctx)
		return err
	})
	return n, err
}
