package storagetest

import (
	"context"
	"time"

	"cloche/activity"
	"cloche/storage/record"
)

func stopCases() []databaseCase {
	return []databaseCase{
		{"stopping waits for drains", testStopWaits},
		{"stopping ends drains after the grace", testStopEnds},
		{"a run that was handed back starts again", testHandedBack},
	}
}

func testStopWaits(b *bed) {
	b.add()
	first, second := b.accept(all).Runs[0], b.accept(all).Runs[0]
	began, release := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(b.ctx)
	returned := make(chan error, 1)
	go func() {
		returned <- b.db.Work(ctx, workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
			close(began)
			<-release
			if err := ctx.Err(); err != nil {
				b.Errorf("the drain's context has ended: %v", err)
			}
			_, err := b.db.Step(ctx, claim, succeed(work), false)
			return err
		})
	}()
	received(b, "the start", began)
	cancel()
	select {
	case err := <-returned:
		b.Fatalf("Work returned %v while a drain was under way", err)
	case <-time.After(100 * time.Millisecond):
	}
	close(release)
	b.want("Work", received(b, "Work's end", returned), nil)
	if r := b.run(first); r.State != activity.StateComplete {
		b.Errorf("the run that was under way is %s", r.State)
	}
	if r := b.run(second); r.State != activity.StatePending {
		b.Errorf("the next run is %s, want pending", r.State)
	}
	j := b.newJournal()
	b.work(workOptions(), j.noting(b.db))
	b.equal("what the next Work ran", j.wait(1), []string{second})
}

// testStopEnds has one drain that obeys its context and one that writes what it has
// when it ends.
func testStopEnds(b *bed) {
	p := b.addProject(2)
	obeys, writes := b.addTo(p.ID), b.addTo(p.ID)
	b.acceptIn(p.ID, all)
	options := workOptions()
	options.Grace = 50 * time.Millisecond
	began := make(chan struct{}, 2)
	stop := b.work(options, func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		began <- struct{}{}
		select {
		case <-ctx.Done():
		case <-time.After(soon):
			b.Errorf("the drain's context did not end")
		}
		if work.Integration.ID == obeys.ID {
			return ctx.Err()
		}
		_, err := b.db.Step(context.WithoutCancel(ctx), claim, succeed(work), false)
		return err
	})
	received(b, "a start", began)
	received(b, "another start", began)
	stop()
	if r := b.runs(obeys)[0]; r.State.Finished() {
		b.Errorf("the run that was handed back is %s", r.State)
	}
	if r := b.runs(writes)[0]; r.State != activity.StateComplete {
		b.Errorf("the run that was written is %s", r.State)
	}
	b.wantBacklog(1)
}

func testHandedBack(b *bed) {
	b.add()
	id := b.accept(all).Runs[0]
	later := b.accept(all).Runs[0]
	options := workOptions()
	options.Grace = time.Millisecond
	last := int64(0)
	for range 3 {
		began := make(chan record.Run, 1)
		stop := b.work(options, func(ctx context.Context, _ *record.Claim, work *record.Work) error {
			began <- work.Run
			<-ctx.Done()
			return ctx.Err()
		})
		r := received(b, "the start", began)
		if r.ID != id || r.Attempt != 1 || r.Epoch <= last {
			b.Errorf("run %s was started as attempt %d in epoch %d; want %s, 1, above %d", r.ID, r.Attempt, r.Epoch, id, last)
		}
		last = r.Epoch
		stop()
		b.reopen()
	}
	j := b.newJournal()
	b.work(workOptions(), j.noting(b.db))
	b.equal("the order of ends", j.wait(2), []string{id, later})
	if r := b.run(id); r.Attempt != 1 || r.Epoch <= last {
		b.Errorf("the run ended as attempt %d in epoch %d", r.Attempt, r.Epoch)
	}
}
