package secret

import (
	"fmt"
	"slices"
	"strings"
)

// Keyring seals with one key and opens with that and older ones, so that the master
// key can be changed: add the new key, seal again what Current says is old, drop
// the old key. It does not change once made.
type Keyring struct {
	keys []Key // the current one first
}

// NewKeyring returns a keyring that seals with current and opens with all.
func NewKeyring(current Key, older ...Key) *Keyring {
	return &Keyring{keys: slices.Concat([]Key{current}, older)}
}

// Seal is Key.Seal with the current key.
func (k *Keyring) Seal(owner Owner, plaintext []byte) string {
	return k.keys[0].Seal(owner, plaintext)
}

// Open is Key.Open with the key that sealed it. The error matches ErrWrongKey if
// that is none of the ring.
func (k *Keyring) Open(owner Owner, sealed string) ([]byte, error) {
	id, _, err := parseSealed(sealed)
	if err != nil {
		return nil, err
	}
	for _, key := range k.keys {
		if key.ID() == id {
			return key.Open(owner, sealed)
		}
	}
	ids := make([]string, len(k.keys))
	for i, key := range k.keys {
		ids[i] = key.ID()
	}
	return nil, fmt.Errorf("%w: it needs key %s, here is %s", ErrWrongKey, id, strings.Join(ids, ", "))
}

// Current reports whether sealed names the current key: whether there is nothing to
// seal again.
func (k *Keyring) Current(sealed string) bool { return k.keys[0].Check(sealed) == nil }
