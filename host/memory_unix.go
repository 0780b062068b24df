//go:build unix

package host

import "golang.org/x/sys/unix"

func reserve(size int) ([]byte, error) {
	return unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_ANON|unix.MAP_PRIVATE|mapNoReserve)
}

func release(b []byte) { _ = unix.Munmap(b) }
