package storagetest

import (
	"slices"

	"cloche/activity"
	"cloche/storage/record"
)

func testNotFound(b *bed) {
	id := newID()
	i, missing := newIntegration(b.project.ID), newIntegration(id)
	_, create := b.db.CreateIntegration(b.ctx, missing, []byte("1"), "")
	_, update := b.db.UpdateIntegration(b.ctx, i, nil, "")
	_, project := b.db.Project(b.ctx, id)
	_, integration := b.db.Integration(b.ctx, b.project.ID, id)
	_, version := b.db.Version(b.ctx, id, 1)
	_, use := b.db.UseVersion(b.ctx, b.project.ID, id, 1)
	_, set := b.db.SetVariable(b.ctx, record.Variable{ID: newID(), IntegrationID: id, Name: "A", Kind: record.Plain})
	_, hash := b.db.TokenByHash(b.ctx, [32]byte{})
	_, accept := b.db.Accept(b.ctx, newActivity(id), record.Delivery{}, all, newID)
	_, act := b.db.Activity(b.ctx, b.project.ID, id)
	_, run := b.db.Run(b.ctx, b.project.ID, id)
	_, redrive := b.db.Redrive(b.ctx, b.project.ID, id, newID())
	_, cancel := b.db.CancelRun(b.ctx, b.project.ID, id)
	for name, err := range map[string]error{
		"CreateIntegration": create, "UpdateIntegration": update, "Project": project, "Integration": integration,
		"Version": version, "UseVersion": use, "SetVariable": set, "TokenByHash": hash, "Accept": accept,
		"Activity": act, "Run": run, "Redrive": redrive, "CancelRun": cancel,
		"UpdateProject":     b.db.UpdateProject(b.ctx, record.Project{ID: id, Concurrency: 1}),
		"DeleteProject":     b.db.DeleteProject(b.ctx, id),
		"DeleteIntegration": b.db.DeleteIntegration(b.ctx, b.project.ID, id),
		"DeleteVariable":    b.db.DeleteVariable(b.ctx, id, "A"),
		"CreateToken":       b.db.CreateToken(b.ctx, record.Token{ID: newID(), ProjectID: id, Scopes: []string{"read"}}),
		"DeleteToken":       b.db.DeleteToken(b.ctx, id),
	} {
		b.want(name, err, record.ErrNotFound)
	}
	b.wantEmpty(id)
}

// wantEmpty checks that nothing is listed of what is not there.
func (b *bed) wantEmpty(id string) {
	b.Helper()
	integrations, err := b.db.ListIntegrations(b.ctx, id, "")
	b.must(err)
	versions, err := b.db.ListVersions(b.ctx, id)
	b.must(err)
	variables, err := b.db.ListVariables(b.ctx, id)
	b.must(err)
	activities, err := b.db.ListActivities(b.ctx, id, 10)
	b.must(err)
	runs, err := b.db.ListRuns(b.ctx, record.RunQuery{ProjectID: id, Limit: 10})
	b.must(err)
	lines, err := b.db.Lines(b.ctx, record.Run{Seq: 1 << 40, ID: id}, 0, 10)
	b.must(err)
	if n := len(integrations) + len(versions) + len(variables) + len(activities) + len(runs) + len(lines); n > 0 {
		b.Errorf("%d things are listed of what is not there", n)
	}
}

// testOtherProject checks that a project cannot reach what is another's by its ID.
func testOtherProject(b *bed) {
	i := b.add()
	accepted := b.accept(all)
	run := accepted.Runs[0]
	other := b.addProject(1)
	stranger := i
	stranger.ProjectID = other.ID

	_, update := b.db.UpdateIntegration(b.ctx, stranger, []byte("2"), "")
	_, integration := b.db.Integration(b.ctx, other.ID, i.ID)
	_, use := b.db.UseVersion(b.ctx, other.ID, i.ID, 1)
	_, act := b.db.Activity(b.ctx, other.ID, accepted.ActivityID)
	_, get := b.db.Run(b.ctx, other.ID, run)
	_, redrive := b.db.Redrive(b.ctx, other.ID, run, newID())
	_, cancel := b.db.CancelRun(b.ctx, other.ID, run)
	for name, err := range map[string]error{
		"UpdateIntegration": update, "Integration": integration, "UseVersion": use, "Activity": act, "Run": get,
		"Redrive": redrive, "CancelRun": cancel, "DeleteIntegration": b.db.DeleteIntegration(b.ctx, other.ID, i.ID),
	} {
		b.want(name, err, record.ErrNotFound)
	}
	for _, q := range []record.RunQuery{
		{IntegrationID: i.ID}, {ActivityID: accepted.ActivityID}, {IntegrationID: i.ID, ActivityID: accepted.ActivityID}, {},
	} {
		q.ProjectID, q.Limit = other.ID, 10
		if runs, err := b.db.ListRuns(b.ctx, q); err != nil || len(runs) != 0 {
			b.Errorf("ListRuns(%+v) = %d runs, %v; want none", q, len(runs), err)
		}
	}
	b.wantIntegration(i)
	if r := b.run(run); r.State != activity.StatePending {
		b.Errorf("the run is %s, want pending", r.State)
	}
}

// testTaken checks that what is taken is said to be, and stays as it was.
func testTaken(b *bed) {
	b.want("CreateProject", b.db.CreateProject(b.ctx, record.Project{ID: b.project.ID, Name: "other", Concurrency: 1}), record.ErrConflict)
	i := b.add()
	again := newIntegration(b.addProject(1).ID)
	again.ID = i.ID
	_, err := b.db.CreateIntegration(b.ctx, again, []byte("1"), "")
	b.want("CreateIntegration", err, record.ErrConflict)
	token := record.Token{ID: newID(), Hash: [32]byte{1}, Scopes: []string{"read"}, Created: moment(0)}
	b.must(b.db.CreateToken(b.ctx, token))
	b.want("CreateToken with a taken ID", b.db.CreateToken(b.ctx, record.Token{ID: token.ID, Hash: [32]byte{2}}), record.ErrConflict)
	b.want("CreateToken with a taken text", b.db.CreateToken(b.ctx, record.Token{ID: newID(), Hash: [32]byte{1}}), record.ErrConflict)

	p, err := b.db.Project(b.ctx, b.project.ID)
	b.must(err)
	if p.Name != b.project.Name {
		b.Errorf("the project's name is %q now", p.Name)
	}
	b.wantIntegration(i)
	tokens, err := b.db.ListTokens(b.ctx)
	b.must(err)
	b.equal("the tokens", tokens, []record.Token{token})
}

// testPrefixes checks that no character of a prefix means something else than itself.
func testPrefixes(b *bed) {
	p := record.Project{ID: "abcdefghijklm", Concurrency: 1, Created: moment(0), Updated: moment(0)}
	b.must(b.db.CreateProject(b.ctx, p))
	i := newIntegration(p.ID)
	i.ID = p.ID
	_, err := b.db.CreateIntegration(b.ctx, i, []byte("1"), "")
	b.must(err)
	_, err = b.db.Accept(b.ctx, newActivity(p.ID), record.Delivery{}, all, func() string { return p.ID })
	b.must(err)
	for prefix, want := range map[string]int{
		"abc": 1, "abcdefghijklm": 1, "abcdefghijklmn": 0, "ABC": 0, "b": 0, "%": 0, "a%": 0, "_bc": 0, "a*": 0, "a.": 0,
		"[a]": 0, `\a`: 0, "'": 0, "ä": 0, "🎉": 0, "\x00": 0, "a\x00": 0, "abc\x00": 0, "\xff": 0, "a\xff": 0,
	} {
		projects, err := b.db.ListProjects(b.ctx, prefix)
		b.must(err)
		integrations, err := b.db.ListIntegrations(b.ctx, p.ID, prefix)
		b.must(err)
		runs, err := b.db.ListRuns(b.ctx, record.RunQuery{ProjectID: p.ID, Prefix: prefix, Limit: 10})
		b.must(err)
		ofOne, err := b.db.ListRuns(b.ctx, record.RunQuery{ProjectID: p.ID, IntegrationID: i.ID, Prefix: prefix, Limit: 10})
		b.must(err)
		// The bed's own project has an ID made at random, which may begin like any of these.
		projects = slices.DeleteFunc(projects, func(other record.Project) bool { return other.ID == b.project.ID })
		if len(projects) != want || len(integrations) != want || len(runs) != want || len(ofOne) != want {
			b.Errorf("prefix %q: %d projects, %d integrations, %d and %d runs; want %d",
				prefix, len(projects), len(integrations), len(runs), len(ofOne), want)
		}
	}
}
