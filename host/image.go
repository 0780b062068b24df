package host

import (
	"bytes"
	"fmt"

	"github.com/tetratelabs/wazero/api"
)

// An image is the state of an instance at rest: its linear memory and its mutable
// globals, and nothing else, for the module has no other state (a test proves it
// of the artifact). The base image is the state after cloche_init; a script's
// image adds the blocks that parsing the script changed.
type image struct {
	base   *image // nil for the base itself
	blocks []block
	size   uint32 // of linear memory, bytes
	sp     uint64 // the C stack pointer
	abi    guestABI
}

// block is a stretch of memory with the bytes it holds; what is in no block of an
// image or its base is zero.
type block struct {
	offset uint32
	bytes  []byte
}

// blockSize is the grain in which images are compared.
const blockSize = 4096

// newBaseImage copies the memory of an initialised instance.
func newBaseImage(i *instance) (*image, error) {
	memory, err := i.bytes()
	if err != nil {
		return nil, err
	}
	img := &image{size: uint32(len(memory)), sp: i.stackPointer.Get(), abi: i.abi}
	zero := make([]byte, blockSize)
	img.blocks = differing(memory, func(offset, length int) []byte { return zero[:length] })
	return img, nil
}

// newScriptImage copies what differs from the base image.
func newScriptImage(base *image, i *instance) (*image, error) {
	memory, err := i.bytes()
	if err != nil {
		return nil, err
	}
	fresh := make([]byte, len(memory))
	base.fill(fresh)
	img := &image{base: base, size: uint32(len(memory)), sp: i.stackPointer.Get(), abi: i.abi}
	img.blocks = differing(memory, func(offset, length int) []byte {
		return fresh[offset : offset+length]
	})
	return img, nil
}

// differing returns the blocks of memory that are not as want says, neighbours
// joined.
func differing(memory []byte, want func(offset, length int) []byte) []block {
	var blocks []block
	start := -1
	for offset := 0; offset < len(memory); offset += blockSize {
		end := min(offset+blockSize, len(memory))
		differs := !bytes.Equal(memory[offset:end], want(offset, end-offset))
		if differs && start < 0 {
			start = offset
		}
		if !differs && start >= 0 {
			blocks = append(blocks, block{uint32(start), bytes.Clone(memory[start:offset])})
			start = -1
		}
	}
	if start >= 0 {
		blocks = append(blocks, block{uint32(start), bytes.Clone(memory[start:])})
	}
	return blocks
}

// fill makes memory, which is at least as long as the image, byte for byte what
// the image is.
func (img *image) fill(memory []byte) {
	if img.base != nil {
		img.base.fill(memory)
	} else {
		at := 0
		for _, b := range img.blocks {
			clear(memory[at:b.offset])
			at = int(b.offset) + len(b.bytes)
		}
		clear(memory[at:])
	}
	img.overlay(memory)
}

// overlay copies the image's own blocks into memory.
func (img *image) overlay(memory []byte) {
	for _, b := range img.blocks {
		copy(memory[b.offset:], b.bytes)
	}
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
		size = img.size
	}
	if size != img.size {
		return false, nil
	}
	memory, err := i.bytes()
	if err != nil {
		return false, err
	}
	if img.base != nil && i.holds == img.base {
		img.overlay(memory) // the rest is there already
	} else {
		img.fill(memory)
	}
	i.stackPointer.Set(img.sp)
	i.fuel.Set(0)
	i.abi = img.abi
	i.holds = img
	return true, nil
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
