//go:build !linux

package host

import "errors"

// frozen is for systems that map files in memory copy-on-write and tell what was
// written; elsewhere images are copied.
type frozen struct{}

func freeze([]byte, []stretch, *pageMap) *frozen { return nil }

func (*frozen) size() int { return 0 }

func (*frozen) part(_, _ int) []byte { return nil }

func (*frozen) mapInto([]byte) error { return errors.ErrUnsupported }

func (*frozen) reset([]byte, *pageScan) error { return errors.ErrUnsupported }

func (*frozen) drop([]byte) error { return errors.ErrUnsupported }

type (
	pageMap  struct{}
	pageScan struct{}
)

func newPageMap() *pageMap { return nil }

func (*pageMap) written([]byte, *pageScan) ([]stretch, bool) { return nil, false }
