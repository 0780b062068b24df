package measure

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"cloche/host"
)

// Machine is where the measuring took place. It names no user and no host.
type Machine struct {
	// CPU is the processor's model, or its architecture where that is not told.
	CPU string `json:"cpu"`
	// Cores is what the process may use, Procs how much of it Go does.
	Cores int `json:"cores"`
	Procs int `json:"gomaxprocs"`
	// Memory is the machine's, in bytes; 0 if unknown.
	Memory int64 `json:"memory_bytes,omitempty"`
	// System is GOOS and GOARCH.
	System string `json:"system"`
	// Go and QuickJS are versions.
	Go      string `json:"go"`
	QuickJS string `json:"quickjs"`
	// Artifact is the SHA-256 of the guest, in hex.
	Artifact string `json:"artifact"`
	// Interpreted says that there is no compiler for this architecture: everything
	// is about 20 times slower.
	Interpreted bool `json:"interpreted,omitempty"`
}

func thisMachine() Machine {
	return Machine{
		CPU: cpuModel(), Cores: runtime.NumCPU(), Procs: runtime.GOMAXPROCS(0),
		Memory: procKilobytes("/proc/meminfo", "MemTotal:"),
		System: runtime.GOOS + "/" + runtime.GOARCH,
		Go:     runtime.Version(), QuickJS: host.QuickJSVersion, Artifact: host.Artifact(),
		Interpreted: runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64",
	}
}

func cpuModel() string {
	if model := procField("/proc/cpuinfo", "model name"); model != "" {
		return model
	}
	if model := systemCPU(); model != "" {
		return model
	}
	return runtime.GOARCH
}

// procField returns the first value of a field of a file of "name : value" lines,
// "" where there is no such file or field.
func procField(path, field string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, field); found {
			return strings.TrimSpace(strings.TrimLeft(value, " \t:"))
		}
	}
	return ""
}

// procKilobytes returns such a field in bytes, 0 where there is none.
func procKilobytes(path, field string) int64 {
	digits, found := strings.CutSuffix(procField(path, field), " kB")
	n, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil {
		return 0
	}
	return n << 10
}

// residentSize returns the bytes of memory that the process occupies, 0 where the
// system does not tell. The short cut, statm, is off by up to 64 pages a thread.
func residentSize() int64 { return procKilobytes("/proc/self/smaps_rollup", "Rss:") }

// availableMemory returns how much more memory the machine can give, 0 if unknown.
func availableMemory() int64 { return procKilobytes("/proc/meminfo", "MemAvailable:") }
