package service

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// rates holds a token bucket for each project that sends.
type rates struct {
	rate  rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// mostBuckets bounds them; past it all begin anew, full.
const mostBuckets = 100_000

func newRates(perSecond float64, burst int) *rates {
	return &rates{rate: rate.Limit(perSecond), burst: burst, buckets: make(map[string]*rate.Limiter)}
}

// take takes a token of a project's bucket. The error is a *RateLimited.
func (r *rates) take(project string) error {
	r.mu.Lock()
	bucket := r.buckets[project]
	if bucket == nil {
		if len(r.buckets) >= mostBuckets {
			clear(r.buckets)
		}
		bucket = rate.NewLimiter(r.rate, r.burst)
		r.buckets[project] = bucket
	}
	r.mu.Unlock()
	if bucket.Allow() {
		return nil
	}
	wait := time.Duration(float64(time.Second) / float64(r.rate))
	return &RateLimited{After: max(wait, time.Second)}
}
