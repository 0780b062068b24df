package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
)

// version is the first part of what is sealed, of the associated data and of the
// name of every data key.
const version = "v1"

// gcmOverhead is what the nonce and the tag add to a value, in bytes.
const gcmOverhead = 12 + 16

// Owner says whose a value is and what it is called. It is authenticated with the
// value, not stored in it: a sealed value that is copied to another owner does not
// open. All fields are any bytes.
type Owner struct {
	Project, Integration, Name string
}

// associatedData is "v1", the project, the integration and the name, each after its
// length in 8 bytes, big-endian: no two owners have the same.
func (o Owner) associatedData() []byte {
	return joined(version, o.Project, o.Integration, o.Name)
}

// joined writes texts so that no other texts give the same bytes.
func joined(texts ...string) []byte {
	var data []byte
	for _, t := range texts {
		data = binary.BigEndian.AppendUint64(data, uint64(len(t)))
		data = append(data, t...)
	}
	return data
}

// Seal encrypts plaintext for its owner with AES-256-GCM. The result has the form
//
//	v1.<Key.ID>.<base64url of nonce, ciphertext and tag>
//
// and no two calls return the same: the nonce is random. The key is derived from
// the master key for the project, with HKDF-SHA256 (RFC 5869); a random nonce of 96
// bits is safe for 2³² values of one project (NIST SP 800-38D).
func (k Key) Seal(owner Owner, plaintext []byte) string {
	sealed := k.dataKey(owner.Project).Seal(nil, nil, plaintext, owner.associatedData())
	return version + "." + k.ID() + "." + base64.RawURLEncoding.EncodeToString(sealed)
}

// Open returns what was sealed for the owner. The error matches ErrWrongKey if it
// was sealed with another key, and ErrSealed if it is not what Seal returned, or
// not for this owner.
func (k Key) Open(owner Owner, sealed string) ([]byte, error) {
	if err := k.Check(sealed); err != nil {
		return nil, err
	}
	_, data, err := parseSealed(sealed)
	if err != nil {
		return nil, err
	}
	plaintext, err := k.dataKey(owner.Project).Open(nil, nil, data, owner.associatedData())
	if err != nil {
		return nil, fmt.Errorf("%w: it is not what was sealed for this owner", ErrSealed)
	}
	return plaintext, nil
}

// Check returns nil if sealed says that this key sealed it, an error that matches
// ErrWrongKey if it names another, and one that matches ErrSealed if it is not of
// the form that Seal returns. It opens nothing: only Open tells whether it is true.
func (k Key) Check(sealed string) error {
	id, _, err := parseSealed(sealed)
	if err != nil {
		return err
	}
	if id != k.ID() {
		return fmt.Errorf("%w: it needs key %s, this is key %s", ErrWrongKey, id, k.ID())
	}
	return nil
}

// dataKey derives the key of a project.
func (k Key) dataKey(project string) cipher.AEAD {
	if k == (Key{}) {
		panic("secret: the zero Key is no key")
	}
	raw, err := hkdf.Key(sha256.New, k.raw[:], nil, "cloche secret "+string(joined(version, project)), keyBytes)
	if err != nil {
		panic(err) // only for a length that no hash can give
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		panic(err) // only for a length that AES does not have
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for a cipher that is not AES
	}
	return aead
}

func parseSealed(sealed string) (id string, data []byte, err error) {
	parts := strings.Split(sealed, ".")
	if len(parts) != 3 || parts[0] != version {
		return "", nil, fmt.Errorf("%w: it is not of the form %s.key.data", ErrSealed, version)
	}
	id = parts[1]
	if len(id) != 2*keyIDBytes || strings.Trim(id, "0123456789abcdef") != "" {
		return "", nil, fmt.Errorf("%w: it does not name its key", ErrSealed)
	}
	// The decoder skips line breaks, and then two texts would be one value.
	data, err = base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil || strings.ContainsAny(parts[2], "\r\n") || len(data) < gcmOverhead {
		return "", nil, fmt.Errorf("%w: its data is not base64, or too short", ErrSealed)
	}
	return id, data, nil
}
