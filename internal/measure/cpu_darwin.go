package measure

import "golang.org/x/sys/unix"

// systemCPU returns the processor's model.
func systemCPU() string {
	model, err := unix.Sysctl("machdep.cpu.brand_string")
	if err != nil {
		return ""
	}
	return model
}
