package storagetest

import (
	"context"
	"sync"

	"cloche/storage/record"
)

func orderCases() []databaseCase {
	return []databaseCase{
		{"order and exclusion with racing producers", testOrder},
		{"mailboxes take turns", testTurns},
		{"what a run is given", testWorkIsComplete},
		{"a run takes the version of its start", testVersionAtStart},
	}
}

// overseer checks what drains are not to do: two at once for one mailbox, and runs of
// one integration out of order.
type overseer struct {
	*bed
	mu   sync.Mutex
	busy map[record.Mailbox]bool
	last map[string]int64 // the Seq of an integration's last start
}

func (b *bed) newOverseer() *overseer {
	return &overseer{bed: b, busy: make(map[record.Mailbox]bool), last: make(map[string]int64)}
}

// watch returns a drain that does what drain does.
func (o *overseer) watch(drain record.Drain) record.Drain {
	return func(ctx context.Context, claim *record.Claim, first *record.Work) error {
		o.enter(claim.Mailbox, true)
		defer o.enter(claim.Mailbox, false)
		return drain(ctx, claim, first)
	}
}

func (o *overseer) enter(box record.Mailbox, busy bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if busy && o.busy[box] {
		o.Errorf("there are two drains of mailbox %v at a time", box)
	}
	o.busy[box] = busy
}

// started notes a first attempt.
func (o *overseer) started(r record.Run) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r.Seq <= o.last[r.IntegrationID] {
		o.Errorf("run %d of %s started after run %d", r.Seq, r.IntegrationID, o.last[r.IntegrationID])
	}
	o.last[r.IntegrationID] = r.Seq
}

// testOrder has racing producers send activities to integrations that share lanes,
// while two workers work, each in a process of its own if the back end allows it.
func testOrder(b *bed) {
	p := b.addProject(3)
	var integrations []record.Integration
	for range 6 {
		integrations = append(integrations, b.addTo(p.ID))
	}
	o, j := b.newOverseer(), b.newJournal()
	for _, db := range []record.Database{b.db, b.second()} {
		b.workOn(db, workOptions(), o.watch(j.notingEnds(db, func(work *record.Work) *record.Outcome {
			o.started(work.Run)
			return succeed(work)
		})))
	}
	each := count(150)
	accepted := make([][]string, writers) // the runs of each producer, in its order
	race(func(producer int) {
		for n := range each {
			i := integrations[(producer+n)%len(integrations)]
			got, err := b.db.Accept(b.ctx, newActivity(p.ID), record.Delivery{}, only(i.ID), newID)
			if err != nil {
				b.Errorf("Accept: %v", err)
				return
			}
			accepted[producer] = append(accepted[producer], got.Runs...)
		}
	})
	j.wait(writers * each)
	b.wantBacklog(0)
	for _, ids := range accepted {
		last := int64(0)
		for _, id := range ids {
			run := b.runIn(p.ID, id)
			if run.Seq <= last || run.State != "complete" {
				b.Errorf("after run %d came %+v", last, run)
			}
			last = run.Seq
		}
	}
}

// second returns the database as another process has it, or else the same.
func (b *bed) second() record.Database {
	b.Helper()
	if !b.harness.Shared {
		return b.db
	}
	db := b.harness.Open(b.T)
	b.Cleanup(func() { b.must(db.Close()) })
	return db
}

// testTurns has one worker and two mailboxes with much to do: a drain that gives up
// after each run goes to the back.
func testTurns(b *bed) {
	p := b.addProject(2)
	first, second := b.addTo(p.ID), b.addTo(p.ID)
	const each = 6
	for _, i := range []record.Integration{first, second} {
		for range each {
			b.acceptIn(p.ID, only(i.ID))
		}
	}
	options := workOptions()
	options.Workers = 1
	j := b.newJournal()
	b.work(options, func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		j.begin(work.Integration.ID)
		next, err := b.db.Step(ctx, claim, succeed(work), false)
		if next != nil {
			b.Errorf("Step without more returned %+v", next)
		}
		j.end()
		return err
	})
	served := j.wait(2 * each)
	for n := 1; n < len(served); n++ {
		if served[n] == served[n-1] {
			b.Fatalf("the mailboxes were served in this order: %q", served)
		}
	}
}

func testWorkIsComplete(b *bed) {
	i := b.add()
	i.Limits.Memory, i.Retry.Attempts = 1<<20, 3
	i = b.must2(b.db.UpdateIntegration(b.ctx, i, []byte("two"), hashOf([]byte("two"))))
	v, err := b.db.SetVariable(b.ctx, record.Variable{
		ID: newID(), IntegrationID: i.ID, Name: "A", Kind: record.Plain, Value: "\x00", Created: moment(0), Updated: moment(0),
	})
	b.must(err)
	a := newActivity(b.project.ID)
	a.Hops, a.Body = 3, []byte(`{"type":"x"}`)
	_, err = b.db.Accept(b.ctx, a, record.Delivery{}, all, newID)
	b.must(err)
	before := now()
	given := make(chan record.Work, 1)
	options := workOptions()
	options.Engine = "the engine's hash"
	b.work(options, func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		given <- *work
		if claim.Mailbox != (record.Mailbox{ProjectID: b.project.ID, Lane: i.Lane}) || claim.Epoch != work.Run.Epoch {
			b.Errorf("the claim is %+v, the run's epoch %d", claim, work.Run.Epoch)
		}
		b.equal("the run, as it is read", b.stored(work.Run), work.Run)
		_, err := b.db.Step(ctx, claim, succeed(work), true)
		return err
	})
	work := received(b, "the start", given)
	b.equal("the work", work, record.Work{
		Run: work.Run, Activity: a, Integration: i, ProjectName: b.project.Name, Variables: []record.Variable{v},
		Version: record.Version{IntegrationID: i.ID, Number: 2, Hash: hashOf([]byte("two")), Created: i.Updated},
	})
	r := work.Run
	if r.State != "in_progress" || r.Version != 2 || r.ScriptHash != hashOf([]byte("two")) || r.Engine != options.Engine ||
		r.Started.Before(before) || r.Epoch < 1 || !r.Completed.IsZero() {
		b.Errorf("the run is %+v", r)
	}
}

// stored reads a run from within a drain.
func (b *bed) stored(r record.Run) record.Run {
	got, err := b.db.Run(b.ctx, r.ProjectID, r.ID)
	if err != nil {
		b.Errorf("Run: %v", err)
	}
	return got
}

func testVersionAtStart(b *bed) {
	i := b.add()
	b.accept(all)
	b.must2(b.db.UpdateIntegration(b.ctx, i, []byte("two"), hashOf([]byte("two"))))
	j := b.newJournal()
	b.work(workOptions(), j.noting(b.db))
	id := j.wait(1)[0]
	if r := b.run(id); r.Version != 2 || r.ScriptHash != hashOf([]byte("two")) {
		b.Errorf("the run has version %d", r.Version)
	}
}
