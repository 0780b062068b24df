package host

import "golang.org/x/sys/unix"

// mapNoReserve keeps the kernel from counting a reservation as memory in use.
const mapNoReserve = unix.MAP_NORESERVE

// zeroPages gives the pages of b back to the system: they read as zeros and cost
// nothing until they are written. Only Linux promises that of anonymous memory. It
// reports false when b is not made of whole pages.
func zeroPages(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	return unix.Madvise(b, unix.MADV_DONTNEED) == nil && len(b)%unix.Getpagesize() == 0
}
