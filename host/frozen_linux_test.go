package host

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"
)

// Whatever was written to a mapping, and however often, it is restored byte for
// byte, with and without the kernel telling what was written.
func TestFrozenIsRestored(t *testing.T) {
	t.Parallel()
	const size = 8 << 20
	random := rand.New(rand.NewPCG(1, 2))
	contents := make([]byte, size)
	for n := range contents {
		contents[n] = byte(random.Uint32())
	}
	told := newPageMap()
	if told == nil {
		t.Log("this kernel does not tell what was written")
	}
	for name, pages := range map[string]*pageMap{"told": told, "not told": nil} {
		memory, err := reserve(size)
		if err != nil {
			t.Fatal(err)
		}
		defer release(memory)
		f := freeze(contents, []stretch{{0, size}}, pages)
		if f == nil || f.mapInto(memory) != nil {
			t.Fatal("cannot map")
		}
		scan := new(pageScan)
		for _, writes := range []int{0, 1, 20, 0, maxStretches, 10 * maxStretches, 3} {
			for range writes {
				memory[random.IntN(size)]++
			}
			if writes == 3 {
				clear(memory[size/2:]) // more than is kept
			}
			if err := f.reset(memory, scan); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(memory, contents) {
				t.Fatalf("%s: not restored after %d writes", name, writes)
			}
		}
	}
}

// A page that is restored stays the instance's own, which is what makes the next
// write to it free, and is restored again.
func TestWrittenPagesAreKept(t *testing.T) {
	t.Parallel()
	pages := newPageMap()
	if pages == nil {
		t.Skip("this kernel does not tell what was written")
	}
	page := os.Getpagesize()
	memory, err := reserve(16 * page)
	if err != nil {
		t.Fatal(err)
	}
	defer release(memory)
	f := freeze(make([]byte, 16*page), nil, pages)
	if f == nil || f.mapInto(memory) != nil {
		t.Fatal("cannot map")
	}
	scan := new(pageScan)
	memory[3*page], memory[4*page], memory[9*page+1] = 1, 2, 3
	for range 2 {
		if err := f.reset(memory, scan); err != nil {
			t.Fatal(err)
		}
		written, ok := pages.written(memory, scan)
		if !ok || len(written) != 2 || written[0] != (stretch{3 * page, 5 * page}) || written[1] != (stretch{9 * page, 10 * page}) {
			t.Fatalf("written is %v, %v", written, ok)
		}
	}
	if err := f.drop(memory); err != nil {
		t.Fatal(err)
	}
	if written, ok := pages.written(memory, scan); !ok || len(written) != 0 {
		t.Fatalf("after giving up the pages, written is %v, %v", written, ok)
	}
}
