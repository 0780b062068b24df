package relational

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"cloche/storage/record"
	"cloche/storage/relational/sqlc"
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

// enabled returns the enabled integrations of a project. The error is record.ErrChanged
// if its revision is not the expected one, unless any is.
func (k *knownIntegrations) enabled(t Tx, project string, expected *int64) ([]record.Integration, error) {
	revision, err := t.ProjectRevision(t.Context(), project)
	if err != nil {
		return nil, one(err)
	}
	if expected != nil && revision != *expected {
		return nil, record.ErrChanged
	}
	k.mu.Lock()
	known, ok := k.projects[project]
	k.mu.Unlock()
	if ok && known.revision == revision {
		return known.enabled, nil
	}
	all, err := listIntegrations(t.Context(), t, project, "")
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
	// An integration may be deleted after it was read, on databases where others write at
	// the same time. The next look does not find it.
	accepted, err := d.accept(ctx, a, delivery, match, newID)
	for tries := 0; tries < mostTries && d.MissingReference(err); tries++ {
		accepted, err = d.accept(ctx, a, delivery, match, newID)
	}
	if d.MissingReference(err) {
		err = record.ErrNotFound
	}
	return accepted, err
}

// mostTries is how often Accept tries again.
const mostTries = 3

func (d *Database) accept(ctx context.Context, a record.Activity, delivery record.Delivery, match func([]record.Integration) []record.Integration, newID func() string) (record.Accepted, error) {
	var accepted record.Accepted
	// The second of two same deliveries is to see all that the first has done.
	key := ""
	if delivery.ID != "" {
		key = a.ProjectID + "/" + delivery.ID
	}
	err := d.Enqueue(ctx, key, "accept activity", func(t Tx) error {
		integrations, err := d.known.enabled(t, a.ProjectID, delivery.Revision)
		if err != nil {
			return err
		}
		known, err := remember(t, a, delivery)
		if err != nil || known != nil {
			accepted = pointed(known)
			return err
		}
		matching := chosen(integrations, match(slices.Clone(integrations)))
		boxes := mailboxesOf(matching)
		accepted = record.Accepted{ActivityID: a.ID, Runs: make([]string, len(matching))}
		for i := range matching {
			accepted.Runs[i] = newID()
		}
		// The order of runs is that of their numbers, so nobody may draw one for the same
		// mailbox before this is committed.
		if err := t.Queue(boxes, func(q sqlc.Querier) error {
			return insertAll(t.Context(), q, a, accepted.Runs, matching)
		}); err != nil {
			return err
		}
		return t.Wake(boxes...)
	})
	return accepted, err
}

// insertAll inserts an activity and its runs.
func insertAll(ctx context.Context, q sqlc.Querier, a record.Activity, runs []string, matching []record.Integration) error {
	if err := insertActivity(ctx, q, a); err != nil {
		return err
	}
	for i, id := range runs {
		if err := insertRun(ctx, q, firstRun(id, a, matching[i])); err != nil {
			return err
		}
	}
	return nil
}

// chosen returns the integrations of the project that match wants. What match was given
// may have been changed by it, and may be less than what it answers.
func chosen(has, matching []record.Integration) []record.Integration {
	var list []record.Integration
	for _, wanted := range matching {
		if n := slices.IndexFunc(has, func(i record.Integration) bool { return i.ID == wanted.ID }); n >= 0 {
			list = append(list, has[n])
		}
	}
	return list
}

func pointed(known *record.Accepted) record.Accepted {
	if known == nil {
		return record.Accepted{}
	}
	return *known
}

// remember stores the delivery, or returns what became of its first one.
func remember(t Tx, a record.Activity, delivery record.Delivery) (*record.Accepted, error) {
	if delivery.ID == "" {
		return nil, nil
	}
	fresh, err := t.CreateDelivery(t.Context(), sqlc.CreateDeliveryParams{
		ProjectID: a.ProjectID, ID: blob(delivery.ID), Hash: delivery.Hash[:], ActivityID: a.ID, Created: micros(a.Created),
	})
	if err != nil || fresh == 1 {
		return nil, err
	}
	first, err := t.GetDelivery(t.Context(), sqlc.GetDeliveryParams{ProjectID: a.ProjectID, ID: blob(delivery.ID)})
	if err != nil {
		return nil, err
	}
	runs, err := t.RunsOfActivity(t.Context(), first.ActivityID)
	return &record.Accepted{
		ActivityID: first.ActivityID, Duplicate: true, Differs: !bytes.Equal(first.Hash, delivery.Hash[:]), Runs: runs,
	}, err
}

func insertActivity(ctx context.Context, q sqlc.Querier, a record.Activity) error {
	summary, err := encodeJSON(a.Summary)
	if err != nil {
		return err
	}
	return q.CreateActivity(ctx, sqlc.CreateActivityParams{
		ID: a.ID, ProjectID: a.ProjectID, Type: blob(a.Type), State: string(a.State), Result: string(a.Result), Summary: summary,
		Hops: int64(a.Hops), Created: micros(a.Created), Body: a.Body,
	})
}

func firstRun(id string, a record.Activity, i record.Integration) record.Run {
	return record.Run{
		ID: id, ProjectID: a.ProjectID, IntegrationID: i.ID, ActivityID: a.ID, Attempt: 1, Lane: i.Lane,
		Ready: a.Created, Created: a.Created,
	}
}

func insertRun(ctx context.Context, q sqlc.Querier, r record.Run) error {
	return q.CreateRun(ctx, sqlc.CreateRunParams{
		ID: r.ID, ProjectID: r.ProjectID, IntegrationID: r.IntegrationID, ActivityID: r.ActivityID,
		Attempt: int64(r.Attempt), Lane: int64(r.Lane), Place: r.Place, Ready: micros(r.Ready), Created: micros(r.Created),
		Message: []byte{}, Seed: []byte{},
	})
}

// mailboxesOf returns the mailboxes of integrations, each once, in their order.
func mailboxesOf(integrations []record.Integration) []record.Mailbox {
	boxes := make([]record.Mailbox, len(integrations))
	for n, i := range integrations {
		boxes[n] = record.Mailbox{ProjectID: i.ProjectID, Lane: i.Lane}
	}
	slices.SortFunc(boxes, func(a, b record.Mailbox) int { return cmp.Compare(a.Lane, b.Lane) })
	return slices.Compact(boxes)
}

// Activity implements record.Intake.
func (d *Database) Activity(ctx context.Context, project, id string) (record.Activity, error) {
	var row sqlc.Activity
	err := d.Read(ctx, "get activity", func(q sqlc.Querier) (err error) {
		row, err = q.GetActivity(ctx, sqlc.GetActivityParams{ID: id, ProjectID: project})
		return one(err)
	})
	return activityOf(row), err
}

// ListActivities implements record.Intake.
func (d *Database) ListActivities(ctx context.Context, project string, limit int) ([]record.Activity, error) {
	var list []record.Activity
	err := d.Read(ctx, "list activities", func(q sqlc.Querier) error {
		rows, err := q.ListActivities(ctx, sqlc.ListActivitiesParams{ProjectID: project, Most: int64(limit)})
		list = mapped(rows, func(row sqlc.ListActivitiesRow) record.Activity {
			return activityOf(sqlc.Activity{
				ID: row.ID, ProjectID: row.ProjectID, Type: row.Type, State: row.State, Result: row.Result,
				Summary: row.Summary, Hops: row.Hops, Created: row.Created,
			})
		})
		return err
	})
	return list, err
}

// Backlog implements record.Intake.
func (d *Database) Backlog(ctx context.Context) (int64, error) {
	var n int64
	err := d.Read(ctx, "backlog", func(q sqlc.Querier) (err error) {
		n, err = q.CountUnfinished(ctx)
		return err
	})
	return n, err
}
