package host

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pageMap asks the kernel which pages of a private mapping were written: those are
// anonymous memory, the others are a file's or were never used. That is PAGEMAP_SCAN of
// /proc/self/pagemap, in Linux from 6.7 on (include/uapi/linux/fs.h,
// Documentation/admin-guide/mm/pagemap.rst). It costs 30 ns a page, copying a page
// 90 ns. A nil pageMap never knows. It is safe for concurrent use.
type pageMap struct{ fd int }

// newPageMap returns nil when the kernel cannot tell, or tells something else than
// what a trial wrote.
func newPageMap() *pageMap {
	fd, err := unix.Open("/proc/self/pagemap", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	p := &pageMap{fd}
	runtime.AddCleanup(p, func(fd int) { _ = unix.Close(fd) }, fd)
	if !p.tellsTheTruth() {
		return nil
	}
	return p
}

// tellsTheTruth maps four pages, reads two and writes the third.
func (p *pageMap) tellsTheTruth() bool {
	size := unix.Getpagesize()
	file := freeze(make([]byte, 4*size), []stretch{{0, 4 * size}}, p)
	memory, err := reserve(4 * size)
	if err != nil {
		return false
	}
	defer release(memory)
	if file == nil || file.mapInto(memory) != nil {
		return false
	}
	memory[2*size] = memory[0] + memory[size] + 1
	written, ok := p.written(memory, new(pageScan))
	return ok && len(written) == 1 && written[0] == stretch{2 * size, 3 * size}
}

// maxWritten is how many bytes of a mapping an instance keeps for itself when it is
// restored, and maxStretches in how many pieces. Beyond them it gives up all.
const (
	maxWritten   = 2 << 20
	maxStretches = 256
)

// pageScan is the room for one question. It must be on the heap, for the kernel
// is given the address of its parts as a number: make it with new, and keep it.
type pageScan struct {
	question scanQuestion
	regions  [maxStretches]scanRegion
	found    [maxStretches]stretch
}

// scanQuestion is the kernel's struct pm_scan_arg.
type scanQuestion struct {
	size, flags        uint64
	start, end         uint64
	walkEnd            uint64
	regions, capacity  uint64
	maxPages           uint64
	inverted, all, any uint64
	want               uint64
}

// scanRegion is the kernel's struct page_region.
type scanRegion struct {
	start, end uint64
	_          uint64 // the categories of its pages, of which none was asked for
}

// Numbers of the kernel's interface.
const (
	pagemapScan   = 0xC0606610 // _IOWR('f', 16, struct pm_scan_arg)
	pageIsFile    = 1 << 2
	pageIsPresent = 1 << 3
	pageIsSwapped = 1 << 4
)

// written returns what of a private mapping was written, valid until the next use
// of scan. It reports false when it cannot tell or when that is too much.
func (p *pageMap) written(memory []byte, scan *pageScan) ([]stretch, bool) {
	if p == nil || scan == nil {
		return nil, false
	}
	base := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(memory))))
	end := base + uint64(len(memory))
	q := &scan.question
	*q = scanQuestion{
		size: uint64(unsafe.Sizeof(*q)), start: base, end: end,
		regions:  uint64(uintptr(unsafe.Pointer(&scan.regions))),
		capacity: maxStretches, maxPages: maxWritten / uint64(unix.Getpagesize()),
		// Pages that exist and are not the file's.
		inverted: pageIsFile, all: pageIsFile, any: pageIsPresent | pageIsSwapped,
	}
	n, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(p.fd), pagemapScan, uintptr(unsafe.Pointer(q)))
	runtime.KeepAlive(p)
	if errno != 0 || n > maxStretches || q.walkEnd != end {
		return nil, false
	}
	for k, r := range scan.regions[:n] {
		if r.start < base || r.end > end || r.start > r.end {
			return nil, false
		}
		scan.found[k] = stretch{int(r.start - base), int(r.end - base)}
	}
	return scan.found[:n], true
}
