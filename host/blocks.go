package host

import "bytes"

// blocks are stretches of memory with the bytes they hold, in ascending order. An
// image has hundreds of them, so the bytes of all lie in one piece.
type blocks struct {
	spans []span
	bytes []byte
}

// span is where a block lies.
type span struct{ offset, length uint32 }

func (s span) end() int { return int(s.offset + s.length) }

// differing returns the blocks of memory that are not as in other, which is at
// least as long, compared in grains.
func differing(memory, other []byte, grain int) blocks {
	var b blocks
	size := 0
	for offset := 0; offset < len(memory); {
		coarse := min(offset+comparedAtOnce, len(memory))
		if bytes.Equal(memory[offset:coarse], other[offset:coarse]) {
			offset = coarse
			continue
		}
		for ; offset < coarse; offset += grain {
			end := min(offset+grain, coarse)
			if !bytes.Equal(memory[offset:end], other[offset:end]) {
				b.add(offset, end)
				size += end - offset
			}
		}
	}
	b.spans = append(make([]span, 0, len(b.spans)), b.spans...)
	b.bytes = make([]byte, 0, size)
	for _, s := range b.spans {
		b.bytes = append(b.bytes, memory[s.offset:s.end()]...)
	}
	return b
}

// comparedAtOnce is how much is compared before it is looked at in grains: a
// multiple of every grain.
const comparedAtOnce = 4096

// add adds memory[from:to], joined with the last block when it follows that.
func (b *blocks) add(from, to int) {
	if n := len(b.spans); n > 0 && b.spans[n-1].end() == from {
		b.spans[n-1].length += uint32(to - from)
		return
	}
	b.spans = append(b.spans, span{uint32(from), uint32(to - from)})
}

// copyTo copies the blocks to their places in memory.
func (b *blocks) copyTo(memory []byte) {
	rest := b.bytes
	for _, s := range b.spans {
		copy(memory[s.offset:s.end()], rest)
		rest = rest[s.length:]
	}
}

// end returns where the last block ends, 0 if there is none.
func (b *blocks) end() int {
	if len(b.spans) == 0 {
		return 0
	}
	return b.spans[len(b.spans)-1].end()
}

// weight returns the bytes that the blocks take.
func (b *blocks) weight() int {
	const spanSize = 8
	return len(b.bytes) + spanSize*len(b.spans)
}
