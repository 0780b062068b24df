package host

import (
	"context"
	"testing"
	"time"
)

// What a stretch in the guest counts for, when the goroutine stayed on its thread
// and when it did not.
func TestComputed(t *testing.T) {
	t.Parallel()
	m := newMeter(context.Background(), Limits{}.WithDefaults())
	m.sinceThread = threadTime{thread: 7, cpu: time.Second}
	m.used = 40_000 // at most 2 ms
	for _, test := range []struct {
		name    string
		elapsed time.Duration
		thread  threadTime
		known   bool
		want    time.Duration
	}{
		{"alone", time.Millisecond, threadTime{7, time.Second + time.Millisecond}, true, time.Millisecond},
		{"another process had the core", time.Second, threadTime{7, time.Second + time.Millisecond}, true, time.Millisecond},
		{"the clocks differ", time.Millisecond, threadTime{7, time.Second + 2*time.Millisecond}, true, time.Millisecond},
		{"it waited for another thread", time.Second, threadTime{8, time.Hour}, true, slice + 2*time.Millisecond},
		{"another thread that computed less", time.Second, threadTime{8, 0}, true, slice + 2*time.Millisecond},
		{"another thread, at once", time.Millisecond, threadTime{8, time.Hour}, true, time.Millisecond},
		{"nobody knows", time.Second, threadTime{}, false, time.Second},
	} {
		if got := m.computed(test.elapsed, test.thread, test.known); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
