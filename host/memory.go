package host

import (
	"github.com/tetratelabs/wazero/experimental"
)

// allocator gives every instance a reservation of address space that never moves
// and costs memory only where it is written. wazero's own way of growing copies:
// a guest of 64 MiB then takes 250 MB of the host.
type allocator struct{ reservation uint64 }

// Allocate implements experimental.MemoryAllocator.
func (a allocator) Allocate(_, _ uint64) experimental.LinearMemory {
	return &linearMemory{reservation: a.reservation, limit: a.reservation}
}

// linearMemory is the memory of one instance.
type linearMemory struct {
	reservation uint64
	limit       uint64 // set for every run, at most reservation
	refused     bool   // a growth past limit was refused
	bytes       []byte // all that was reserved
	moves       bool   // bytes is ordinary memory instead
}

// memorySlack is what the hard cap on linear memory leaves beside the heap limit:
// stack, static data and the allocator's own waste. With it the heap limit is met
// first, as an exception that a script can catch.
const memorySlack = 16 << 20

// Reallocate implements experimental.LinearMemory.
func (m *linearMemory) Reallocate(size uint64) []byte {
	if size > m.limit {
		m.refused = true
		return nil
	}
	if m.bytes == nil && !m.moves {
		reserved, err := reserve(int(m.reservation))
		m.bytes, m.moves = reserved, err != nil
	}
	if m.moves && size > uint64(len(m.bytes)) {
		larger := make([]byte, min(max(size, 2*uint64(len(m.bytes))), m.reservation))
		copy(larger, m.bytes)
		m.bytes = larger
	}
	return m.bytes[:size:len(m.bytes)]
}

// zero makes b, a part of the memory, zero: by giving its pages back to the system
// if that is possible. b should be cold: pages that were not written since cost
// nothing, others a page fault when they are used again.
func (m *linearMemory) zero(b []byte) {
	if m.moves || !zeroPages(b) {
		clear(b)
	}
}

// hotHeap is how much at the beginning of a gap between blocks is zeroed by hand,
// in bytes: the free heap is such a gap, and every run uses the beginning of it.
const hotHeap = 96 << 10

// zeroGap makes memory[from:to] zero.
func (m *linearMemory) zeroGap(memory []byte, from, to int) {
	cold := (from + hotHeap + systemPage - 1) &^ (systemPage - 1)
	end := to &^ (systemPage - 1)
	if cold >= end {
		clear(memory[from:to])
		return
	}
	clear(memory[from:cold])
	m.zero(memory[cold:end])
	clear(memory[end:to])
}

// systemPage is the largest page size of the systems that we run on, in bytes.
const systemPage = 64 << 10

// Free implements experimental.LinearMemory.
func (m *linearMemory) Free() {
	if m.bytes != nil && !m.moves {
		release(m.bytes)
	}
	m.bytes = nil
}
