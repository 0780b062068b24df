//go:build !darwin

package measure

import "os"

// systemCPU returns the processor's model, as Windows tells it. Linux has a file
// that says it better.
func systemCPU() string { return os.Getenv("PROCESSOR_IDENTIFIER") }
