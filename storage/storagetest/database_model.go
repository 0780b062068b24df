package storagetest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"pgregory.net/rapid"

	"cloche/activity"
	"cloche/storage/record"
)

func modelCases() []databaseCase {
	return []databaseCase{{"random operations on the queue agree with a model", testQueueModel}}
}

// modelRun is a run as the model knows it.
type modelRun struct {
	id      string
	attempt int
	state   activity.State
	code    string
	// fails is how many attempts of it, this one included, end with a retry.
	fails int
	// cause is the activity with the integration: what attempts are counted of.
	cause string
}

// queueModel is the plainest queue there can be: for each integration the runs that
// wait, in order, and all runs.
type queueModel struct {
	waiting  map[string][]*modelRun
	runs     map[string][]*modelRun
	attempts map[string]int
}

// work does all that waits and returns the runs of each integration in the order in
// which they end. A retry comes at once, before all that waits.
func (m *queueModel) work() map[string][]string {
	ends := make(map[string][]string)
	for integration := range m.waiting {
		for len(m.waiting[integration]) > 0 {
			r := m.waiting[integration][0]
			m.waiting[integration] = m.waiting[integration][1:]
			r.state, r.code = activity.StateComplete, activity.CodeOK
			ends[integration] = append(ends[integration], fmt.Sprint(r.cause, " ", r.attempt))
			if r.fails == 0 {
				continue
			}
			r.code = "script_error"
			again := m.next(integration, r.cause)
			again.fails = r.fails - 1
			m.waiting[integration] = append([]*modelRun{again}, m.waiting[integration]...)
		}
	}
	return ends
}

// next makes the next attempt of a cause.
func (m *queueModel) next(integration, cause string) *modelRun {
	m.attempts[cause]++
	r := &modelRun{cause: cause, attempt: m.attempts[cause], state: activity.StatePending}
	m.runs[integration] = append(m.runs[integration], r)
	return r
}

// queueMachine applies random operations to a project and to a model of it.
type queueMachine struct {
	*bed
	project      record.Project
	integrations []record.Integration
	model        queueModel
	// fails says how many retries a cause has left, by what the drain sees of it.
	mu    sync.Mutex
	fails map[string]int
}

// testQueueModel has activities come in, runs be cancelled and run again, all while
// nobody works, and then all that waits be worked through, again and again.
func testQueueModel(b *bed) {
	rapid.Check(b.T, func(t *rapid.T) {
		m := newQueueMachine(b)
		for range rapid.IntRange(1, 2).Draw(t, "times of work") {
			for range rapid.IntRange(1, 10).Draw(t, "operations") {
				m.step(t)
			}
			m.work(t)
			m.compare(t)
		}
		if err := b.db.DeleteProject(b.ctx, m.project.ID); err != nil {
			t.Fatal(err)
		}
	})
}

func newQueueMachine(b *bed) *queueMachine {
	m := &queueMachine{bed: b, project: b.addProject(2), fails: make(map[string]int)}
	m.model = queueModel{waiting: make(map[string][]*modelRun), runs: make(map[string][]*modelRun), attempts: make(map[string]int)}
	for range 3 {
		m.integrations = append(m.integrations, b.addTo(m.project.ID))
	}
	return m
}

func causeOf(r record.Run) string { return r.ActivityID + " " + r.IntegrationID }

func (m *queueMachine) step(t *rapid.T) {
	switch rapid.SampledFrom([]string{"accept", "accept", "accept", "cancel", "again", "repeat"}).Draw(t, "operation") {
	case "accept":
		m.accept(t)
	case "repeat":
		m.repeat(t)
	case "cancel":
		i, r := m.any(t)
		if r == nil {
			return
		}
		_, err := m.db.CancelRun(m.ctx, m.project.ID, r.id)
		m.wantConflict(t, err, r.state != activity.StatePending)
		if err == nil {
			r.state, r.code = activity.StateCancelled, activity.CodeCancelled
			m.model.waiting[i.ID] = slices.DeleteFunc(m.model.waiting[i.ID], func(w *modelRun) bool { return w == r })
		}
	case "again":
		i, r := m.any(t)
		if r == nil {
			return
		}
		id := newID()
		_, err := m.db.Redrive(m.ctx, m.project.ID, r.id, id)
		m.wantConflict(t, err, !r.state.Finished())
		if err == nil {
			again := m.model.next(i.ID, r.cause)
			again.id = id
			m.model.waiting[i.ID] = append(m.model.waiting[i.ID], again)
		}
	}
}

func (m *queueMachine) wantConflict(t *rapid.T, err error, conflict bool) {
	if err == nil == conflict {
		t.Fatalf("the call returned %v, want a conflict: %v", err, conflict)
	}
}

// accept takes an activity for some of the integrations, whose runs fail some times.
func (m *queueMachine) accept(t *rapid.T) {
	var ids []string
	for _, i := range m.integrations {
		if rapid.Bool().Draw(t, "match") {
			ids = append(ids, i.ID)
		}
	}
	fails := rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "failures")
	a := newActivity(m.project.ID)
	accepted, err := m.db.Accept(m.ctx, a, deliveryOf(a.ID, "body"), only(ids...), newID)
	if err != nil || len(accepted.Runs) != len(ids) {
		t.Fatalf("Accept = %+v, %v; want %d runs", accepted, err, len(ids))
	}
	for n, id := range ids {
		r := m.model.next(id, a.ID+" "+id)
		r.id, r.fails = accepted.Runs[n], fails
		m.model.waiting[id] = append(m.model.waiting[id], r)
		m.fails[r.id] = fails
	}
}

// repeat delivers an activity again.
func (m *queueMachine) repeat(t *rapid.T) {
	_, r := m.any(t)
	if r == nil {
		return
	}
	delivered := r.cause[:len(newID())]
	accepted, err := m.db.Accept(m.ctx, newActivity(m.project.ID), deliveryOf(delivered, "body"), all, newID)
	if err != nil || !accepted.Duplicate || accepted.ActivityID != delivered {
		t.Fatalf("Accept = %+v, %v; want a duplicate of %s", accepted, err, delivered)
	}
}

// any draws one of the runs whose ID is known, nil if there is none.
func (m *queueMachine) any(t *rapid.T) (record.Integration, *modelRun) {
	i := rapid.SampledFrom(m.integrations).Draw(t, "integration")
	runs := m.model.runs[i.ID]
	if len(runs) == 0 {
		return i, nil
	}
	return i, rapid.SampledFrom(runs).Draw(t, "run")
}

// work works through all that waits, and compares the order.
func (m *queueMachine) work(t *rapid.T) {
	want := m.model.work()
	total := 0
	for _, ends := range want {
		total += len(ends)
	}
	var mu sync.Mutex
	got := make(map[string][]string)
	j := m.newJournal()
	more := rapid.Bool().Draw(t, "more")
	stop := m.bed.work(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		for work != nil {
			r := work.Run
			mu.Lock()
			got[r.IntegrationID] = append(got[r.IntegrationID], fmt.Sprint(causeOf(r), " ", r.Attempt))
			mu.Unlock()
			next, err := m.db.Step(ctx, claim, m.outcome(work), more)
			if err != nil {
				return err
			}
			j.end()
			work = next
		}
		return nil
	})
	j.wait(total)
	stop()
	for _, i := range m.integrations {
		if !slices.Equal(got[i.ID], want[i.ID]) {
			t.Fatalf("the runs of %s ended in the order\n%q, want\n%q", i.ID, got[i.ID], want[i.ID])
		}
	}
}

// outcome ends a run as was drawn when its activity came in.
func (m *queueMachine) outcome(work *record.Work) *record.Outcome {
	m.mu.Lock()
	defer m.mu.Unlock()
	fails := m.fails[work.Run.ID]
	if fails == 0 {
		return succeed(work)
	}
	outcome := retryAfter(work, 0)
	m.fails[outcome.Retry.ID] = fails - 1
	return outcome
}

// compare checks all runs, and learns the IDs of retries.
func (m *queueMachine) compare(t *rapid.T) {
	for _, i := range m.integrations {
		stored := make(map[string]record.Run)
		for _, r := range m.bed.runs(i) {
			stored[fmt.Sprint(causeOf(r), " ", r.Attempt)] = r
		}
		if len(stored) != len(m.model.runs[i.ID]) {
			t.Fatalf("%s has %d runs, want %d", i.ID, len(stored), len(m.model.runs[i.ID]))
		}
		for _, want := range m.model.runs[i.ID] {
			r := stored[fmt.Sprint(want.cause, " ", want.attempt)]
			if r.State != want.state || r.Code != want.code || want.id != "" && r.ID != want.id {
				t.Fatalf("the run is %+v, want %+v", r, want)
			}
			want.id = r.ID
		}
	}
	if n, err := m.db.Backlog(m.ctx); err != nil || n != 0 {
		t.Fatalf("Backlog = %d, %v; want none", n, err)
	}
}
