package hostile

import (
	"fmt"
	"os"
)

// Resident returns the resident memory of this process in bytes, and false where
// the system does not tell: it is read from /proc/self/statm (proc(5)).
func Resident() (int64, bool) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	var total, resident int64
	if _, err := fmt.Sscan(string(text), &total, &resident); err != nil {
		return 0, false
	}
	return resident * int64(os.Getpagesize()), true
}
