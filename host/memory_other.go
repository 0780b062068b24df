//go:build !unix

package host

import "errors"

// reserve is for systems that give address space without memory; elsewhere the
// memory of an instance moves when it grows.
func reserve(int) ([]byte, error) { return nil, errors.ErrUnsupported }

func release([]byte) {}
