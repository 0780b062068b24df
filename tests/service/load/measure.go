package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cloche/tests/service/process"
)

// activityBody is of the size that vendors send: about 3 KB.
func activityBody(n int64) []byte {
	const filler = `{"id":"u-1001","display_name":"Ada Example","created_at":"2025-01-01T00:00:00+00:00","updated_at":null}`
	commits := filler
	for range 24 {
		commits += "," + filler
	}
	return fmt.Appendf(nil, `{"id":"act%d","type":"environment.push","project":"p4x9wq2l6mn8c","environments":["main"],
"state":"complete","result":"success","created_at":"2026-03-04T09:15:00.125000+00:00","text":"Ada Example pushed to main",
"payload":{"user":%s,"environment":{"id":"main","name":"main","type":"production"},"commits":[%s]}}`, n, filler, commits)
}

const (
	smallScript   = `console.log("push to %s by %s", activity.environments[0], activity.payload.user.display_name)`
	storageScript = `var s = require("storage"); s.set("n", (s.get("n") || 0) + 1); console.log(activity.id, s.get("n"))`
)

// sent counts the activities of this process: each has an ID of its own.
var sent atomic.Int64

// send delivers activities to projects in turn, from several senders at a time, and
// returns how long each delivery took.
func send(ctx context.Context, s *process.Server, projects []string, count, senders int) ([]time.Duration, time.Duration, error) {
	took := make([]time.Duration, count)
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wait sync.WaitGroup
	began := time.Now()
	for range senders {
		wait.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(count) || ctx.Err() != nil || failed.Load() != nil {
					return
				}
				start := time.Now()
				if err := s.Deliver(projects[int(n)%len(projects)], activityBody(sent.Add(1))); err != nil {
					failed.Store(&err)
					return
				}
				took[n-1] = time.Since(start)
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		return nil, 0, *err
	}
	return took, time.Since(began), ctx.Err()
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// quantile sorts durations and returns one of them.
func quantile(list []time.Duration, q float64) time.Duration {
	slices.Sort(list)
	return list[min(int(q*float64(len(list))), len(list)-1)]
}

func measureIdle(ctx context.Context, s *process.Server, _ loadOptions, r *report) error {
	if _, _, err := s.Project(smallScript); err != nil {
		return err
	}
	const rest = 10 * time.Second
	time.Sleep(3 * time.Second)
	_, before, err := s.Resident()
	if err != nil {
		return err
	}
	time.Sleep(rest)
	bytes, after, err := s.Resident()
	r.add("idle: memory", "MB", bytes/1e6, 60, true)
	r.add("idle: part of a core", "%", 100*(after-before)/rest.Seconds(), 1, true)
	return errors.Join(err, ctx.Err())
}

// measureIntake has nothing listen to the activities, so that all of the machine takes
// them.
func measureIntake(ctx context.Context, s *process.Server, o loadOptions, r *report) error {
	projects, err := projects(s, o.projects)
	if err != nil {
		return err
	}
	took, all, err := send(ctx, s, projects, 2*o.activities, o.senders)
	if err != nil {
		return err
	}
	r.add("intake", "/s", float64(len(took))/all.Seconds(), o.goal(1500, 0), false)
	r.add("intake: answer, median", "ms", milliseconds(quantile(took, .5)), 0, true)
	r.add("intake: answer, 99 of 100", "ms", milliseconds(quantile(took, .99)), 0, true)
	return nil
}

func projects(s *process.Server, n int, scripts ...string) ([]string, error) {
	projects := make([]string, n)
	for i := range projects {
		var err error
		if projects[i], _, err = s.Project(scripts...); err != nil {
			return nil, err
		}
	}
	return projects, nil
}

func measureRuns(ctx context.Context, s *process.Server, o loadOptions, r *report) error {
	return measureEndToEnd(ctx, s, o, r, "end to end", smallScript, o.goal(300, 2000))
}

// goal is the goal on SQLite or on PostgreSQL.
func (o loadOptions) goal(sqlite, postgres float64) float64 {
	if o.postgres {
		return postgres
	}
	return sqlite
}

func measureStorage(ctx context.Context, s *process.Server, o loadOptions, r *report) error {
	return measureEndToEnd(ctx, s, o, r, "end to end with a storage write", storageScript, 0)
}

// measureEndToEnd counts from the first delivery to the end of the last run.
func measureEndToEnd(ctx context.Context, s *process.Server, o loadOptions, r *report, name, script string, goal float64) error {
	projects, err := projects(s, o.projects, script)
	if err != nil {
		return err
	}
	began := time.Now()
	took, _, err := send(ctx, s, projects, o.activities, o.senders)
	if err != nil {
		return err
	}
	if err := await(ctx, s, `cloche_runs_total{code="ok"}`, float64(o.activities)); err != nil {
		return err
	}
	r.add(name, "/s", float64(o.activities)/time.Since(began).Seconds(), goal, false)
	r.add(name+": answer, median", "ms", milliseconds(quantile(took, .5)), 0, true)
	r.add(name+": answer, 99 of 100", "ms", milliseconds(quantile(took, .99)), 0, true)
	return waits(s, r, name, projects[:1])
}

// await waits until a metric has reached a value.
func await(ctx context.Context, s *process.Server, name string, value float64) error {
	return awaitValue(ctx, value, func() (float64, error) { return s.Metric(name) })
}

// longestPause is for how long a value may stay what it is before it is given up.
const longestPause = time.Minute

// awaitValue waits until a value is reached. It may fail to be read for a while.
func awaitValue(ctx context.Context, value float64, read func() (float64, error)) error {
	last, changed := 0.0, time.Now()
	for {
		n, err := read()
		switch {
		case err == nil && n >= value:
			return nil
		case err == nil && n != last:
			last, changed = n, time.Now()
		case time.Since(changed) > longestPause:
			return errors.Join(fmt.Errorf("%g of %g runs have ended, and no more for %v", last, value, longestPause), err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// runTimes is what a listing of runs tells of times.
type runTimes []struct {
	Created time.Time `json:"created_at"`
	Started time.Time `json:"started_at"`
}

// waits adds how long runs waited until they started.
func waits(s *process.Server, r *report, name string, projects []string) error {
	var waits []time.Duration
	for _, project := range projects {
		var list []struct {
			ID string `json:"id"`
		}
		if err := s.Call("GET", "/api/projects/"+project+"/integrations", nil, &list); err != nil {
			return err
		}
		for _, i := range list {
			var runs runTimes
			if err := s.Call("GET", "/api/projects/"+project+"/integrations/"+i.ID+"/activities?limit=1000", nil, &runs); err != nil {
				return err
			}
			for _, run := range runs {
				waits = append(waits, run.Started.Sub(run.Created))
			}
		}
	}
	if len(waits) == 0 {
		return errors.New("no runs are listed")
	}
	goal := map[string]float64{fairness: 250, latency: 10}[name]
	r.add(name+": until a run starts, median", "ms", milliseconds(quantile(waits, .5)), goal, true)
	r.add(name+": until a run starts, 99 of 100", "ms", milliseconds(quantile(waits, .99)), 0, true)
	return nil
}

const fairness = "beside 10,000 that wait"

// measureFairness has one project 10,000 runs behind and sends now and then to another.
func measureFairness(ctx context.Context, s *process.Server, o loadOptions, r *report) error {
	slow := `for (var i = 0; i < 200000; i++); ` + smallScript
	noisy, _, err := s.Project(slow, slow, slow, slow)
	if err != nil {
		return err
	}
	quiet, _, err := s.Project(smallScript)
	if err != nil {
		return err
	}
	if _, _, err := send(ctx, s, []string{noisy}, 2500, o.senders); err != nil {
		return err
	}
	const samples = 50
	for range samples {
		if err := s.Deliver(quiet, activityBody(sent.Add(1))); err != nil {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	behind, err := s.Metric("cloche_runs_unfinished")
	if err != nil {
		return err
	}
	r.add(fairness+": waiting at the end", "runs", behind, 0, false)
	return waits(s, r, fairness, []string{quiet})
}

const latency = "while nothing else happens"

// measureLatency sends now and then to a server that is idle.
func measureLatency(ctx context.Context, s *process.Server, _ loadOptions, r *report) error {
	project, _, err := s.Project(smallScript)
	if err != nil {
		return err
	}
	const samples = 50
	for range samples {
		if err := s.Deliver(project, activityBody(sent.Add(1))); err != nil {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
	if err := await(ctx, s, `cloche_runs_total{code="ok"}`, samples); err != nil {
		return err
	}
	return waits(s, r, latency, []string{project})
}
