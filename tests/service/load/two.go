package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"cloche/tests/service/process"
)

// waitingFlags are of servers whose scripts wait more than they compute: few at a time,
// so that the waiting and not the processor bounds what one of them does.
var waitingFlags = []string{"--workers", "2", "--allow-network", "127.0.0.0/8"}

// measureTwo counts the runs a second of scripts that wait 10 ms for an answer: on one
// server, then on two with the same database.
func measureTwo(ctx context.Context, s *process.Server, o loadOptions, r *report) error {
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(10 * time.Millisecond)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer answers.Close()
	script := fmt.Sprintf("console.log(fetch(%q).status)", answers.URL)
	projects, err := projects(s, 4*o.projects, script)
	if err != nil {
		return err
	}
	one, err := waitingRuns(ctx, projects, o, s)
	if err != nil {
		return err
	}
	other, err := process.Start(ctx, o.other, slices.Concat(o.flags, waitingFlags))
	if err != nil {
		return err
	}
	defer func() { _ = other.Stop() }()
	two, err := waitingRuns(ctx, projects, o, s, other)
	if err != nil {
		return err
	}
	r.add("scripts that wait 10 ms, one server of 2 workers", "/s", one, 0, false)
	r.add("the same, two servers", "/s", two, 0, false)
	r.add("two servers do", "times one", two/one, 1.5, false)
	return nil
}

// waitingRuns sends activities to the first server and returns how many runs a second
// all of them do.
func waitingRuns(ctx context.Context, projects []string, o loadOptions, servers ...*process.Server) (float64, error) {
	before, err := ran(servers)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	count := o.activities / 2
	if _, _, err := send(ctx, servers[0], projects, count, o.senders); err != nil {
		return 0, err
	}
	err = awaitValue(ctx, before+float64(count), func() (float64, error) { return ran(servers) })
	return float64(count) / time.Since(began).Seconds(), err
}

// ran returns how many runs have ended on the servers.
func ran(servers []*process.Server) (float64, error) {
	var sum float64
	for _, s := range servers {
		n, err := s.Metric(`cloche_runs_total{code="ok"}`)
		if err != nil {
			continue // it has not run any yet
		}
		sum += n
	}
	return sum, nil
}
