package storagetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"cloche/activity"
	"cloche/storage/record"
)

// soon is how long anything may take that should happen at once: on a busy machine
// and far below the minute after which a back end may look for what it forgot.
const soon = 20 * time.Second

// bed is an open database with one project, and the methods that tests of it need.
// They fail the test on any error.
type bed struct {
	*testing.T
	harness Harness
	db      record.Database
	ctx     context.Context
	project record.Project
}

func newBed(t *testing.T, harness Harness) *bed {
	t.Helper()
	b := &bed{T: t, harness: harness, db: harness.Open(t), ctx: context.Background()}
	t.Cleanup(func() { b.must(b.db.Close()) })
	b.project = b.addProject(1)
	return b
}

// reopen closes the database and opens it again.
func (b *bed) reopen() {
	b.Helper()
	b.must(b.db.Close())
	b.db = b.harness.Open(b.T)
}

func (b *bed) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// want checks that an error matches one, nil included.
func (b *bed) want(what string, err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Errorf("%s = %v, want %v", what, err, want)
	}
}

// newID returns a new ID of anything.
func newID() string { return activity.NewID(rand.Reader) }

// now is a time as records have it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

func (b *bed) addProject(concurrency int) record.Project {
	b.Helper()
	p := record.Project{ID: newID(), Name: "test", Concurrency: concurrency, Created: now(), Updated: now()}
	b.must(b.db.CreateProject(b.ctx, p))
	return p
}

// newIntegration returns one that is not stored yet.
func newIntegration(project string) record.Integration {
	return record.Integration{
		ID: newID(), ProjectID: project, Enabled: true, Filter: activity.DefaultFilter(), Created: now(), Updated: now(),
	}
}

func (b *bed) addTo(project string) record.Integration {
	b.Helper()
	script := []byte("1")
	i, err := b.db.CreateIntegration(b.ctx, newIntegration(project), script, hashOf(script))
	b.must(err)
	return i
}

// add adds an integration to the bed's project.
func (b *bed) add() record.Integration {
	b.Helper()
	return b.addTo(b.project.ID)
}

func hashOf(script []byte) string {
	sum := sha256.Sum256(script)
	return hex.EncodeToString(sum[:])
}

func newActivity(project string) record.Activity {
	return record.Activity{
		ID: newID(), ProjectID: project, Type: "environment.push", State: activity.StateComplete,
		Result: activity.ResultSuccess, Body: []byte("{}"), Created: now(),
		Summary: record.Summary{Text: "a\x00\"b\"", Description: "<b>ü</b>", Environments: []string{"main", ""}},
	}
}

// all matches every integration.
func all(list []record.Integration) []record.Integration { return list }

// only matches the integrations with these IDs.
func only(ids ...string) func([]record.Integration) []record.Integration {
	return func(list []record.Integration) []record.Integration {
		var matching []record.Integration
		for _, i := range list {
			for _, id := range ids {
				if i.ID == id {
					matching = append(matching, i)
				}
			}
		}
		return matching
	}
}

func deliveryOf(id, body string) record.Delivery {
	return record.Delivery{ID: id, Hash: sha256.Sum256([]byte(body))}
}

// accept takes an activity for the integrations that match.
func (b *bed) accept(match func([]record.Integration) []record.Integration) record.Accepted {
	b.Helper()
	return b.acceptIn(b.project.ID, match)
}

func (b *bed) acceptIn(project string, match func([]record.Integration) []record.Integration) record.Accepted {
	b.Helper()
	accepted, err := b.db.Accept(b.ctx, newActivity(project), record.Delivery{}, match, newID)
	b.must(err)
	return accepted
}

func (b *bed) run(id string) record.Run {
	b.Helper()
	return b.runIn(b.project.ID, id)
}

func (b *bed) runIn(project, id string) record.Run {
	b.Helper()
	run, err := b.db.Run(b.ctx, project, id)
	b.must(err)
	return run
}

// runs returns the runs of an integration, oldest first.
func (b *bed) runs(i record.Integration) []record.Run {
	b.Helper()
	runs, err := b.db.ListRuns(b.ctx, record.RunQuery{ProjectID: i.ProjectID, IntegrationID: i.ID, Limit: 1000})
	b.must(err)
	for low, high := 0, len(runs)-1; low < high; low, high = low+1, high-1 {
		runs[low], runs[high] = runs[high], runs[low]
	}
	return runs
}

func (b *bed) wantBacklog(want int64) {
	b.Helper()
	if n, err := b.db.Backlog(b.ctx); err != nil || n != want {
		b.Errorf("Backlog = %d, %v; want %d", n, err, want)
	}
}
