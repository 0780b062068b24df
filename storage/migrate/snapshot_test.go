package migrate_test

import (
	"context"
	"fmt"
	"testing"

	"cloche/activity"
	"cloche/storage"
	"cloche/storage/record"
)

// contents is all that a database tells.
type contents struct {
	Projects     []record.Project
	Integrations []record.Integration
	Versions     []record.Version
	Variables    []record.Variable
	Activities   []record.Activity
	Runs         []record.Run
	Lines        map[string][]record.Line
	Tokens       []record.Token
	Stored       map[string]string
	Usage        map[storage.Scope]storage.Usage
	Backlog      int64
}

// snapshot reads a database through its interface. Runs in progress look pending, as
// they are in a copy.
func snapshot(t testing.TB, db record.Database) contents {
	t.Helper()
	ctx := context.Background()
	c := contents{Lines: make(map[string][]record.Line), Stored: make(map[string]string), Usage: make(map[storage.Scope]storage.Usage)}
	var err error
	c.Projects, err = db.ListProjects(ctx, "")
	must(t, err)
	c.Tokens, err = db.ListTokens(ctx)
	must(t, err)
	c.Backlog, err = db.Backlog(ctx)
	must(t, err)
	for _, p := range c.Projects {
		list, err := db.ListIntegrations(ctx, p.ID, "")
		must(t, err)
		c.Integrations = append(c.Integrations, list...)
		for _, i := range list {
			c.addIntegration(t, db, i)
		}
		c.addActivities(t, db, p.ID)
		c.addRuns(t, db, p.ID)
	}
	c.addStored(t, db, "a scope of nobody")
	return c
}

func (c *contents) addIntegration(t testing.TB, db record.Database, i record.Integration) {
	t.Helper()
	ctx := context.Background()
	versions, err := db.ListVersions(ctx, i.ID)
	must(t, err)
	for _, v := range versions {
		full, err := db.Version(ctx, i.ID, v.Number)
		must(t, err)
		c.Versions = append(c.Versions, full)
	}
	variables, err := db.ListVariables(ctx, i.ID)
	must(t, err)
	c.Variables = append(c.Variables, variables...)
	c.addStored(t, db, storage.Scope(i.ID))
}

func (c *contents) addStored(t testing.TB, db record.Database, scope storage.Scope) {
	t.Helper()
	keys, err := db.Store().Keys(context.Background(), scope)
	must(t, err)
	for _, key := range keys {
		value, _, err := db.Store().Get(context.Background(), scope, key)
		must(t, err)
		kind, data := value.Encode()
		c.Stored[string(scope)+"/"+key] = fmt.Sprintf("%v %q", kind, data)
	}
	c.Usage[scope], err = db.Store().Usage(context.Background(), scope)
	must(t, err)
}

func (c *contents) addActivities(t testing.TB, db record.Database, project string) {
	t.Helper()
	list, err := db.ListActivities(context.Background(), project, 1000)
	must(t, err)
	for _, a := range list {
		full, err := db.Activity(context.Background(), project, a.ID)
		must(t, err)
		c.Activities = append(c.Activities, full)
	}
}

func (c *contents) addRuns(t testing.TB, db record.Database, project string) {
	t.Helper()
	runs, err := db.ListRuns(context.Background(), record.RunQuery{ProjectID: project, Limit: 1000})
	must(t, err)
	for n, r := range runs {
		if c.Lines[r.ID], err = db.Lines(context.Background(), r, 0, 1000); err != nil {
			t.Fatal(err)
		}
		if r.State == activity.StateInProgress {
			runs[n].State = activity.StatePending
		}
	}
	c.Runs = append(c.Runs, runs...)
}
