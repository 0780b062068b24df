package worker

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"runtime/metrics"
	"strconv"
)

// ResidentOf returns VmRSS of a process, in bytes. Linux only.
func ResidentOf(pid string) (int64, error) {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == "VmRSS:" {
			kilobytes, err := strconv.ParseInt(string(fields[1]), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("the status of process %s has no VmRSS", pid)
}

// pauses is runtime/metrics' histogram of the times for which a garbage collection
// stopped the world, from asking for it on.
type pauses struct{ histogram *metrics.Float64Histogram }

func readPauses() pauses {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(sample)
	return pauses{sample[0].Value.Float64Histogram()}
}

// since returns the upper end of the bucket of each pause that came after before,
// in nanoseconds, in ascending order.
func (p pauses) since(before pauses) []int64 {
	var list []int64
	for n, count := range p.histogram.Counts {
		end := p.histogram.Buckets[n+1]
		if math.IsInf(end, 1) {
			end = p.histogram.Buckets[n]
		}
		for range count - before.histogram.Counts[n] {
			list = append(list, int64(end*1e9))
		}
	}
	return list
}
