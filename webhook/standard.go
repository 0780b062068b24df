package webhook

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// The headers of Standard Webhooks.
const (
	standardID        = "Webhook-Id"
	standardTimestamp = "Webhook-Timestamp"
	standardSignature = "Webhook-Signature"
)

// The prefixes of its secrets, all before standard base64.
const (
	prefixShared  = "whsec_"
	prefixPrivate = "whsk_"
	prefixPublic  = "whpk_"
)

// The sizes of shared secrets in bytes, before base64.
const (
	minShared = 24
	maxShared = 64
)

// standard is standardwebhooks.com, spec/standard-webhooks.md of version 1.0.0:
// what is signed is "id.timestamp.body".
type standard struct{}

func (standard) checkSecret(secret string) string {
	var problem string
	switch {
	case strings.HasPrefix(secret, prefixPrivate):
		problem = "is a private key; a receiver gets the public one, " + prefixPublic
	case strings.HasPrefix(secret, prefixPublic):
		_, problem = publicKey(secret)
	default:
		_, problem = sharedKey(secret)
	}
	return problem
}

func sharedKey(secret string) (key []byte, problem string) {
	key, err := decode(base64.StdEncoding, strings.TrimPrefix(secret, prefixShared))
	if err != nil || len(key) < minShared || len(key) > maxShared {
		return nil, fmt.Sprintf("is not %s and %d to %d bytes in base64", prefixShared, minShared, maxShared)
	}
	return key, ""
}

func publicKey(secret string) (key ed25519.PublicKey, problem string) {
	key, err := decode(base64.StdEncoding, strings.TrimPrefix(secret, prefixPublic))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, fmt.Sprintf("is not %s and %d bytes in base64", prefixPublic, ed25519.PublicKeySize)
	}
	return key, ""
}

// privateKey takes the 32 bytes of a seed or the 64 of a seed with its public key.
func privateKey(secret string) (key ed25519.PrivateKey, problem string) {
	bytesOf, err := decode(base64.StdEncoding, strings.TrimPrefix(secret, prefixPrivate))
	if err != nil || (len(bytesOf) != ed25519.SeedSize && len(bytesOf) != ed25519.PrivateKeySize) {
		return nil, fmt.Sprintf("is not %s and %d or %d bytes in base64", prefixPrivate, ed25519.SeedSize, ed25519.PrivateKeySize)
	}
	key = ed25519.NewKeyFromSeed(bytesOf[:ed25519.SeedSize])
	if len(bytesOf) == ed25519.PrivateKeySize && !bytes.Equal(key, bytesOf) {
		return nil, "is a private key whose two halves do not belong together"
	}
	return key, ""
}

func (standard) verify(secrets []string, r request) (Delivery, error) {
	id, err := single(r.header, standardID)
	if err != nil {
		return Delivery{}, err
	}
	written, err := single(r.header, standardTimestamp)
	if err != nil {
		return Delivery{}, err
	}
	list, err := single(r.header, standardSignature)
	if err != nil {
		return Delivery{}, err
	}
	if err := checkStandardID(id); err != nil {
		return Delivery{}, err
	}
	signed, err := parseTime(written)
	if err != nil {
		return Delivery{}, err
	}
	signatures, err := parseStandard(list)
	if err != nil {
		return Delivery{}, err
	}
	if !signatures.match(secrets, []byte(id+"."+written+"."), r.body) {
		return Delivery{}, errNoMatch
	}
	return Delivery{ID: idPrefix + id, Timestamp: signed}, nil
}

// idPrefix keeps signed ids apart from hashes and from what else makes an ID.
const idPrefix = "id:"

// checkStandardID refuses a full stop, as the specification has it: with one, what
// was signed as one id, time and body would also be another id, time and body.
func checkStandardID(id string) error {
	if len(id) > MaxIDBytes-len(idPrefix) || !isPrintable(id) || strings.Contains(id, ".") {
		return fmt.Errorf("%w: it must have at most %d characters of printable ASCII, no blanks and no full stops",
			ErrID, MaxIDBytes-len(idPrefix))
	}
	return nil
}

// standardSignatures are the signatures of a header by their versions.
type standardSignatures struct{ shared, asymmetric [][]byte }

func parseStandard(list string) (standardSignatures, error) {
	var s standardSignatures
	all := strings.Split(list, " ")
	if len(all) > maxSignatures {
		return s, malformed(standardSignature)
	}
	for _, each := range all {
		version, encoded, _ := strings.Cut(each, ",")
		signature, err := decode(base64.StdEncoding, encoded)
		switch {
		case version != "v1" && version != "v1a":
			// A version to come: those that we know are beside it.
		case err != nil:
			return s, malformed(standardSignature)
		case version == "v1":
			s.shared = append(s.shared, signature)
		default:
			s.asymmetric = append(s.asymmetric, signature)
		}
	}
	return s, nil
}

// match tries every secret with the signatures of its kind: a public key is never
// taken for the key of an HMAC, which everybody could make who knows it.
func (s standardSignatures) match(secrets []string, prefix, body []byte) bool {
	matches := false
	var content []byte
	for _, secret := range secrets {
		if !strings.HasPrefix(secret, prefixPublic) {
			key, _ := sharedKey(secret)
			matches = anyMatches([][]byte{key}, s.shared, prefix, body) || matches
			continue
		}
		key, _ := publicKey(secret)
		for _, signature := range s.asymmetric {
			if content == nil {
				content = bytes.Join([][]byte{prefix, body}, nil)
			}
			matches = ed25519.Verify(key, content, signature) || matches
		}
	}
	return matches
}

func (standard) sign(secret string, d draft) (http.Header, error) {
	if d.id == "" {
		return nil, fmt.Errorf("%w: this scheme needs one", ErrID)
	}
	if err := checkStandardID(d.id); err != nil {
		return nil, err
	}
	written := writeTime(d.now)
	content := bytes.Join([][]byte{[]byte(d.id), []byte(written), d.body}, []byte("."))
	version, signature := "v1", []byte(nil)
	if strings.HasPrefix(secret, prefixPrivate) {
		key, problem := privateKey(secret)
		if problem != "" {
			return nil, fmt.Errorf("%w: it %s", ErrSecret, problem)
		}
		version, signature = "v1a", ed25519.Sign(key, content)
	} else {
		key, problem := sharedKey(secret)
		if problem != "" {
			return nil, fmt.Errorf("%w: it %s", ErrSecret, problem)
		}
		signature = mac(key, content)
	}
	return headers(
		standardID, d.id,
		standardTimestamp, written,
		standardSignature, version+","+base64.StdEncoding.EncodeToString(signature),
	), nil
}
