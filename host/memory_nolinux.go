//go:build !linux

package host

const mapNoReserve = 0

func zeroPages([]byte) bool { return false }
