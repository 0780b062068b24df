package hostile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloche/host"
	"cloche/hostfuncs"
)

func TestShortSoak(t *testing.T) {
	runs := 4000
	if testing.Short() {
		runs = 400
	}
	s := newSuite(t, host.Config{})
	found, err := s.Soak(context.Background(), allCases(t), runs, 8, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range found.Problems {
		t.Error(problem)
	}
	if found.Runs != runs {
		t.Errorf("%d runs were done, want %d", found.Runs, runs)
	}
	if honest := found.Codes[host.OK]; honest < runs*9/10 {
		t.Errorf("%d of %d runs ended with ok", honest, runs)
	}
}

// waitingServers answer nobody before release is closed; arrived counts requests.
func waitingServers(t *testing.T, n int) (urls []string, arrived *atomic.Int64, release chan struct{}) {
	t.Helper()
	arrived, release = new(atomic.Int64), make(chan struct{})
	for range n {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrived.Add(1)
			select {
			case <-release:
			case <-r.Context().Done():
			}
			_, _ = fmt.Fprint(w, "released")
		}))
		t.Cleanup(server.Close)
		urls = append(urls, server.URL)
	}
	return urls, arrived, release
}

func newFetcher(t *testing.T) *hostfuncs.Fetcher {
	t.Helper()
	fetcher, err := hostfuncs.NewFetcher(hostfuncs.FetchConfig{AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fetcher.Close)
	return fetcher
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s never came", what)
		}
	}
}

// A thousand runs that wait for the network at the same time take less than 1.5 GiB
// and all finish.
func TestThousandRunsWait(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("takes too much memory under the race detector")
	}
	const runs, most = 1000, 3 << 29
	e, err := host.New(context.Background(), host.Config{MemoryBudget: 64 << 30, IdleSlots: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(context.Background())
	script, err := e.Compile(context.Background(), "wait.js", []byte(`console.log(fetch(variables.SERVER).text())`))
	if err != nil {
		t.Fatal(err)
	}
	const perServer = 50 // a fetcher opens no more than 64 connections to one
	urls, arrived, release := waitingServers(t, runs/perServer)
	fetcher := newFetcher(t)
	var group sync.WaitGroup
	var finished atomic.Int64
	failures := make([]error, runs)
	for n := range runs {
		group.Go(func() {
			result, err := script.Run(context.Background(), host.Run{
				Variables: fmt.Appendf(nil, `{"SERVER":%q}`, urls[n/perServer]),
				Functions: hostfuncs.Grants{Fetch: fetcher.Run()}.Functions(),
				Limits:    host.Limits{Memory: 32 << 20},
			})
			if err == nil && logText(result) == "released" {
				finished.Add(1)
			}
			failures[n] = err
		})
	}
	waitFor(t, "the last request", func() bool { return arrived.Load() >= runs })
	if resident, ok := Resident(); ok {
		t.Logf("%d waiting runs: %d MiB resident", runs, resident>>20)
		if resident > most {
			t.Error("that is too much")
		}
	}
	close(release)
	group.Wait()
	if n := finished.Load(); n != runs {
		t.Errorf("%d of %d runs finished: %v", n, runs, errors.Join(failures...))
	}
}

// Who is cancelled while waiting for the network does not go on waiting.
func TestCancelledWhileWaiting(t *testing.T) {
	s := newSuite(t, host.Config{})
	script, err := s.engine.Compile(context.Background(), "wait.js", []byte(`try { fetch(variables.SERVER) } finally { for (;;); }`))
	if err != nil {
		t.Fatal(err)
	}
	urls, arrived, _ := waitingServers(t, 1)
	fetcher := newFetcher(t)
	for n := range 20 {
		ctx, cancel := context.WithCancel(context.Background())
		var cancelled atomic.Int64
		go func() {
			for arrived.Load() <= int64(n) {
				runtime.Gosched()
			}
			cancelled.Store(time.Now().UnixNano())
			cancel()
		}()
		result, err := script.Run(ctx, host.Run{
			Variables: fmt.Appendf(nil, `{"SERVER":%q}`, urls[0]),
			Functions: hostfuncs.Grants{Fetch: fetcher.Run()}.Functions(),
		})
		took := time.Since(time.Unix(0, cancelled.Load()))
		if !errors.Is(err, host.Cancelled) || result.Receipt.Code != host.Cancelled {
			t.Fatalf("error is %v, receipt %s, want cancelled", err, result.Receipt.Code)
		}
		if took > 20*time.Millisecond && !raceDetector {
			t.Errorf("the run went on for %v after it was cancelled", took)
		}
	}
}
