package storagetest

import (
	"slices"
	"time"

	"cloche/activity"
	"cloche/storage/record"
)

func listCases() []databaseCase {
	return []databaseCase{
		{"listing activities", testListActivities},
		{"listing runs", testListRuns},
		{"reading a log in pages", testLines},
		{"the backlog", testBacklog},
	}
}

func testListActivities(b *bed) {
	var want []string
	start := now()
	for n := range 5 {
		at := start.Add(time.Duration(n) * time.Microsecond)
		want = append([]string{b.acceptAt(at, record.Delivery{}).ActivityID}, want...)
	}
	for _, limit := range []int{1, 4, 5, 1000} {
		list, err := b.db.ListActivities(b.ctx, b.project.ID, limit)
		b.must(err)
		var got []string
		for _, a := range list {
			got = append(got, a.ID)
			if len(a.Body) > 0 {
				b.Errorf("the list has a body: %q", a.Body)
			}
		}
		b.equal("the newest activities", got, want[:min(limit, len(want))])
	}
}

// testListRuns makes runs of all kinds and asks for them by all that a query can say.
func testListRuns(b *bed) {
	i, other := b.add(), b.add()
	start := now().Add(-time.Hour)
	var mine, activities []string
	accept := func(n int, match func([]record.Integration) []record.Integration) []string {
		a := newActivity(b.project.ID)
		a.Created = start.Add(time.Duration(n) * time.Microsecond)
		accepted, err := b.db.Accept(b.ctx, a, record.Delivery{}, match, newID)
		b.must(err)
		mine, activities = append(mine, accepted.Runs[0]), append(activities, a.ID)
		return accepted.Runs
	}
	both := accept(0, all)
	accept(1, only(i.ID))
	accept(2, only(i.ID))
	_, err := b.db.CancelRun(b.ctx, b.project.ID, mine[2])
	b.must(err)
	j := b.newJournal()
	stop := b.work(workOptions(), j.notingEnds(b.db, func(work *record.Work) *record.Outcome {
		if work.Run.ID != mine[1] {
			return succeed(work)
		}
		outcome := endWith(work, "script_error")
		outcome.Run.Dead = true
		return outcome
	}))
	j.wait(3)
	stop()
	accept(3, only(i.ID))

	for _, c := range []struct {
		name string
		q    record.RunQuery
		want []string
	}{
		{"all", record.RunQuery{}, mine},
		{"limit", record.RunQuery{Limit: 2}, mine[2:]},
		{"pending", record.RunQuery{States: []string{"pending"}}, mine[3:]},
		{"ended", record.RunQuery{States: []string{"complete", "cancelled"}}, mine[:3]},
		{"part of a state", record.RunQuery{States: []string{"end"}}, nil},
		{"in progress", record.RunQuery{States: []string{"in_progress"}}, nil},
		{"success", record.RunQuery{Result: "success"}, mine[:1]},
		{"failure", record.RunQuery{Result: "failure"}, mine[1:3]},
		{"before the first", record.RunQuery{Before: start}, nil},
		{"before the third", record.RunQuery{Before: start.Add(2 * time.Microsecond)}, mine[:2]},
		{"dead", record.RunQuery{Dead: true}, mine[1:2]},
		{"prefix", record.RunQuery{Prefix: mine[1][:12]}, mine[1:2]},
		{"of an activity", record.RunQuery{ActivityID: activities[1]}, mine[1:2]},
		{"everything together", record.RunQuery{
			ActivityID: activities[1], States: []string{"complete"}, Result: "failure", Before: now(), Dead: true, Prefix: mine[1], Limit: 1,
		}, mine[1:2]},
	} {
		c.q.IntegrationID = i.ID
		b.wantRuns(c.name, c.q, c.want)
	}
	b.wantRuns("of the other", record.RunQuery{IntegrationID: other.ID}, both[1:])
	b.wantRuns("of an activity, any integration", record.RunQuery{ActivityID: activities[0]}, both)
	b.wantRuns("of an activity, cancelled", record.RunQuery{ActivityID: activities[2], States: []string{"cancelled"}}, mine[2:3])
	b.wantRuns("of an activity, success", record.RunQuery{ActivityID: activities[1], Result: "success"}, nil)
	b.wantRuns("of any, dead", record.RunQuery{Dead: true}, mine[1:2])
	b.wantRuns("of any, success before", record.RunQuery{Result: "success", Before: start}, nil)
}

func (b *bed) wantRuns(name string, q record.RunQuery, want []string) {
	b.Helper()
	q.ProjectID = b.project.ID
	if q.Limit == 0 {
		q.Limit = 1000
	}
	list, err := b.db.ListRuns(b.ctx, q)
	b.must(err)
	var got []string
	for _, run := range slices.Backward(list) {
		got = append(got, run.ID)
		if run.ActivityType != "environment.push" {
			b.Errorf("%s: the activity's type is %q", name, run.ActivityType)
		}
		b.equal("the summary", run.Summary, newActivity("").Summary)
	}
	b.equal(name, got, want)
}

func testLines(b *bed) {
	i := b.add()
	b.accept(all)
	var want []record.Line
	for n := range 10 {
		want = append(want, record.Line{Number: 1 + 3*n, Time: moment(n), Level: "warn", Text: newID()})
	}
	j := b.newJournal()
	b.work(workOptions(), j.notingEnds(b.db, func(work *record.Work) *record.Outcome {
		outcome := succeed(work)
		outcome.Lines = want
		return outcome
	}))
	j.wait(1)
	run := b.runs(i)[0]
	for _, c := range []struct{ after, limit, from, to int }{
		{0, 100, 0, 10}, {0, 10, 0, 10}, {0, 3, 0, 3}, {1, 3, 1, 4}, {2, 3, 1, 4}, {7, 3, 3, 6}, {27, 3, 9, 10}, {28, 3, 10, 10}, {1000, 3, 10, 10},
	} {
		got, err := b.db.Lines(b.ctx, run, c.after, c.limit)
		b.must(err)
		b.equal("the page", append([]record.Line{}, got...), append([]record.Line{}, want[c.from:c.to]...))
	}
}

func testBacklog(b *bed) {
	b.add()
	b.addTo(b.addProject(1).ID)
	b.wantBacklog(0)
	b.accept(all)
	b.accept(all)
	cancelled := b.accept(all)
	b.wantBacklog(3)
	_, err := b.db.CancelRun(b.ctx, b.project.ID, cancelled.Runs[0])
	b.must(err)
	b.wantBacklog(2)
	began, release := make(chan struct{}, 1), make(chan struct{})
	j := b.newJournal()
	b.work(workOptions(), j.notingEnds(b.db, func(work *record.Work) *record.Outcome {
		if work.Run.State != activity.StateInProgress {
			b.Errorf("the run that was started is %s", work.Run.State)
		}
		began <- struct{}{}
		<-release
		return succeed(work)
	}))
	received(b, "the start", began)
	b.wantBacklog(2)
	release <- struct{}{}
	received(b, "the next start", began)
	b.wantBacklog(1)
	release <- struct{}{}
	j.wait(2)
	b.wantBacklog(0)
}
