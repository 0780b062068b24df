//go:build !unix

package host

import "io/fs"

func ownedByUs(fs.FileInfo) error { return nil }
