package host

import (
	"time"

	"golang.org/x/sys/unix"
)

// readThreadClock returns the CPU time of the calling thread, and which thread that
// is. On a busy machine it is what tells computing from waiting for a core.
func readThreadClock() (threadTime, bool) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return threadTime{}, false
	}
	return threadTime{thread: unix.Gettid(), cpu: time.Duration(t.Nano())}, true
}
