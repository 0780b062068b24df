package service

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"cloche/storage/record"
)

// sharedRates are a bucket that others use as well.
type sharedRates struct {
	record.Database
	tokens int
	asked  []int // how many tokens for, each time
	err    error
}

func (s *sharedRates) TakeTokens(_ context.Context, _ string, n int, _ float64, _ int) (bool, error) {
	s.asked = append(s.asked, n)
	if s.err != nil || s.tokens < n {
		return false, s.err
	}
	s.tokens -= n
	return true, nil
}

func TestSharedRates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shared := &sharedRates{tokens: 23}
		r := newRates(200, 100, shared) // ten at a time
		var limited *RateLimited
		taken := 0
		var err error
		for err == nil {
			if err = r.take(t.Context(), "p"); err == nil {
				taken++
			}
		}
		if taken != 23 || !errors.As(err, &limited) {
			t.Errorf("%d were taken of 23, error %v", taken, err)
		}
		asked := len(shared.asked)
		if err := r.take(t.Context(), "p"); !errors.As(err, &limited) || len(shared.asked) != asked {
			t.Errorf("the shared bucket is asked again at once; error %v", err)
		}
		time.Sleep(time.Second)
		shared.tokens = 12
		if err := r.take(t.Context(), "p"); err != nil || shared.tokens != 2 {
			t.Errorf("error is %v; %d are left of 12", err, shared.tokens)
		}
		time.Sleep(2 * shareTime)
		// What it had taken has expired.
		if err := r.take(t.Context(), "p"); err != nil || shared.tokens != 1 {
			t.Errorf("error is %v; %d are left of 2", err, shared.tokens)
		}
		shared.err = errors.New("away")
		if err := r.take(t.Context(), "p"); !errors.Is(err, shared.err) {
			t.Errorf("error is %v, want the database's", err)
		}
		if err := r.take(t.Context(), "another"); !errors.Is(err, shared.err) {
			t.Errorf("error is %v, want the database's", err)
		}
	})
}
