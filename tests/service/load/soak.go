package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"cloche/tests/service/process"
)

// soakScripts do what scripts do, well and badly.
func soakScripts() []string {
	return []string{
		smallScript,
		storageScript,
		`throw new Error("this one fails: " + activity.id)`,
		`while (true);`,
		`var a = []; for (;;) a.push("x".repeat(100000));`,
		`try { fetch("http://127.0.0.1:9/") } catch (e) { console.log(e.cause.code) }`,
		`for (var i = 0; i < 1000; i++) console.log("line", i, "x".repeat(200))`,
		`console.log(variables.KEY, _.shuffle(_.range(100)).length, crypto.createHmac("sha256", variables.KEY).update("x").digest("hex"))`,
		`var s = require("storage"); for (var i = 0; i < 50; i++) s.set("k" + i, "v".repeat(1000)); s.clear()`,
	}
}

// sample is what is looked at while the server is under load.
type sample struct {
	at         time.Duration
	resident   float64
	goroutines float64
	files      float64
	runs       float64
}

// measureSoak puts mixed load on the server for options.soak and compares what it holds
// in the second half with what it held at its beginning.
func measureSoak(ctx context.Context, s *process.Server, o loadOptions, r *report) error {
	project, integrations, err := s.Project(soakScripts()...)
	if err != nil {
		return err
	}
	base := "/api/projects/" + project + "/integrations/"
	for _, id := range integrations {
		if err := s.Call("PATCH", base+id, map[string]any{"limits": map[string]any{"cpu_ms": 50, "memory_bytes": 8 << 20}}, nil); err != nil {
			return err
		}
		if err := s.Call("POST", base+id+"/variables", map[string]any{"name": "KEY", "value": "a-secret-value-that-is-long", "is_sensitive": true}, nil); err != nil {
			return err
		}
	}
	loading, stop := context.WithTimeout(ctx, o.soak)
	defer stop()
	var wait sync.WaitGroup
	wait.Go(func() { keepDelivering(loading, s, project) })
	wait.Go(func() { keepChanging(loading, s, base, integrations) })
	wait.Go(func() { keepFollowing(loading, s, base, integrations) })
	samples := keepSampling(loading, s, o.soak)
	wait.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return reportSoak(r, samples)
}

const deliveriesPerSecond = 1 // times nine scripts

func keepDelivering(ctx context.Context, s *process.Server, project string) {
	ticker := time.NewTicker(time.Second / deliveriesPerSecond)
	defer ticker.Stop()
	for n := int64(0); ; n++ {
		body := activityBody(n)
		switch n % 10 {
		case 7: // a repetition
			body = activityBody(n - 1)
		case 8:
			body = []byte(`{"type": "broken`)
		}
		if err := s.Deliver(project, body); err != nil && n%10 != 8 && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "soak:", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// keepChanging makes new versions, rolls back and sets variables.
func keepChanging(ctx context.Context, s *process.Server, base string, integrations []string) {
	scripts := soakScripts()
	for n := 0; ctx.Err() == nil; n++ {
		k := n % len(integrations)
		err := s.Call("PATCH", base+integrations[k], map[string]any{"script": scripts[k] + fmt.Sprintf("\n// version %d", n)}, nil)
		if err == nil {
			err = s.Call("PATCH", base+integrations[k]+"/variables/KEY", map[string]any{"value": fmt.Sprintf("another-secret-%d", rand.Uint64())}, nil)
		}
		if err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "soak:", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
}

// keepFollowing opens streams of logs and leaves most of them early.
func keepFollowing(ctx context.Context, s *process.Server, base string, integrations []string) {
	for n := 0; ctx.Err() == nil; n++ {
		var runs []struct {
			ID string `json:"id"`
		}
		path := base + integrations[n%len(integrations)] + "/activities"
		if err := s.Call("GET", path+"?limit=1", nil, &runs); err == nil && len(runs) > 0 {
			followFor(ctx, s, path+"/"+runs[0].ID+"/log", time.Duration(rand.Int64N(int64(500*time.Millisecond))))
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func followFor(ctx context.Context, s *process.Server, path string, patience time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", s.URL+path, nil)
	if err != nil {
		return
	}
	request.Header.Set("Accept", "text/event-stream")
	response, err := s.Client.Do(request)
	if err != nil {
		return
	}
	defer response.Body.Close()
	buffer := make([]byte, 32<<10)
	for err == nil {
		_, err = response.Body.Read(buffer)
	}
}

func keepSampling(ctx context.Context, s *process.Server, all time.Duration) []sample {
	var samples []sample
	began := time.Now()
	ticker := time.NewTicker(max(all/60, time.Second))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return samples
		case <-ticker.C:
		}
		one := sample{at: time.Since(began)}
		one.resident, _, _ = s.Resident()
		one.goroutines, _ = s.Metric("go_goroutines")
		one.runs, _ = s.Metric(`cloche_runs_total{code="ok"}`)
		files, _ := os.ReadDir(filepath.Join("/proc", strconv.Itoa(s.PID()), "fd"))
		one.files = float64(len(files))
		samples = append(samples, one)
		fmt.Fprintf(os.Stderr, "load: %v: %.0f MB, %.0f goroutines, %.0f files, %.0f runs\n",
			one.at.Round(time.Second), one.resident/1e6, one.goroutines, one.files, one.runs)
	}
}

// reportSoak compares the third quarter with the last one, each by its median: in the
// first half caches fill.
func reportSoak(r *report, samples []sample) error {
	if len(samples) < 8 {
		return fmt.Errorf("only %d samples: soak for longer", len(samples))
	}
	n := len(samples)
	growth := func(of func(sample) float64) float64 {
		before, after := medianOf(samples[n/2:n*3/4], of), medianOf(samples[n*3/4:], of)
		return 100 * (after/before - 1)
	}
	r.add("soak: runs that ended well", "", samples[n-1].runs, 0, false)
	r.add("soak: memory in the last quarter", "MB", medianOf(samples[n*3/4:], func(s sample) float64 { return s.resident })/1e6, 0, true)
	r.add("soak: growth of memory from the third quarter to the last", "%", growth(func(s sample) float64 { return s.resident }), 5, true)
	more := func(of func(sample) float64) float64 {
		return medianOf(samples[n*3/4:], of) - medianOf(samples[n/2:n*3/4], of)
	}
	r.add("soak: more goroutines", "", more(func(s sample) float64 { return s.goroutines }), 5, true)
	r.add("soak: more open files", "", more(func(s sample) float64 { return s.files }), 5, true)
	return nil
}

func medianOf(samples []sample, of func(sample) float64) float64 {
	values := make([]time.Duration, len(samples))
	for i, s := range samples {
		values[i] = time.Duration(of(s))
	}
	return float64(quantile(values, .5))
}
