package activity

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"slices"
)

// keyList holds the keys of all objects that are open, the innermost one's last,
// and finds those that an object has twice.
//
// Keys are sorted by hash when their object ends. A map for each object would do
// as well, but takes several times the memory, and the body of a stranger chooses
// how much: a MiB of short keys in one object takes 4 MB and 30 ms this way (BenchmarkParse). The
// hash has a seed of its own for each body, so nobody can aim at collisions.
type keyList struct {
	list    []key
	seed    maphash.Seed
	scratch [2][]byte
}

type key struct {
	hash uint64
	at   span
}

func (k *keyList) push(body []byte, at span) {
	hash := maphash.Bytes(k.seed, k.decode(0, body, at))
	k.list = append(k.list, key{hash, at})
}

// pop removes the keys from index first on and returns the offset of the first
// one that stands there a second time, or -1.
func (k *keyList) pop(body []byte, first int) int {
	keys := k.list[first:]
	k.list = k.list[:first]
	slices.SortFunc(keys, func(a, b key) int {
		if a.hash != b.hash {
			return cmp.Compare(a.hash, b.hash)
		}
		return cmp.Compare(a.at.start, b.at.start)
	})
	found := -1
	for i := range keys {
		for j := i + 1; j < len(keys) && keys[i].hash == keys[j].hash; j++ {
			second := keys[j].at.start
			if found >= 0 && second >= found {
				break // and so are all behind it: without this, n equal keys take n² steps
			}
			if bytes.Equal(k.decode(0, body, keys[i].at), k.decode(1, body, keys[j].at)) {
				found = second
			}
		}
	}
	return found
}

// decode returns what a key is once its escapes are resolved. The result is valid
// until the next call with the same buffer.
func (k *keyList) decode(buffer int, body []byte, at span) []byte {
	inner := body[at.start:at.end]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	k.scratch[buffer] = unescape(k.scratch[buffer][:0], inner, keepSurrogate)
	return k.scratch[buffer]
}
