package storagetest

import (
	"crypto/sha256"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"cloche/activity"
	"cloche/storage/record"
)

func recordCases() []databaseCase {
	return []databaseCase{
		{"projects", testProjects},
		{"integrations", testIntegrations},
		{"versions", testVersions},
		{"lanes are spread evenly", testLanes},
		{"variables", testVariables},
		{"tokens", testTokens},
		{"what is not there", testNotFound},
		{"what is another project's", testOtherProject},
		{"names that are taken", testTaken},
		{"prefixes are literal", testPrefixes},
		{"records survive reopening", testRecordsSurvive},
	}
}

// equal checks that two records are the same.
func (b *bed) equal(what string, got, want any) {
	b.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("%s (- wanted, + got):\n%s", what, diff)
	}
}

// moment is a time of which every microsecond counts, n hours after another such.
func moment(n int) time.Time {
	return time.Date(2031, 2, 3, 4, 5, 6, 789_012_000, time.UTC).Add(time.Duration(n) * time.Hour)
}

func testProjects(b *bed) {
	p := record.Project{
		ID: newID(), Name: "Grüße", Concurrency: 64, Hook: record.Hook{Scheme: "github", Sealed: "v1.secret"},
		Created: moment(0), Updated: moment(1),
	}
	b.must(b.db.CreateProject(b.ctx, p))
	got, err := b.db.Project(b.ctx, p.ID)
	b.must(err)
	b.equal("the project", got, p)

	changed := p
	changed.Name, changed.Concurrency, changed.Hook, changed.Updated = "other", 2, record.Hook{}, moment(2)
	changed.Created = moment(9) // is not written
	b.must(b.db.UpdateProject(b.ctx, changed))
	changed.Created, changed.Revision = p.Created, p.Revision+1
	got, err = b.db.Project(b.ctx, p.ID)
	b.must(err)
	b.equal("the changed project", got, changed)

	list, err := b.db.ListProjects(b.ctx, "")
	b.must(err)
	b.equal("the list", list, []record.Project{b.project, changed})
	b.must(b.db.DeleteProject(b.ctx, p.ID))
	_, err = b.db.Project(b.ctx, p.ID)
	b.want("Project of a deleted one", err, record.ErrNotFound)
}

func testIntegrations(b *bed) {
	i := record.Integration{
		ID: newID(), ProjectID: b.project.ID, Name: "notify", Enabled: true,
		Filter: activity.Filter{
			Events: []string{"environment.*"}, States: []string{"*"}, Environments: []string{"main", "pr-*"},
			ExcludedEnvironments: []string{"pr-ü🎉"}, Result: "*",
		},
		Limits:  record.Limits{CPU: time.Microsecond, Wall: 1<<62 + 1, Memory: 1<<62 + 1},
		Retry:   activity.RetryPolicy{Attempts: 20, Backoff: time.Nanosecond, MaxBackoff: 24 * time.Hour, Codes: []string{"wall_limit"}},
		Created: moment(0), Updated: moment(1),
	}
	stored, err := b.db.CreateIntegration(b.ctx, i, []byte("one"), hashOf([]byte("one")))
	b.must(err)
	i.Version = 1
	b.equal("what CreateIntegration returns", stored, i)
	b.wantIntegration(i)

	i.Name, i.Enabled, i.Filter, i.Limits, i.Retry, i.Updated = "", false, activity.DefaultFilter(), record.Limits{}, activity.RetryPolicy{}, moment(2)
	given := i
	given.Created, given.Lane, given.Version = moment(9), 7, 7 // are not written
	stored, err = b.db.UpdateIntegration(b.ctx, given, nil, "")
	b.must(err)
	b.equal("what UpdateIntegration returns", stored, i)
	b.wantIntegration(i)

	b.must(b.db.DeleteIntegration(b.ctx, b.project.ID, i.ID))
	_, err = b.db.Integration(b.ctx, b.project.ID, i.ID)
	b.want("Integration of a deleted one", err, record.ErrNotFound)
}

// wantIntegration checks what is read of the project's one integration.
func (b *bed) wantIntegration(want record.Integration) {
	b.Helper()
	got, err := b.db.Integration(b.ctx, want.ProjectID, want.ID)
	b.must(err)
	b.equal("the integration", got, want)
	list, err := b.db.ListIntegrations(b.ctx, want.ProjectID, "")
	b.must(err)
	b.equal("the list", list, []record.Integration{want})
}

func testVersions(b *bed) {
	i := b.add()
	var want []record.Version
	for n, script := range []string{"1", "two", ""} {
		version := record.Version{IntegrationID: i.ID, Number: n + 1, Hash: hashOf([]byte(script)), Created: i.Updated}
		if n > 0 {
			i.Updated = moment(n)
			version.Created = i.Updated
			var err error
			i, err = b.db.UpdateIntegration(b.ctx, i, []byte(script), version.Hash)
			b.must(err)
		}
		if i.Version != n+1 {
			b.Errorf("the version is %d, want %d", i.Version, n+1)
		}
		want = append([]record.Version{version}, want...)
		got, err := b.db.Version(b.ctx, i.ID, n+1)
		b.must(err)
		if string(got.Script) != script {
			b.Errorf("version %d is %q, want %q", n+1, got.Script, script)
		}
		got.Script = nil
		b.equal("the version", got, version)
	}
	list, err := b.db.ListVersions(b.ctx, i.ID)
	b.must(err)
	b.equal("the list", list, want)
	b.useVersions(i)
}

// useVersions goes back to an older version of three and then makes a fourth.
func (b *bed) useVersions(i record.Integration) {
	b.Helper()
	before := i
	i, err := b.db.UseVersion(b.ctx, b.project.ID, i.ID, 1)
	b.must(err)
	if i.Version != 1 || !i.Updated.After(before.Created) {
		b.Errorf("UseVersion = %+v, want version 1", i)
	}
	before.Version, before.Updated = 1, i.Updated
	b.equal("what UseVersion returns", i, before)
	b.wantIntegration(i)
	for _, number := range []int{0, 4, -1} {
		_, err := b.db.UseVersion(b.ctx, b.project.ID, i.ID, number)
		b.want("UseVersion of one that is not there", err, record.ErrNotFound)
		_, err = b.db.Version(b.ctx, i.ID, number)
		b.want("Version of one that is not there", err, record.ErrNotFound)
	}
	i, err = b.db.UpdateIntegration(b.ctx, i, []byte("four"), hashOf([]byte("four")))
	b.must(err)
	if i.Version != 4 {
		b.Errorf("after version 1 of 3 was used, the next is %d, want 4", i.Version)
	}
}

func testLanes(b *bed) {
	p := b.addProject(3)
	var list []record.Integration
	counts := make(map[int]int)
	for range 7 {
		i := b.addTo(p.ID)
		list = append(list, i)
		counts[i.Lane]++
	}
	if len(counts) != 3 || counts[0] < 2 || counts[1] < 2 || counts[2] < 2 {
		b.Errorf("7 integrations over 3 lanes: %v", counts)
	}
	gone := list[4]
	b.must(b.db.DeleteIntegration(b.ctx, p.ID, gone.ID))
	b.must(b.db.DeleteIntegration(b.ctx, p.ID, list[1].ID)) // of the same lane
	if i := b.addTo(p.ID); i.Lane != gone.Lane {
		b.Errorf("the lane is %d, want the emptiest, %d", i.Lane, gone.Lane)
	}
	p.Concurrency = 1
	b.must(b.db.UpdateProject(b.ctx, p))
	if i := b.addTo(p.ID); i.Lane != 0 {
		b.Errorf("the lane is %d, want 0: there is one", i.Lane)
	}
	if i, err := b.db.Integration(b.ctx, p.ID, list[2].ID); err != nil || i.Lane != list[2].Lane {
		b.Errorf("a lower concurrency moved an integration: %+v, %v", i, err)
	}
}

func testVariables(b *bed) {
	i := b.add()
	v := record.Variable{
		ID: newID(), IntegrationID: i.ID, Name: "B", Kind: record.Sensitive, JSON: true, Value: "v1.x",
		Attributes: `{"a":"b"}`, Created: moment(0), Updated: moment(1),
	}
	stored, err := b.db.SetVariable(b.ctx, v)
	b.must(err)
	b.equal("what SetVariable returns", stored, v)
	replacement := record.Variable{
		ID: newID(), IntegrationID: i.ID, Name: "B", Kind: record.Plain, Value: "plain", Created: moment(2), Updated: moment(3),
	}
	stored, err = b.db.SetVariable(b.ctx, replacement)
	b.must(err)
	replacement.ID, replacement.Created = v.ID, v.Created
	b.equal("what SetVariable returns of a replacement", stored, replacement)

	first := record.Variable{ID: newID(), IntegrationID: i.ID, Name: "A", Kind: record.Plain, Created: moment(4), Updated: moment(4)}
	_, err = b.db.SetVariable(b.ctx, first)
	b.must(err)
	list, err := b.db.ListVariables(b.ctx, i.ID)
	b.must(err)
	b.equal("the list", list, []record.Variable{first, replacement})

	b.must(b.db.DeleteVariable(b.ctx, i.ID, "B"))
	list, err = b.db.ListVariables(b.ctx, i.ID)
	b.must(err)
	b.equal("the list after DeleteVariable", list, []record.Variable{first})
	b.want("DeleteVariable of a deleted one", b.db.DeleteVariable(b.ctx, i.ID, "B"), record.ErrNotFound)
}

func testTokens(b *bed) {
	token := func(n int, project string, scopes ...string) record.Token {
		return record.Token{
			ID: newID(), Name: "laptop", Hash: sha256.Sum256([]byte{byte(n)}), ProjectID: project, Scopes: scopes, Created: moment(n),
		}
	}
	list := []record.Token{token(0, "", "read", "write", "admin"), token(1, b.project.ID, "read"), token(2, "", "admin")}
	list[1].Expires = moment(5)
	for _, t := range slices.Backward(list) {
		b.must(b.db.CreateToken(b.ctx, t))
	}
	for _, want := range list {
		got, err := b.db.TokenByHash(b.ctx, want.Hash)
		b.must(err)
		b.equal("the token", got, want)
	}
	got, err := b.db.ListTokens(b.ctx)
	b.must(err)
	b.equal("the list", got, list)
	b.must(b.db.DeleteToken(b.ctx, list[0].ID))
	_, err = b.db.TokenByHash(b.ctx, list[0].Hash)
	b.want("TokenByHash of a deleted one", err, record.ErrNotFound)
	b.want("DeleteToken of a deleted one", b.db.DeleteToken(b.ctx, list[0].ID), record.ErrNotFound)
	b.must(b.db.DeleteProject(b.ctx, b.project.ID))
	got, err = b.db.ListTokens(b.ctx)
	b.must(err)
	b.equal("the list without the project's", got, list[2:])
}

func testRecordsSurvive(b *bed) {
	i := b.add()
	accepted := b.accept(all)
	b.reopen()
	got, err := b.db.Project(b.ctx, b.project.ID)
	b.must(err)
	b.project.Revision = got.Revision
	b.equal("the project", got, b.project)
	b.wantIntegration(i)
	if run := b.run(accepted.Runs[0]); run.State != activity.StatePending {
		b.Errorf("the run is %s, want pending", run.State)
	}
	b.wantBacklog(1)
}
