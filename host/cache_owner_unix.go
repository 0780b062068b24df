//go:build unix

package host

import (
	"io/fs"
	"os"
	"syscall"
)

func ownedByUs(info fs.FileInfo) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return errNotPrivate
	}
	return nil
}
