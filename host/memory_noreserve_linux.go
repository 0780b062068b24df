package host

import "golang.org/x/sys/unix"

// mapNoReserve keeps the kernel from counting a reservation as memory in use.
const mapNoReserve = unix.MAP_NORESERVE
