package host

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// What differs, copied over what it was compared with, makes both equal; what does
// not differ is not copied.
func TestDiffering(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for _, size := range []int{0, 1, 100, comparedAtOnce, 5*comparedAtOnce + 77} {
		for _, changes := range []int{0, 1, 5, 500} {
			for _, grain := range []int{scriptGrain, baseGrain} {
				other := make([]byte, size)
				for n := range other {
					other[n] = byte(random.Uint32())
				}
				memory := bytes.Clone(other)
				for range min(changes, size) {
					memory[random.IntN(size)]++
				}
				b := differing(memory, []stretch{{0, size}}, func(from, to int) []byte { return other[from:to] }, grain)
				if len(b.bytes) > changes*grain || b.end() > size {
					t.Fatalf("%d changes are %d bytes up to %d", changes, len(b.bytes), b.end())
				}
				b.copyTo(other)
				if !bytes.Equal(memory, other) {
					t.Fatalf("%d bytes, %d changes, grain %d: not equal", size, changes, grain)
				}
			}
		}
	}
}
