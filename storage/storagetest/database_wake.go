package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cloche/storage/record"
)

func wakeCases() []databaseCase {
	return []databaseCase{
		{"no wake-up is lost", testLostWakeUp},
		{"what came while nobody worked", testWorkLater},
		{"an activity of a clock that goes ahead", testClockAhead},
	}
}

// testLostWakeUp has an activity come in at the very moment in which a drain finds
// that nothing is left, again and again.
func testLostWakeUp(b *bed) {
	const lanes = 32
	p := b.addProject(lanes)
	options := workOptions()
	options.Workers = lanes
	var ending [lanes]chan struct{}
	for lane := range ending {
		ending[lane] = make(chan struct{}, 1)
	}
	b.work(options, steps(b.db, func(work *record.Work) *record.Outcome {
		ending[work.Run.Lane] <- struct{}{} // Step follows at once
		return succeed(work)
	}))
	var integrations []record.Integration
	for range lanes {
		integrations = append(integrations, b.addTo(p.ID))
	}
	rounds := count(64)
	var producers sync.WaitGroup
	for _, i := range integrations {
		producers.Go(func() {
			for round := range rounds {
				if _, err := b.db.Accept(b.ctx, newActivity(p.ID), record.Delivery{}, only(i.ID), newID); err != nil {
					b.Errorf("Accept: %v", err)
					return
				}
				select {
				case <-ending[i.Lane]:
				case <-time.After(soon):
					b.Errorf("lane %d: the activity of round %d waits after %v", i.Lane, round, soon)
					return
				}
			}
		})
	}
	producers.Wait()
}

func testWorkLater(b *bed) {
	b.add()
	accepted := b.accept(all)
	for range 3 {
		j := b.newJournal()
		stop := b.work(workOptions(), j.noting(b.db))
		b.equal("what was run", j.wait(1), accepted.Runs)
		stop()
		accepted = b.accept(all)
		b.reopen()
	}
}

// testClockAhead checks that only a retry waits for its time: the clock that an
// activity was stamped by may have been set back since, or be another machine's.
func testClockAhead(b *bed) {
	b.add()
	accepted := b.acceptAt(now().Add(time.Hour), record.Delivery{})
	j := b.newJournal()
	b.work(workOptions(), j.noting(b.db))
	b.equal("what was run", j.wait(1), accepted.Runs)
}

func faultCases() []databaseCase {
	return []databaseCase{
		// A second each time; they take too long in all if nobody is told of what is tried again.
		{"a drain that fails", func(b *bed) { testPoison(b, 5, func() error { return errHandedBack }) }},
		{"a drain that panics", func(b *bed) { testPoison(b, 1, func() error { panic("poison") }) }},
		{"a drain that forgets its last step", func(b *bed) { testPoison(b, 1, func() error { return nil }) }},
		{"a drain that takes too long", testTooLong},
	}
}

var errHandedBack = errors.New("the drain gives its run back")

// testPoison checks that a mailbox whose drain goes wrong some times blocks no other,
// with one worker for all, and is worked on in the end.
func testPoison(b *bed, times int, goWrong func() error) {
	p := b.addProject(2)
	bad, good := b.addTo(p.ID), b.addTo(p.ID)
	poisoned := b.acceptIn(p.ID, only(bad.ID)).Runs[0]
	later := b.acceptIn(p.ID, only(bad.ID)).Runs[0]
	healthy := b.acceptIn(p.ID, only(good.ID)).Runs[0]
	options := workOptions()
	options.Workers = 1
	j, starts := b.newJournal(), make(chan record.Run, 10)
	noting, failures := j.noting(b.db), 0
	b.work(options, func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		if work.Run.ID == poisoned {
			if starts <- work.Run; failures < times {
				failures++
				return goWrong()
			}
		}
		return noting(ctx, claim, work)
	})
	b.equal("the order of ends", j.wait(3), []string{healthy, poisoned, later})
	last := int64(0)
	for range times + 1 {
		r := <-starts
		if r.Attempt != 1 || r.Epoch <= last {
			b.Errorf("the run was started as attempt %d in epoch %d, after epoch %d", r.Attempt, r.Epoch, last)
		}
		last = r.Epoch
	}
}

func testTooLong(b *bed) {
	b.add()
	b.accept(all)
	options := workOptions()
	options.Longest = 50 * time.Millisecond
	j, starts := b.newJournal(), 0
	noting := j.noting(b.db)
	b.work(options, func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		if starts++; starts > 1 {
			return noting(context.WithoutCancel(ctx), claim, work)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("after %d starts: %w", starts, ctx.Err())
		case <-time.After(soon):
			b.Errorf("the drain could go on for %v", soon)
			return errHandedBack
		}
	})
	j.wait(1)
}
