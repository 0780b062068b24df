//go:build !linux

package host

import "errors"

// tail is for systems that map files in memory copy-on-write and can drop what was
// written; elsewhere large images are copied like small ones.
type tail struct{}

func newTail([]byte) *tail { return nil }

func (*tail) mapInto([]byte) error { return errors.ErrUnsupported }

func (*tail) reset([]byte) error { return errors.ErrUnsupported }
