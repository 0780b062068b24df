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

// stretch is memory[from:to].
type stretch struct{ from, to int }

// differing returns the blocks of some stretches of memory that are not as in another
// image, compared in grains. other gives it a few bytes of that, comparedAtOnce at
// most, from an offset that is a stretch's beginning and a multiple of it.
func differing(memory []byte, within []stretch, other func(from, to int) []byte, grain int) blocks {
	var b blocks
	size := 0
	for _, w := range within {
		for offset := w.from; offset < w.to; {
			coarse := min(offset+comparedAtOnce, w.to)
			was := other(offset, coarse)
			if bytes.Equal(memory[offset:coarse], was) {
				offset = coarse
				continue
			}
			for first := offset; offset < coarse; offset += grain {
				end := min(offset+grain, coarse)
				if !bytes.Equal(memory[offset:end], was[offset-first:end-first]) {
					b.add(offset, end)
					size += end - offset
				}
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
// multiple of every grain. No part of an image begins within it.
const comparedAtOnce = 4096

var zeros [comparedAtOnce]byte

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
