#!/usr/bin/env bash
# build.sh builds wasm/quickjs.wasm from pinned inputs: QuickJS-NG and our patches,
# the C shim, Underscore and the JavaScript bootstrap, compiled to wasm and
# instrumented. The same inputs give the same bytes; a missing tool or a hash that
# differs is an error.
#
#   QUICKJS_TARBALL   the QuickJS source tarball; default: from Debian's source
#                     package quickjs-ng
#   OUT               where the artifact goes; default: wasm/ of this repository
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
out=${OUT:-$root/wasm}
# shellcheck source=versions.env
. "$here/versions.env"

readonly bootstrap=(
  primordials operations errors kinds inspect format layout encoding console clone
  url crypto storage fetch globals
)
readonly quickjs_sources=(quickjs.c libregexp.c libunicode.c dtoa.c)
readonly shim_sources=(check.c wasi.c wire.c natives.c runtime.c)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 1
}

verify() { # FILE SHA256
  printf '%s  %s\n' "$2" "$1" | sha256sum --check --status ||
    fail "$1 has sha256 $(sha256sum "$1" | cut -d' ' -f1), wanted $2"
}

need_tools() {
  local packages="clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32" tool
  if [ "${INSTALL_TOOLS:-}" = 1 ] && command -v apt-get >/dev/null; then
    apt-get install -y -qq $packages >/dev/null ||
      { apt-get update -qq && apt-get install -y -qq $packages >/dev/null; } ||
      fail "cannot install $packages"
  fi
  for tool in clang-19 wasm-ld-19 npm go patch tar sha256sum; do
    command -v "$tool" >/dev/null ||
      fail "$tool is missing; on Debian: apt-get install $packages npm golang patch"
  done
  [ "$(clang-19 -dumpversion)" = "$CLANG_VERSION" ] ||
    fail "clang-19 is $(clang-19 -dumpversion), wanted $CLANG_VERSION: another compiler makes another artifact"
  local libraries=/usr/lib/wasm32-wasi
  [ -f $libraries/libc.a ] ||
    fail "wasi-libc is missing; on Debian: apt-get install wasi-libc"
  verify $libraries/libc.a "$LIBC_SHA256"
  verify $libraries/crt1-reactor.o "$CRT_SHA256"
  verify "$(clang-19 --target=wasm32-wasi -print-libgcc-file-name)" "$BUILTINS_SHA256"
}

get_quickjs() {
  local tarball=${QUICKJS_TARBALL:-}
  if [ -z "$tarball" ]; then
    (cd "$work" && apt-get source --download-only "quickjs-ng=$QUICKJS_VERSION*" >/dev/null) ||
      fail "set QUICKJS_TARBALL to quickjs-ng_$QUICKJS_VERSION.orig.tar.gz, or add Debian's source packages (deb-src, trixie-backports) to apt"
    tarball=$work/quickjs-ng_$QUICKJS_VERSION.orig.tar.gz
  fi
  [ -f "$tarball" ] || fail "$tarball is missing"
  verify "$tarball" "$QUICKJS_SHA256"
  mkdir "$work/quickjs"
  tar -xzf "$tarball" -C "$work/quickjs" --strip-components=1
  local file
  for file in "$here"/patches/*.patch; do
    patch --silent -d "$work/quickjs" -p1 <"$file" || fail "$(basename "$file") does not apply"
  done
}

get_underscore() {
  mkdir "$work/npm"
  cp "$here/package.json" "$here/package-lock.json" "$work/npm/"
  (cd "$work/npm" && npm ci --ignore-scripts --silent) || fail "npm ci failed"
  verify "$work/npm/node_modules/underscore/underscore-umd.js" "$UNDERSCORE_SHA256"
}

# The bytecode compiler runs on this machine; what it writes does not depend on it.
compile_bytecode() {
  clang-19 -O1 -w -D_GNU_SOURCE -I"$work/quickjs" -I"$here/shim" "$here/bytecode.c" \
    "${quickjs_sources[@]/#/$work/quickjs/}" -lm -o "$work/bytecode"
  {
    printf '(function (natives) {\n"use strict";\n'
    for file in "${bootstrap[@]}"; do cat "$here/bootstrap/$file.js"; done
    printf '})\n'
  } >"$work/bootstrap.js"
  cp "$work/npm/node_modules/underscore/underscore-umd.js" "$work/underscore.js"
  (
    cd "$work"
    ./bytecode bootstrap.js bootstrap.qbc
    ./bytecode underscore.js underscore.qbc
  )
}

# No sysroot option: Debian puts wasi-libc where clang looks for wasm32-wasi.
# --stack-first: an overflow of the C stack traps instead of reaching data.
# The stack is 1 MiB; host/engine.go tells QuickJS how much of it to use.
# -enable-tail-merge=0: else the ends of bytecodes are merged into blocks before the
# interpreter's loop, which become loops of their own; see RATIONALE.md.
compile_wasm() {
  (
    cd "$work"
    clang-19 --target=wasm32-wasi -O2 -g0 -mbulk-memory -fno-builtin \
      -ffile-prefix-map="$here"=. -c "$here/shim/memory.c" -o memory.o
    clang-19 --target=wasm32-wasi -mexec-model=reactor -O2 -g0 -w \
      -std=gnu23 -D_GNU_SOURCE -DNDEBUG -DQUICKJS_VERSION="\"$QUICKJS_VERSION\"" \
      -isystem /usr/include/wasm32-wasi -I quickjs -I "$here/shim" --embed-dir=. \
      -mllvm -enable-tail-merge=0 \
      -ffile-prefix-map="$here"=. -ffile-prefix-map="$work"=. \
      "${quickjs_sources[@]/#/quickjs/}" "${shim_sources[@]/#/$here/shim/}" memory.o \
      -L/usr/lib/wasm32-wasi \
      -Wl,--stack-first -Wl,-z,stack-size=1048576 -Wl,--gc-sections \
      -Wl,--export=__stack_pointer \
      -o raw.wasm
  )
}

instrument() {
  (
    cd "$root"
    go run ./quickjs/cmd/instrument -in "$work/raw.wasm" -out "$work/quickjs.wasm" \
      -loop-weight 1 -marker-weight 2 \
      -exempt 'JS_CallInternal:200:the dispatch loop of the interpreter polls at every jump and call' \
      -report "$work/instrument.json"
  )
}

need_tools
get_quickjs
get_underscore
compile_bytecode
compile_wasm
instrument
mkdir -p "$out/licenses"
install -m 0644 "$work/quickjs.wasm" "$out/quickjs.wasm"
install -m 0644 "$work/quickjs/LICENSE" "$out/licenses/quickjs-ng.txt"
install -m 0644 "$work/npm/node_modules/underscore/LICENSE" "$out/licenses/underscore.txt"
install -m 0644 /usr/share/doc/wasi-libc/copyright "$out/licenses/wasi-libc.txt"
install -m 0644 /usr/share/doc/libclang-rt-19-dev-wasm32/copyright "$out/licenses/compiler-rt.txt"
sha256sum "$out/quickjs.wasm" | cut -d' ' -f1 >"$out/quickjs.wasm.sha256"
