package service

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"cloche/storage/record"
)

// metrics are without names of projects and scripts: those would tell tenants of each
// other, and there is no end of them.
type metrics struct {
	activities *prometheus.CounterVec
	runs       *prometheus.CounterVec
	lost       prometheus.Counter
	waited     prometheus.Histogram
	took       prometheus.Histogram
}

// buckets are of seconds: from a small script to the longest run.
func buckets() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}
}

func newMetrics(registry prometheus.Registerer, s *Service) (*metrics, error) {
	m := &metrics{
		activities: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cloche_activities_total", Help: "Activities that came in, by what became of them.",
		}, []string{"outcome"}),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cloche_runs_total", Help: "Runs that were recorded, by how they ended.",
		}, []string{"code"}),
		lost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "cloche_runs_handed_back_total", Help: "Runs that were not recorded and start again.",
		}),
		waited: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "cloche_run_wait_seconds", Help: "Time from when a run may start until it does.", Buckets: buckets(),
		}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "cloche_run_duration_seconds", Help: "Time from the start of a run to its end.", Buckets: buckets(),
		}),
	}
	if registry == nil {
		return m, nil
	}
	backlog := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "cloche_runs_unfinished", Help: "Runs that wait or go on.",
	}, func() float64 { return float64(s.backlog.Load()) })
	running := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "cloche_runs_in_progress", Help: "Runs that go on in this process.",
	}, func() float64 {
		s.mu.Lock()
		defer s.mu.Unlock()
		return float64(len(s.running))
	})
	var err error
	for _, c := range []prometheus.Collector{m.activities, m.runs, m.lost, m.waited, m.took, backlog, running} {
		err = errors.Join(err, registry.Register(c))
	}
	return m, err
}

func (m *metrics) intake(accepted Accepted, err error) {
	m.activities.WithLabelValues(intakeOutcome(accepted, err)).Inc()
}

func intakeOutcome(accepted Accepted, err error) string {
	var limited *RateLimited
	var wrong *Invalid
	switch {
	case err == nil && accepted.Duplicate:
		return "duplicate"
	case err == nil:
		return "accepted"
	case errors.Is(err, ErrDenied):
		return "denied"
	case errors.As(err, &limited):
		return "rate_limited"
	case errors.As(err, &wrong), errors.Is(err, ErrTooLarge):
		return "invalid"
	case errors.Is(err, ErrBusy):
		return "busy"
	case errors.Is(err, ErrLoop):
		return "loop"
	}
	return "failed"
}

func (m *metrics) started(r record.Run) {
	m.waited.Observe(max(0, time.Since(r.Ready).Seconds()))
}

func (m *metrics) ran(r record.Run) {
	m.runs.WithLabelValues(r.Code).Inc()
	m.took.Observe(r.Completed.Sub(r.Started).Seconds())
}
