package host

import (
	"fmt"

	"github.com/tetratelabs/wazero/api"
)

// An image is the state of an instance at rest: its linear memory and its mutable
// globals, and nothing else, for the module has no other state (a test proves it
// of the artifact). The base image is the state after cloche_init; a script's
// image adds the blocks that parsing the script changed. The C stack, from address
// 0 up to the stack pointer, is zero in every image: what is below the pointer of
// an instance at rest is dead.
type image struct {
	base   *image // nil for the base itself
	blocks blocks
	frozen *frozen  // what is mapped and not copied; nil: nothing is
	from   uint32   // where that lies in memory
	pages  *pageMap // of the base; nil: the system has none
	size   uint32   // of linear memory, bytes
	sp     uint64   // the C stack pointer
	abi    guestABI
}

// Images are compared in grains, in bytes. Parsing touches many places of the heap a
// little: the image of a script of 4.8 KB with a hundred functions has 60 KB with
// grains of 128 bytes, 34 KB with 32, and 29 KB with 16. The blocks of the base image
// are fewer and larger, for they are copied at every run where nothing can be mapped.
const (
	baseGrain   = 128
	scriptGrain = 32
)

// newBaseImage copies the memory of an initialised instance.
func newBaseImage(i *instance) (*image, error) {
	memory, err := i.bytes()
	if err != nil {
		return nil, err
	}
	img := &image{size: uint32(len(memory)), sp: i.stackPointer.Get(), abi: i.abi, pages: newPageMap()}
	if img.sp > uint64(len(memory)) {
		return nil, fmt.Errorf("the stack pointer is %d in a memory of %d bytes", img.sp, len(memory))
	}
	used := img.used(i, memory)
	img.blocks = differing(memory, used, func(from, to int) []byte { return zeros[:to-from] }, baseGrain)
	img.freezeBlocks(memory, used, i)
	return img, nil
}

// used returns what of an instance's memory above the stack may differ from what it
// was when the instance was made, or given the base image: the pages that were written
// since. To look at the others costs a page fault each. It is everything where the
// kernel does not tell.
func (img *image) used(i *instance, memory []byte) []stretch {
	all := []stretch{{int(img.sp), len(memory)}}
	if i.linear.moves || img.sp%systemPage != 0 {
		return all
	}
	written, ok := img.pages.written(memory[img.sp:], i.scan)
	if !ok {
		return all
	}
	used := make([]stretch, len(written))
	for n, w := range written {
		used[n] = stretch{int(img.sp) + w.from, int(img.sp) + w.to}
	}
	return used
}

// freezeBlocks freezes the stretch of the base image in which its blocks lie. It
// does so only where the kernel tells what a run wrote: without that, copying all of
// it takes less time than the page faults.
func (img *image) freezeBlocks(memory []byte, used []stretch, i *instance) {
	if img.pages == nil || i.linear.moves || len(img.blocks.spans) == 0 || img.sp%systemPage != 0 {
		return
	}
	end := (img.blocks.end() + systemPage - 1) &^ (systemPage - 1)
	var within []stretch // of what is frozen
	for _, u := range used {
		if u.from < end {
			within = append(within, stretch{u.from - int(img.sp), min(u.to, end) - int(img.sp)})
		}
	}
	if img.frozen = freeze(memory[img.sp:end], within, img.pages); img.frozen != nil {
		img.from = uint32(img.sp)
	}
}

// newScriptImage copies what differs from the base image.
func newScriptImage(base *image, i *instance) (*image, error) {
	memory, err := i.bytes()
	if err != nil {
		return nil, err
	}
	img := &image{base: base, size: uint32(len(memory)), sp: i.stackPointer.Get(), abi: i.abi}
	if img.sp != base.sp {
		return nil, fmt.Errorf("the stack pointer is %d after compiling, was %d", img.sp, base.sp)
	}
	compared := memory
	if above := memory[base.size:]; len(above) > 0 && !i.linear.moves {
		if img.frozen = freeze(above, []stretch{{0, len(above)}}, base.pages); img.frozen != nil {
			img.from = base.size
			compared = memory[:base.size]
		}
	}
	img.blocks = differing(compared, base.used(i, compared), base.reader(len(compared)), scriptGrain)
	return img, nil
}

// reader returns a function that reads a base image above the stack, as it is in a
// memory of size bytes.
func (img *image) reader(size int) func(from, to int) []byte {
	if img.frozen == nil {
		fresh := make([]byte, size)
		img.fill(fresh)
		return func(from, to int) []byte { return fresh[from:to] }
	}
	start, end := int(img.from), int(img.from)+img.frozen.size()
	return func(from, to int) []byte {
		if from < start || from >= end {
			return zeros[:to-from]
		}
		return img.frozen.part(from-start, to-start)
	}
}

// fill makes memory, which is at least as long as the image, byte for byte what
// the image is.
func (img *image) fill(memory []byte) {
	if img.base != nil {
		img.base.fill(memory)
	} else {
		clear(memory[:img.sp])
		img.fillAboveStack(memory)
	}
	img.blocks.copyTo(memory)
}

// fillAboveStack zeroes what is above the stack and in no block.
func (img *image) fillAboveStack(memory []byte) {
	at := int(img.sp)
	for _, s := range img.blocks.spans {
		clear(memory[at:s.offset])
		at = s.end()
	}
	clear(memory[at:])
}

// restore brings the instance into the state of the image. It reports false when
// the instance's memory is larger than the image's: linear memory cannot shrink,
// and a larger one would change how the guest allocates.
func (img *image) restore(i *instance) (bool, error) {
	size := i.memory.Size()
	if size < img.size {
		if _, ok := i.memory.Grow((img.size - size) / wasmPage); !ok {
			return false, fmt.Errorf("memory cannot grow to %d bytes", img.size)
		}
		i.holds = nil
		size = img.size
	}
	if size != img.size {
		return false, nil
	}
	memory, err := i.bytes()
	if err != nil {
		return false, err
	}
	if i.holds != img {
		if err := img.write(i, memory); err != nil {
			return false, err
		}
	}
	i.stackPointer.Set(img.sp)
	i.fuel.Set(0)
	i.abi = img.abi
	i.holds = img
	return true, nil
}

// write makes the memory of an instance what the image is.
func (img *image) write(i *instance, memory []byte) error {
	base := img
	if img.base != nil {
		base = img.base
	}
	if i.holds != base {
		if err := base.wipe(i, memory[:base.size]); err != nil {
			return err
		}
	}
	above := memory[base.size:]
	switch {
	case img.upper() == nil:
		clear(above)
		i.upper = nil
	case i.upper != img.upper() || !i.upperClean:
		if err := i.restoreFrozen(&i.upper, img.upper(), above); err != nil {
			return err
		}
	}
	i.upperClean = true
	if base != img {
		img.blocks.copyTo(memory)
	}
	return nil
}

// upper returns what is mapped beyond the base image's memory, if anything is.
func (img *image) upper() *frozen {
	if img.base == nil {
		return nil
	}
	return img.frozen
}

// weight returns the bytes that the image takes beside its base.
func (img *image) weight() int {
	n := img.blocks.weight()
	if img.frozen != nil {
		n += img.frozen.size()
	}
	return n
}

// hotStack is how much of the top of the C stack is zeroed by hand. A run seldom
// reaches below it, and giving untouched pages back to the system costs less than
// writing zeros to them.
const hotStack = 64 << 10

// wipe makes the memory of an instance, up to the base image's size, what the base
// image is.
func (img *image) wipe(i *instance, memory []byte) error {
	top := int(img.sp)
	cold := max(top-hotStack, 0)
	i.forgetDeepStacks(memory[cold:top])
	i.linear.zero(memory[:cold])
	clear(memory[cold:top])
	if img.frozen != nil && !i.linear.moves {
		end := int(img.from) + img.frozen.size()
		i.linear.zeroGap(memory, end, len(memory))
		return i.restoreFrozen(&i.lower, img.frozen, memory[img.from:end])
	}
	at := top
	for _, s := range img.blocks.spans {
		i.linear.zeroGap(memory, at, int(s.offset))
		at = s.end()
	}
	i.linear.zeroGap(memory, at, len(memory))
	img.blocks.copyTo(memory)
	return nil
}

// usesPerMapping is after how many runs an instance gives up the pages of a mapping
// that it wrote: the runs since may have written others than those before. The run
// after that takes a page fault for every page, a millisecond or two together; once in
// 256 runs that alone decided how long the slowest hundredth takes.
const usesPerMapping = 1024

// restoreFrozen makes memory what f is. mapped is what lies there already, clean or
// not.
func (i *instance) restoreFrozen(mapped **frozen, f *frozen, memory []byte) error {
	if *mapped != f {
		*mapped = f
		return f.mapInto(memory)
	}
	if i.uses%usesPerMapping == 0 {
		return f.drop(memory)
	}
	return f.reset(memory, i.scan)
}

const wasmPage = 1 << 16

// guestABI is where things lie in the guest, read once from the instance that
// became the base image: what a run does to that memory later changes nothing.
type guestABI struct {
	response         uint32 // address of the response buffer
	responseCapacity uint32
	heapPeak         uint32 // address of a u32
}

func readABI(memory api.Memory, at uint32) (guestABI, error) {
	var words [4]uint32
	for n := range words {
		word, ok := memory.ReadUint32Le(at + uint32(4*n))
		if !ok {
			return guestABI{}, fmt.Errorf("no ABI record at %d", at)
		}
		words[n] = word
	}
	if words[0] != abiVersion {
		return guestABI{}, fmt.Errorf("the guest has ABI version %d, wanted %d", words[0], abiVersion)
	}
	return guestABI{response: words[1], responseCapacity: words[2], heapPeak: at + 12}, nil
}
