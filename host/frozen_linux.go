package host

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// frozen is a part of an image in a file in memory, which instances map
// copy-on-write: the kernel gives them a page of their own only where they write.
// It is restored by copying over those pages alone; a page that was written once
// stays the instance's own, so that a run like the last one causes no page fault,
// each of which costs as much as copying several pages.
type frozen struct {
	fd       int
	contents []byte // the file, mapped for reading
	pages    *pageMap
}

// freeze keeps a copy of contents, whose length is a multiple of the page size and
// which is zero outside the stretches. It returns nil when the system does not let it.
func freeze(contents []byte, within []stretch, pages *pageMap) *frozen {
	fd, err := unix.MemfdCreate("cloche-image", unix.MFD_CLOEXEC)
	if err != nil {
		return nil
	}
	f := &frozen{fd: fd, pages: pages}
	runtime.AddCleanup(f, func(fd int) { _ = unix.Close(fd) }, fd)
	if unix.Ftruncate(fd, int64(len(contents))) != nil {
		return nil
	}
	for _, w := range within {
		for at := w.from; at < w.to; {
			n, err := unix.Pwrite(fd, contents[at:w.to], int64(at))
			if err != nil || n == 0 {
				return nil
			}
			at += n
		}
	}
	if f.contents, err = unix.Mmap(fd, 0, len(contents), unix.PROT_READ, unix.MAP_SHARED); err != nil {
		return nil
	}
	runtime.AddCleanup(f, func(b []byte) { _ = unix.Munmap(b) }, f.contents)
	return f
}

// size returns the length of the part in bytes.
func (f *frozen) size() int { return len(f.contents) }

// part returns some of its bytes, to be read.
func (f *frozen) part(from, to int) []byte { return f.contents[from:to] }

// mapInto maps the part over memory, which is part of a reservation.
func (f *frozen) mapInto(memory []byte) error {
	_, err := unix.MmapPtr(f.fd, 0, unsafe.Pointer(unsafe.SliceData(memory)), uintptr(f.size()),
		unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_FIXED)
	runtime.KeepAlive(f)
	return err
}

// reset makes memory, over which the part is mapped, what it was then.
func (f *frozen) reset(memory []byte, scan *pageScan) error {
	memory = memory[:f.size()]
	written, ok := f.pages.written(memory, scan)
	if !ok {
		return f.drop(memory)
	}
	for _, r := range written {
		copy(memory[r.from:r.to], f.contents[r.from:r.to])
	}
	runtime.KeepAlive(f)
	return nil
}

// drop does the same by giving up all pages that are the instance's own.
func (f *frozen) drop(memory []byte) error {
	return unix.Madvise(memory[:f.size()], unix.MADV_DONTNEED)
}
