package service

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"cloche/storage/record"
)

// rates bounds how much each project sends, by a token bucket: in this process or, if the
// database is shared, in all that share it.
type rates struct {
	rate   float64
	burst  int
	shared record.Rates // nil: nobody else is there

	mu      sync.Mutex
	buckets map[string]*bucket
}

// bucket is what this process has of a project's tokens.
type bucket struct {
	local *rate.Limiter // unless the tokens are shared

	turn    chan struct{} // of capacity 1: held by who uses what follows
	tokens  int           // taken from the shared bucket and not used
	expire  time.Time     // when they do
	refused time.Time     // until then the shared bucket is not asked again
}

const (
	// mostBuckets bounds them; past it all begin anew.
	mostBuckets = 100_000
	// sharesASecond is how often a process takes tokens for a project that sends as much as
	// it may: what it takes at a time may be more than it uses.
	sharesASecond = 20
	// shareTime is how long a process keeps tokens that it took.
	shareTime = time.Second
)

func newRates(perSecond float64, burst int, database record.Database) *rates {
	shared, _ := database.(record.Rates)
	return &rates{rate: perSecond, burst: burst, shared: shared, buckets: make(map[string]*bucket)}
}

// take takes a token of a project's bucket. The error is a *RateLimited, or one of the
// database.
func (r *rates) take(ctx context.Context, project string) error {
	b := r.bucket(project)
	var taken bool
	var err error
	if r.shared == nil {
		taken = b.local.Allow()
	} else {
		taken, err = r.takeShared(ctx, project, b)
	}
	if err != nil || taken {
		return err
	}
	return &RateLimited{After: max(time.Duration(float64(time.Second)/r.rate), time.Second)}
}

func (r *rates) bucket(project string) *bucket {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.buckets[project]
	if b == nil {
		if len(r.buckets) >= mostBuckets {
			clear(r.buckets)
		}
		b = &bucket{local: rate.NewLimiter(rate.Limit(r.rate), r.burst), turn: make(chan struct{}, 1)}
		r.buckets[project] = b
	}
	return b
}

// takeShared takes a token of those that this process has, after it has taken some more
// if there are none.
func (r *rates) takeShared(ctx context.Context, project string, b *bucket) (bool, error) {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	now := time.Now()
	if b.tokens > 0 && now.Before(b.expire) {
		b.tokens--
		return true, nil
	}
	if now.Before(b.refused) {
		return false, nil
	}
	share := r.share()
	for n := share; ; n = 1 { // the last ones come one by one
		taken, err := r.shared.TakeTokens(ctx, project, n, r.rate, r.burst)
		switch {
		case err != nil:
			return false, err
		case taken:
			b.tokens, b.expire = n-1, now.Add(shareTime)
			return true, nil
		case n == 1:
			b.refused = now.Add(min(time.Second, time.Duration(float64(share)/r.rate*float64(time.Second))))
			return false, nil
		}
	}
}

// share is how many tokens are taken at a time.
func (r *rates) share() int {
	return max(1, min(int(r.rate/sharesASecond), r.burst/4))
}
