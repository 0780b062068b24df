// Package wasm holds the guest: QuickJS-NG, the script API and Underscore as one
// instrumented WebAssembly module, built by `make wasm`. Package host runs it;
// nothing else should have a use for it.
package wasm

import _ "embed"

// Version is the version of QuickJS-NG inside the module.
const Version = "0.16.2"

//go:embed quickjs.wasm
var module []byte

//go:embed quickjs.wasm.sha256
var sum string

// Module returns the WebAssembly module. The caller must not change it.
func Module() []byte { return module }

// SHA256 returns the SHA-256 of Module in hexadecimal: the name under which
// anything derived from it is kept. Safe for concurrent use.
func SHA256() string { return sum[:64] }
