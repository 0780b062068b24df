package host

import "time"

// Result is what a run leaves behind, however it ended.
type Result struct {
	Receipt Receipt
	// Log holds the lines that were kept, in order.
	Log []LogLine
}

// Receipt accounts for one run.
type Receipt struct {
	// Code says how the run ended.
	Code Code `json:"code"`
	// CPU is the time spent computing in the sandbox, without waiting.
	CPU time.Duration `json:"cpu_ns"`
	// Wall is the time the run took by the clock.
	Wall time.Duration `json:"wall_ns"`
	// Steps is the deterministic measure of work; see StepsPerMillisecond.
	Steps int64 `json:"steps"`
	// PeakHeap is the most heap that was held at a time, in bytes, the 1 MiB or so
	// of the script API included.
	PeakHeap int64 `json:"peak_heap_bytes"`
	// HostCalls counts the calls of host functions by name. Nil when there were
	// none.
	HostCalls map[string]int `json:"host_calls"`
	// BytesOut and BytesIn are what host functions reported as sent out of the
	// sandbox and brought into it: bodies of fetch, for example.
	BytesOut int64 `json:"bytes_out"`
	BytesIn  int64 `json:"bytes_in"`
	// LogLines counts the lines written, LogDropped the bytes of them that were
	// not kept.
	LogLines   int   `json:"log_lines"`
	LogDropped int64 `json:"log_dropped_bytes"`
	// Seed is the run's randomness: with it, the same inputs and the same results
	// of host calls, the run can be repeated exactly.
	Seed [32]byte `json:"-"`
}
