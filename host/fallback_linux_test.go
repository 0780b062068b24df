package host

import (
	"context"
	"path/filepath"
	"testing"
)

// Kernels before 6.7 do not tell what was written: the image is copied, or if that is
// found out late, mapped anew.
func TestRunsAreTheSameOnEveryKernel(t *testing.T) {
	t.Parallel()
	cache := filepath.Join(t.TempDir(), "cache")
	compareSystems(t, map[string]*Engine{
		"this one": startedEngine(t, cache, nothing, asItIs),
		"what was written is not told any more": startedEngine(t, cache, nothing, func(base *image) {
			if base.frozen != nil {
				base.frozen.pages = nil
			}
			base.pages = nil
		}),
		"another file answers": startedEngine(t, cache, nothing, func(base *image) {
			if base.frozen != nil {
				base.frozen.pages = &pageMap{fd: -1}
			}
		}),
	})
	if (&pageMap{fd: -1}).tellsTheTruth() {
		t.Error("a file that is closed tells what was written")
	}
	if freeze(nil, nil, nil) != nil {
		t.Error("nothing was mapped")
	}
}

// An instance over which the image cannot be mapped is given up.
func TestImagesThatCannotBeMapped(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e := startedEngine(t, "", nothing, asItIs)
	base := e.base
	if base.frozen == nil {
		t.Skip("this kernel does not tell what was written")
	}
	unmapped := *base
	unmapped.frozen = &frozen{fd: -1, contents: base.frozen.contents}
	if _, err := e.acquire(ctx, &unmapped); err == nil {
		t.Error("an image whose file is closed was restored")
	}
	i, err := e.acquire(ctx, base)
	if err != nil {
		t.Fatal(err)
	}
	i.holds, e.base = nil, &unmapped
	e.release(i)
	if len(e.idle) != 0 {
		t.Error("an instance that could not be wiped is kept")
	}
	e.base = base
	if i, err = e.acquire(ctx, base); err != nil {
		t.Fatal(err)
	}
	e.release(i)
	if len(e.idle) != 1 {
		t.Errorf("%d instances are kept", len(e.idle))
	}
}
