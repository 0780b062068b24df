package hostile

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/memory"
)

// Soaked is what a soak found.
type Soaked struct {
	Runs  int
	Codes map[host.Code]int
	// Resident is the process's resident memory, in bytes, taken at even distances
	// over the runs. Empty where the system does not tell.
	Resident []int64
	// Problems is what should not be; at most 20 are kept.
	Problems []string
}

// Growth returns by how much of itself the resident memory grew over the last half:
// the mean of the last quarter against that of the quarter before.
func (s Soaked) Growth() float64 {
	n := len(s.Resident)
	if n < 4 {
		return 0
	}
	return mean(s.Resident[n*3/4:])/mean(s.Resident[n/2:n*3/4]) - 1
}

func mean(values []int64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += float64(v)
	}
	return sum / float64(len(values))
}

// honest is what most runs of a soak do: an event is looked at, counted, and told.
const honest = `
	const storage = require("storage");
	const seen = (storage.get("seen") || 0) + 1;
	storage.set("seen", seen);
	const names = _.pluck(activity.commits, "name").join();
	console.log(activity.id, names, crypto.createHmac("sha256", "k").update(names).digest("hex").slice(0, 8));
`

const honestActivity = `{"id":"a1","commits":[{"name":"ada"},{"name":"ben"}]}`

// hostileShare is how many of a hundred runs of a soak are hostile.
const hostileShare = 5

// MaxGrowth is by how much of itself resident memory may grow over the last half of
// a soak.
const MaxGrowth = 0.05

// soakSamples is how often a soak looks at the resident memory.
const soakSamples = 200

type soak struct {
	suite    *Suite
	hostile  []Case
	scripts  []*host.Script // of hostile, in the same order
	honest   *host.Script
	says     string
	runs     int
	began    atomic.Int64
	mutex    sync.Mutex
	findings Soaked
}

// Soak does runs runs, honest and hostile ones mixed at random by seed, in workers
// goroutines. progress is called now and then; it may be nil.
func (s *Suite) Soak(ctx context.Context, cases []Case, runs, workers int, seed uint64, progress func(done, of int)) (Soaked, error) {
	k := &soak{suite: s, runs: runs, findings: Soaked{Codes: map[host.Code]int{}}}
	if err := k.prepare(ctx, cases); err != nil {
		return k.findings, err
	}
	before := runtime.NumGoroutine()
	var group sync.WaitGroup
	for n := range workers {
		group.Go(func() { k.work(ctx, rand.New(rand.NewPCG(seed, uint64(n))), progress) })
	}
	group.Wait()
	if left := Settle(before); left > 0 {
		k.problem("%d goroutines are left over", left)
	}
	return k.findings, ctx.Err()
}

// prepare compiles what is run, and learns what the honest script says.
func (k *soak) prepare(ctx context.Context, cases []Case) error {
	for _, c := range cases {
		if c.grants("server") || c.grants("fetch") {
			continue // they wait more than they work
		}
		script, err := k.suite.engine.Compile(ctx, c.Name+".js", []byte(c.Source))
		if err != nil {
			return err
		}
		c.Limits.CPU = 20 * time.Millisecond
		c.Limits.Memory = 8 << 20
		k.hostile = append(k.hostile, c)
		k.scripts = append(k.scripts, script)
	}
	var err error
	if k.honest, err = k.suite.engine.Compile(ctx, "honest.js", []byte(honest)); err != nil {
		return err
	}
	result, err := k.honest.Run(ctx, k.honestRun())
	k.says = logText(result)
	return err
}

func (k *soak) honestRun() host.Run {
	space := storage.Open(memory.New(), "honest", storage.Limits{})
	return host.Run{
		Activity:  []byte(honestActivity),
		Functions: hostfuncs.Grants{Storage: &space}.Functions(),
	}
}

func (k *soak) work(ctx context.Context, random *rand.Rand, progress func(done, of int)) {
	for ctx.Err() == nil {
		n := int(k.began.Add(1))
		if n > k.runs {
			return
		}
		if random.IntN(100) < hostileShare {
			k.runHostile(ctx, random.IntN(len(k.hostile)))
		} else {
			k.runHonest(ctx)
		}
		if step := max(k.runs/soakSamples, 1); n%step == 0 {
			k.sample()
			if progress != nil {
				progress(n, k.runs)
			}
		}
	}
}

func (k *soak) runHostile(ctx context.Context, n int) {
	c := k.hostile[n]
	result, err := k.scripts[n].Run(ctx, k.suite.options(c))
	if ctx.Err() != nil {
		return
	}
	code := result.Receipt.Code
	// With so little time and memory, a case may end by them first.
	expected := append([]host.Code{host.CPULimit, host.MemoryLimit, host.ScriptError}, c.Expect...)
	if !slices.Contains(expected, code) {
		k.problem("%s ended with %q, want one of %v: %v", c.Name, code, expected, err)
	}
	k.count(code)
}

func (k *soak) runHonest(ctx context.Context) {
	result, err := k.honest.Run(ctx, k.honestRun())
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		k.problem("an honest run failed: %v (%v)", err, errors.Unwrap(err))
	} else if says := logText(result); says != k.says {
		k.problem("an honest run logged %q, want %q", says, k.says)
	}
	k.count(result.Receipt.Code)
}

func (k *soak) count(code host.Code) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.findings.Runs++
	k.findings.Codes[code]++
}

func (k *soak) sample() {
	bytes, ok := Resident()
	if !ok {
		return
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.findings.Resident = append(k.findings.Resident, bytes)
}

func (k *soak) problem(format string, args ...any) {
	const most = 20
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if len(k.findings.Problems) < most {
		k.findings.Problems = append(k.findings.Problems, fmt.Sprintf(format, args...))
	}
}
