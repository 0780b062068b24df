package service

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"cloche/activity"
	"cloche/storage/record"
)

// longestDrain is how long a mailbox is worked through at most while no other one can be
// waiting for a worker here. Another process may have less to do.
const longestDrain = time.Second

// goOn reports whether a drain that began then may take another run: for Config.Slice,
// and for longer while there are idle workers. Giving a mailbox up and taking it again
// costs as much as several runs.
func (s *Service) goOn(began time.Time) bool {
	took := time.Since(began)
	return s.working.Load() && (took < s.Slice || took < longestDrain && s.drains.Load() < int64(s.Workers))
}

// drain works through a mailbox for as long as goOn allows, then others have their turn.
func (s *Service) drain(ctx context.Context, claim *record.Claim, work *record.Work) error {
	s.drains.Add(1)
	defer s.drains.Add(-1)
	began := time.Now()
	for work != nil {
		outcome, err := s.execute(ctx, claim, work)
		if err != nil {
			s.live.end(work.Run.ID)
			s.notRecorded(ctx, work, err)
			return err
		}
		s.decideRetry(work, &outcome)
		next, err := s.step(ctx, claim, &outcome, s.goOn(began))
		s.live.end(work.Run.ID)
		if err != nil {
			s.notRecorded(ctx, work, err)
			return err
		}
		s.backlog.Add(-1)
		s.metrics.ran(outcome.Run)
		work = next
	}
	return nil
}

func (s *Service) notRecorded(ctx context.Context, work *record.Work, err error) {
	s.metrics.lost.Inc()
	if ctx.Err() != nil {
		s.Log.Info("a run is handed back", "project", work.Run.ProjectID, "run", work.Run.ID)
		return
	}
	s.Log.Warn("a run is not recorded and will start again",
		"project", work.Run.ProjectID, "integration", work.Run.IntegrationID, "run", work.Run.ID, "error", err)
}

const (
	// stepTime is how long writing an outcome may take when the service stops.
	stepTime       = 5 * time.Second
	stepAgain      = 50 * time.Millisecond
	mostBetweenTry = 2 * time.Second
)

// step writes an outcome, again and again for as long as the claim holds: the disk
// may have space again before the script's effects would have to be repeated.
func (s *Service) step(ctx context.Context, claim *record.Claim, outcome *record.Outcome, more bool) (*record.Work, error) {
	for pause := stepAgain; ; pause = min(2*pause, mostBetweenTry) {
		// What is done is written even if the service stops in this moment.
		writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepTime)
		next, err := s.Database.Step(writing, claim, outcome, more && ctx.Err() == nil)
		cancel()
		if err == nil || errors.Is(err, record.ErrClaimLost) || time.Now().Add(pause).After(claim.Until) {
			return next, err
		}
		s.Log.Error("recording a run failed; trying again", "run", outcome.Run.ID, "error", err)
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause):
		}
	}
}

// decideRetry says what follows from a run that failed.
func (s *Service) decideRetry(work *record.Work, outcome *record.Outcome) {
	r := &outcome.Run
	if r.State != activity.StateComplete || r.Result != activity.ResultFailure {
		return
	}
	policy := work.Integration.Retry
	if !policy.Retries(r.Code, r.Attempt) {
		r.Dead = true // whatever the policy: somebody may want to redrive it
		return
	}
	again := *r
	again.ID, again.Attempt, again.Created = newID(), r.Attempt+1, now()
	if again.Place == 0 {
		again.Place = r.Seq
	}
	again.Ready = again.Created.Add(policy.Delay(r.Attempt, rand.Float64()))
	outcome.Retry = &again
}
