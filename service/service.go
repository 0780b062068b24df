package service

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"cloche/activity"
	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage/record"
)

// Service takes activities and runs the scripts of integrations. It is safe for
// concurrent use.
type Service struct {
	Config
	fetcher *hostfuncs.Fetcher
	scripts *scripts
	live    *live
	limits  *rates
	metrics *metrics
	inputs  knownInputs
	hooks   knownHooks

	backlog atomic.Int64 // as of the last look, and what came in since
	working atomic.Bool  // Run is at work
	drains  atomic.Int64 // mailboxes that are worked through

	mu      sync.Mutex
	running map[string]context.CancelCauseFunc // by the IDs of runs
}

// New returns a Service. The error names the field of the configuration that is
// wrong.
func New(config Config) (*Service, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	fetcher, err := hostfuncs.NewFetcher(config.Fetch)
	if err != nil {
		return nil, err
	}
	s := &Service{
		Config: config, fetcher: fetcher, scripts: newScripts(config.Database, config.Engine),
		live: newLive(), limits: newRates(config.Rate, config.Burst, config.Database), running: make(map[string]context.CancelCauseFunc),
	}
	s.metrics, err = newMetrics(config.Metrics, s)
	if err != nil {
		fetcher.Close()
		return nil, fmt.Errorf("service: %w", err)
	}
	return s, nil
}

// Run works through the mailboxes until ctx ends, and prunes what has expired. Runs
// that are under way then may go on for Config.Grace; those that take longer are
// cancelled and handed back: they start again when somebody works.
func (s *Service) Run(ctx context.Context) error {
	defer s.fetcher.Close()
	var background sync.WaitGroup
	background.Go(func() { s.watchBacklog(ctx) })
	background.Go(func() { s.prune(ctx) })
	defer background.Wait()

	s.working.Store(true)
	defer s.working.Store(false)
	stop := context.AfterFunc(ctx, func() { s.working.Store(false) })
	defer stop()
	return s.Database.Work(ctx, record.WorkOptions{
		Workers: s.Workers,
		Longest: s.MaxLimits.Wall + max(s.Slice, longestDrain) + s.Lease + stepTime,
		Grace:   s.Grace,
		Engine:  host.Artifact(),
		Lease:   func(record.Integration) time.Duration { return s.Lease },
	}, s.drain)
}

// Ready returns nil if the service takes activities and runs scripts, and else why
// not.
func (s *Service) Ready(ctx context.Context) error {
	if !s.working.Load() {
		return errors.New("not working through the mailboxes: starting or stopping")
	}
	return s.Database.Ping(ctx)
}

// newID returns a new ID of anything.
func newID() string { return activity.NewID(rand.Reader) }

// now is the time that records are stamped with.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

const (
	backlogAgain = time.Second
	// backlogNone is for how long no waiting runs are taken for none, while this server
	// takes no activities: others of the same database may.
	backlogNone = 5 * time.Second
	pruneAgain  = time.Minute
	// pruneAtOnce bounds how long the writer is kept by pruning.
	pruneAtOnce = 500
)

// watchBacklog counts the runs that wait, now and then: counting them for every
// activity would take longer the more wait.
func (s *Service) watchBacklog(ctx context.Context) {
	var counted time.Time
	s.every(ctx, backlogAgain, func() error {
		if s.backlog.Load() == 0 && time.Since(counted) < backlogNone {
			return nil
		}
		counted = time.Now()
		n, err := s.Database.Backlog(ctx)
		if err == nil {
			s.backlog.Store(n)
		}
		return err
	})
}

// prune deletes what is older than the retention.
func (s *Service) prune(ctx context.Context) {
	s.every(ctx, pruneAgain, func() error {
		for ctx.Err() == nil {
			n, err := s.Database.Prune(ctx, now().Add(-s.Retention), now().Add(-max(deliveryMemory, s.Retention)), pruneAtOnce)
			if err != nil || n < pruneAtOnce {
				return err
			}
		}
		return nil
	})
}

// every does work at once and again after each pause, until ctx ends.
func (s *Service) every(ctx context.Context, pause time.Duration, work func() error) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		if err := work(); err != nil && ctx.Err() == nil {
			s.Log.Error("background work failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
