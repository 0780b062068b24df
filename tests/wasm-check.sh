#!/usr/bin/env bash
# wasm-check.sh rebuilds the artifact from its pinned inputs and compares it with
# the committed one, byte for byte.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
INSTALL_TOOLS=${INSTALL_TOOLS:-1} OUT=$out ./quickjs/build.sh
for file in quickjs.wasm quickjs.wasm.sha256 $(cd "$out" && echo licenses/*); do
  cmp "$out/$file" "wasm/$file" ||
    { echo "wasm/$file is not what quickjs/build.sh makes: run 'make wasm' and commit" >&2; exit 1; }
done
echo "wasm/quickjs.wasm is reproduced: $(cat wasm/quickjs.wasm.sha256)"
