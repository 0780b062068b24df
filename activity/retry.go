package activity

import (
	"errors"
	"slices"
	"time"
)

// Defaults and limits of a RetryPolicy.
const (
	// MaxAttempts is the greatest RetryPolicy.Attempts.
	MaxAttempts = 20
	// DefaultBackoff is the default of RetryPolicy.Backoff.
	DefaultBackoff = 10 * time.Second
	// DefaultMaxBackoff is the default of RetryPolicy.MaxBackoff.
	DefaultMaxBackoff = time.Hour
	// MaxMaxBackoff is the greatest RetryPolicy.MaxBackoff.
	MaxMaxBackoff = 24 * time.Hour

	maxRetryCodes = 32
	maxCodeBytes  = 64
)

// RetryPolicy says whether and when a run that failed is tried again. The zero
// policy tries once: the vendor's scripts are not retried, and not all scripts can
// bear it.
type RetryPolicy struct {
	// Attempts is how often it is tried in all, 1 to MaxAttempts. Default 1.
	Attempts int
	// Backoff is the longest wait before the second attempt; it doubles with each
	// further one. Default DefaultBackoff.
	Backoff time.Duration
	// MaxBackoff is what the doubling ends at: at least Backoff, at most
	// MaxMaxBackoff. Default DefaultMaxBackoff, or Backoff if that is longer.
	MaxBackoff time.Duration
	// Codes are the codes of package host that cause another attempt. Empty means
	// DefaultRetryCodes.
	Codes []string
}

// DefaultRetryCodes returns the codes that may end otherwise another time. A
// script that does not parse, or recurses without end, will do so again.
func DefaultRetryCodes() []string {
	return []string{"script_error", "wall_limit", "cpu_limit", "memory_limit", "internal_error"}
}

// WithDefaults returns a copy of p with its zero fields replaced by their
// defaults.
func (p RetryPolicy) WithDefaults() RetryPolicy {
	if p.Attempts == 0 {
		p.Attempts = 1
	}
	if p.Backoff == 0 {
		p.Backoff = DefaultBackoff
	}
	if p.MaxBackoff == 0 {
		p.MaxBackoff = max(DefaultMaxBackoff, p.Backoff)
	}
	p.Codes = slices.Clone(p.Codes)
	if len(p.Codes) == 0 {
		p.Codes = DefaultRetryCodes()
	}
	return p
}

// Validate returns an error that joins a *FieldError for every field that is out
// of its range, once the defaults are in. The names of the fields are
// retry.attempts, retry.backoff, retry.max_backoff and retry.codes.
func (p RetryPolicy) Validate() error {
	p = p.WithDefaults()
	var err error
	if p.Attempts < 1 || p.Attempts > MaxAttempts {
		err = errors.Join(err, fieldErrorf("retry.attempts", "it is %d; 1 to %d are allowed", p.Attempts, MaxAttempts))
	}
	if p.Backoff < 0 || p.Backoff > MaxMaxBackoff {
		err = errors.Join(err, fieldErrorf("retry.backoff", "it is %v; up to %v is allowed", p.Backoff, MaxMaxBackoff))
	}
	if p.MaxBackoff < p.Backoff || p.MaxBackoff > MaxMaxBackoff {
		err = errors.Join(err, fieldErrorf("retry.max_backoff", "it is %v; the backoff, %v, up to %v is allowed", p.MaxBackoff, p.Backoff, MaxMaxBackoff))
	}
	if problem := checkCodes(p.Codes); problem != "" {
		err = errors.Join(err, fieldErrorf("retry.codes", "%s", problem))
	}
	return err
}

func checkCodes(codes []string) string {
	if len(codes) > maxRetryCodes {
		return "it has too many entries"
	}
	for _, code := range codes {
		if !isName(code, maxCodeBytes) {
			return quote(code) + " is no code of a run"
		}
		if code == CodeOK || code == CodeCancelled {
			return quote(code) + " is not a failure that could be retried"
		}
	}
	return ""
}

// Retries reports whether a run whose attempt, counted from 1, ended with code is
// to be tried again.
func (p RetryPolicy) Retries(code string, attempt int) bool {
	p = p.WithDefaults()
	return code != CodeOK && code != CodeCancelled && attempt < p.Attempts && slices.Contains(p.Codes, code)
}

// Delay returns how long to wait after an attempt, counted from 1, has failed:
// random times the least of Backoff·2^(attempt−1) and MaxBackoff. random is drawn
// uniformly from [0, 1) and kept within it. This is exponential backoff with full
// jitter: what failed together, because the same server was down, does not come
// back together. It is described in "Exponential Backoff And Jitter" (AWS
// Architecture Blog, 2015).
func (p RetryPolicy) Delay(attempt int, random float64) time.Duration {
	p = p.WithDefaults()
	limit := min(max(p.MaxBackoff, 0), MaxMaxBackoff)
	most := min(max(p.Backoff, 0), limit)
	for i := 1; i < attempt && 0 < most && most < limit; i++ {
		most = min(2*most, limit)
	}
	if !(random > 0) { // NaN too
		return 0
	}
	return time.Duration(min(random, 1) * float64(most))
}
