package hostfuncs

import (
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"io"

	"cloche/host"
)

// CryptoFunctions returns crypto.digest(algorithm, data) and crypto.hmac(algorithm,
// data, key), which answer with the raw bytes. Algorithms: sha256, sha1, md5,
// sha512. A string argument is its UTF-8 bytes. Safe for concurrent use.
func CryptoFunctions() map[string]host.Func {
	return map[string]host.Func{
		host.DigestFunction: digest,
		host.HMACFunction:   keyedDigest,
	}
}

func digest(_ context.Context, call *host.Call) (host.Value, error) {
	call.Computes()
	newHash, err := algorithm(call.Arg(0))
	if err != nil {
		return host.Value{}, err
	}
	return sum(newHash(), call.Arg(1)), nil
}

func keyedDigest(_ context.Context, call *host.Call) (host.Value, error) {
	call.Computes()
	newHash, err := algorithm(call.Arg(0))
	if err != nil {
		return host.Value{}, err
	}
	return sum(hmac.New(newHash, call.Arg(2).Bytes()), call.Arg(1)), nil
}

func sum(h hash.Hash, data host.Value) host.Value {
	_, _ = io.WriteString(h, data.Text()) // a hash never fails
	return host.BytesValue(h.Sum(nil))
}

func algorithm(name host.Value) (func() hash.Hash, error) {
	switch name.Text() {
	case "sha256":
		return sha256.New, nil
	case "sha1":
		return sha1.New, nil
	case "md5":
		return md5.New, nil
	case "sha512":
		return sha512.New, nil
	}
	return nil, &host.Exception{
		Name:    "Error",
		Message: fmt.Sprintf(`unknown algorithm %q; use "sha256", "sha1", "md5" or "sha512"`, clip(name.Text())),
	}
}
