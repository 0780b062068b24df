package host

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// tail is what an image holds beyond the base image's memory, in a file in memory
// that instances map copy-on-write: a large script is neither copied before a run
// nor wiped after it, only the pages that the run wrote are dropped. For what lies
// in the base image's memory copying is faster: a run writes to most of it, and
// every page fault costs as much as copying several pages.
type tail struct {
	fd   int
	size int
}

// newTail keeps contents, whose length is a multiple of the page size. It returns
// nil when the system does not let it.
func newTail(contents []byte) *tail {
	fd, err := unix.MemfdCreate("cloche-image", unix.MFD_CLOEXEC)
	if err != nil {
		return nil
	}
	t := &tail{fd: fd, size: len(contents)}
	runtime.AddCleanup(t, func(fd int) { _ = unix.Close(fd) }, fd)
	for at := 0; at < len(contents); {
		n, err := unix.Pwrite(fd, contents[at:], int64(at))
		if err != nil || n == 0 {
			return nil
		}
		at += n
	}
	return t
}

// mapInto maps the tail over memory, which is part of a reservation.
func (t *tail) mapInto(memory []byte) error {
	_, err := unix.MmapPtr(t.fd, 0, unsafe.Pointer(unsafe.SliceData(memory)), uintptr(t.size),
		unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_FIXED)
	runtime.KeepAlive(t)
	return err
}

// reset drops what was written to memory since it was mapped.
func (t *tail) reset(memory []byte) error {
	return unix.Madvise(memory[:t.size], unix.MADV_DONTNEED)
}
