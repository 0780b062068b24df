package storagetest

import (
	"context"
	"time"

	"cloche/storage/record"
)

func appendCases() []databaseCase {
	return []databaseCase{
		{"a log that is written meanwhile", testAppend},
		{"the log of a run that starts again", testAppendAgain},
		{"the log of a run that is gone", testAppendGone},
		{"the log when the claim ran out", testAppendExpired},
	}
}

// lines returns the lines of a log numbered from first to last.
func lines(first, last int) []record.Line {
	var list []record.Line
	for n := first; n <= last; n++ {
		list = append(list, record.Line{Number: n, Time: moment(n), Level: "log", Text: "\x00\xff"})
	}
	return list
}

// wantLog checks a log from within a drain.
func (b *bed) wantLog(r record.Run, want []record.Line) {
	b.Helper()
	got, err := b.db.Lines(b.ctx, r, 0, 1000)
	b.want("Lines", err, nil)
	b.equal("the log", append([]record.Line{}, got...), append([]record.Line{}, want...))
}

func testAppend(b *bed) {
	b.add()
	b.accept(all)
	b.inDrain(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		b.want("Append of nothing", b.db.Append(ctx, claim, work.Run, nil), nil)
		b.want("Append", b.db.Append(ctx, claim, work.Run, lines(1, 2)), nil)
		b.wantLog(work.Run, lines(1, 2))
		b.want("Append", b.db.Append(ctx, claim, work.Run, lines(3, 3)), nil)
		b.wantLog(work.Run, lines(1, 3))
		outcome := succeed(work)
		outcome.Lines = lines(4, 5)
		_, err := b.db.Step(ctx, claim, outcome, false)
		b.want("Step", err, nil)
		b.wantLog(work.Run, lines(1, 5))
		b.want("Append when the claim was given up", b.db.Append(ctx, claim, work.Run, lines(6, 6)), record.ErrClaimLost)
		b.wantLog(work.Run, lines(1, 5))
		return nil
	})
}

// testAppendAgain has a drain write a log and fail: the next start begins a new one, to
// which the old claim cannot write.
func testAppendAgain(b *bed) {
	i := b.add()
	b.accept(all)
	var old *record.Claim
	done := make(chan struct{})
	b.work(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		if old == nil {
			held := *claim
			old = &held
			b.want("Append", b.db.Append(ctx, claim, work.Run, lines(1, 3)), nil)
			return errHandedBack
		}
		defer close(done)
		b.wantLog(work.Run, nil)
		b.want("Append", b.db.Append(ctx, claim, work.Run, lines(1, 1)), nil)
		b.want("Append of the old claim", b.db.Append(ctx, old, work.Run, lines(4, 4)), record.ErrClaimLost)
		b.wantLog(work.Run, lines(1, 1))
		_, err := b.db.Step(ctx, claim, succeed(work), true)
		return err
	})
	received(b, "the second drain's end", done)
	b.wantLog(b.runs(i)[0], lines(1, 1))
}

func testAppendGone(b *bed) {
	i := b.add()
	b.accept(all)
	b.inDrain(workOptions(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		b.want("Append", b.db.Append(ctx, claim, work.Run, lines(1, 1)), nil)
		b.want("DeleteIntegration", b.db.DeleteIntegration(ctx, i.ProjectID, i.ID), nil)
		// What came before the end is of no use to anybody; whether it is refused is not said.
		_ = b.db.Append(ctx, claim, work.Run, lines(2, 2))
		b.wantLog(work.Run, nil)
		outcome := succeed(work)
		outcome.Lines = lines(3, 3)
		_, err := b.db.Step(ctx, claim, outcome, true)
		b.want("Step", err, nil)
		b.wantLog(work.Run, nil)
		return nil
	})
}

// testAppendExpired checks a claim that has run out.
func testAppendExpired(b *bed) {
	b.add()
	b.accept(all)
	options := workOptions()
	options.Lease = func(record.Integration) time.Duration { return 20 * time.Millisecond }
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	err := b.db.Work(ctx, options, func(ctx context.Context, claim *record.Claim, work *record.Work) error {
		cancel()
		<-time.After(time.Until(claim.Until) + 5*time.Millisecond)
		b.want("Append", b.db.Append(b.ctx, claim, work.Run, lines(1, 1)), record.ErrClaimLost)
		b.wantLog(work.Run, nil)
		return record.ErrClaimLost
	})
	b.want("Work", err, nil)
}
