//go:build !linux

package host

// readThreadClock would return the CPU time of the calling thread. Elsewhere than on
// Linux the time by the clock between two ticks stands for it.
func readThreadClock() (threadTime, bool) { return threadTime{}, false }
