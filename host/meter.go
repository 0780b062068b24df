package host

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

// meter is the one owner of a run's time: steps, CPU, wall clock and
// cancellation. The guest calls it from its checks (tick) and around host calls;
// it answers with a code when the run must end.
//
// Invariants: granted - fuel steps of the current grant are used up, where fuel is
// the guest's counter; used counts those of earlier grants and what host calls
// were charged. Both are functions of the script and its inputs alone, so that a
// run which ends by its step budget ends at the same place every time. The clocks
// are a safety net for code whose steps are slow.
type meter struct {
	ctx     context.Context
	start   time.Time
	wall    time.Duration
	cpu     time.Duration // limit
	budget  int64         // steps
	used    int64
	granted int32

	since       time.Duration // after start, of the current stretch in the guest
	sinceThread threadTime    // on which thread, and its CPU time then
	sinceUsed   int64         // used then
	spent       time.Duration // CPU time of earlier stretches
}

// threadTime is the CPU time of one thread of the system.
type threadTime struct {
	thread int
	cpu    time.Duration
}

// unread stands for the thread's clock at the beginning of a run: reading it there
// takes two microseconds, and most runs are over before it matters. The first tick
// reads it. Until then the steps bound what may have been computed.
var unread = threadTime{thread: -1}

// tickInterval is the grant: how many steps the guest does between two calls of
// tick. That is where the host can stop the guest, for the end of the run or for a
// garbage collection: every 20 µs in the tightest loop, every 0.2 ms in the slowest
// code. With sixteen times as many a collection waited 3 ms at each of its phases.
const tickInterval = 1 << 13

// slice is how long a stretch in the guest must have been for a tick to look at
// clocks and context and, if need be, to give way to other goroutines: that takes
// two microseconds, a tick without it 0.15.
const slice = 500 * time.Microsecond

// Steps that a host call is charged: for the call, and one for so many bytes.
const (
	stepsPerHostCall = 256
	bytesPerStep     = 4
)

func newMeter(ctx context.Context, limits Limits) *meter {
	return &meter{
		ctx: ctx, start: time.Now(), wall: limits.Wall, cpu: limits.CPU,
		budget: limits.steps(),
	}
}

// begin starts the first stretch in the guest and returns its fuel.
func (m *meter) begin() int32 {
	computing.Add(1)
	m.resumeAt(m.now(), unread)
	return m.grant()
}

// end ends the last stretch in the guest. A short one counts as computed, whatever the
// thread's clock says: reading that takes longer than is at stake.
func (m *meter) end() {
	if now := m.now(); now-m.since < slice {
		m.spent += now - m.since
		m.since = now
	} else {
		m.pause()
	}
	computing.Add(-1)
}

func (m *meter) grant() int32 {
	m.granted = int32(min(tickInterval, m.budget-m.used))
	return m.granted
}

// tick settles the grant of which fuel is left, negative when overdrawn. It
// returns the next grant, or why the run must end.
func (m *meter) tick(fuel int32) (int32, Code) {
	m.used = m.steps(fuel)
	m.granted = 0
	if m.overdrawn() {
		return 0, CPULimit
	}
	if code := m.look(); code != OK {
		return 0, code
	}
	return m.grant(), OK
}

// look looks at the clocks, unless the stretch is short and began with a look. A host
// call that computed for the script ends with it as well: its time goes on counting,
// and a grant may last for hundreds of such calls.
func (m *meter) look() Code {
	long := m.now()-m.since >= slice
	if !long && m.sinceThread != unread {
		return OK
	}
	thread := m.pause()
	if code := m.exceeded(); code != OK {
		return code
	}
	if long && giveWay() {
		m.resume()
	} else {
		m.resumeAt(m.since, thread)
	}
	return OK
}

// computing counts the goroutines of the process that are in a guest now and not in
// a function of the embedder's.
var computing atomic.Int32

// giveWay lets other goroutines run if scripts have taken all processors. The guest's
// code cannot be preempted; the scheduler insists at a tick, but only after 10 ms, too
// long for what waits in a process with few cores. While a processor is idle it takes
// up whatever comes, and giving way would wake it for nothing, at the price of 30 µs.
// It reports whether it gave way.
func giveWay() bool {
	if int(computing.Load()) < runtime.GOMAXPROCS(0) {
		return false
	}
	runtime.Gosched()
	return true
}

// charge counts steps for a host call while fuel is left of the grant.
func (m *meter) charge(steps int64) { m.used += steps }

// overdrawn reports whether the budget is used up. It is asked after host calls as
// well: as many as a grant has steps may come before the next tick.
func (m *meter) overdrawn() bool { return m.used >= m.budget }

// steps returns the number of steps so far. A guest that claims to have more fuel
// than it was granted is believed to have used none.
func (m *meter) steps(fuel int32) int64 {
	return m.used + int64(m.granted) - int64(min(fuel, m.granted))
}

// exceeded looks at the clocks. It is called between two stretches.
func (m *meter) exceeded() Code {
	switch {
	case m.ctx.Err() != nil:
		return contextCode(m.ctx)
	case m.since > m.wall:
		return WallLimit
	case m.spent > m.cpu:
		return CPULimit
	}
	return OK
}

// contextCode tells the run's own deadline, which is the wall limit, from a
// cancellation by the caller.
func contextCode(ctx context.Context) Code {
	if context.Cause(ctx) == WallLimit {
		return WallLimit
	}
	return Cancelled
}

// pause ends a stretch in the guest and returns what it read of the thread's clock.
func (m *meter) pause() threadTime {
	now := m.now()
	thread, ok := readThreadClock()
	m.spent += m.computed(now-m.since, thread, ok)
	m.since = now
	return thread
}

// slowestSteps is how many steps a millisecond the slowest code does, and a little
// less.
const slowestSteps = 20_000

// computed returns how much of a stretch that lasted elapsed counts as CPU time. On
// its way into a tick the goroutine may be taken off its thread, wait, and go on
// with another one, whose CPU time says nothing; then the steps bound what it can
// have computed. known says whether the system tells the time of threads.
func (m *meter) computed(elapsed time.Duration, thread threadTime, known bool) time.Duration {
	switch {
	case !known:
		return elapsed
	case thread.thread == m.sinceThread.thread:
		return min(elapsed, max(thread.cpu-m.sinceThread.cpu, 0))
	}
	return min(elapsed, m.most())
}

// most returns the longest time that the steps since the stretch began can have
// taken.
func (m *meter) most() time.Duration {
	steps := m.used + int64(m.granted) - m.sinceUsed
	return slice + time.Duration(steps)*(time.Millisecond/slowestSteps)
}

// resume begins a stretch in the guest.
func (m *meter) resume() {
	now := m.now()
	thread, _ := readThreadClock()
	m.resumeAt(now, thread)
}

// resumeAt begins a stretch at a time, when the thread's clock showed what it did.
func (m *meter) resumeAt(now time.Duration, thread threadTime) {
	m.since, m.sinceThread, m.sinceUsed = now, thread, m.used
}

// longCall is how long a host call must take to be taken out of the CPU time.
// Reading the thread's clock costs as much as a short call.
const longCall = 50 * time.Microsecond

// now returns the time since the run began. It reads the monotonic clock alone,
// which takes half as long as time.Now.
func (m *meter) now() time.Duration { return time.Since(m.start) }

// enter returns to the guest after a host call that began at left: what the host
// waited does not count as CPU time.
func (m *meter) enter(left time.Duration) {
	if m.now()-left < longCall {
		return
	}
	m.spent += min(left-m.since, m.most())
	m.resume()
}
