#!/usr/bin/env bash
# build.sh OUT builds the worker for QuickJS-NG as native code: the source that our
# guest is built from, unpatched, with the same compiler and -O2.
#
#   QUICKJS_TARBALL   the source tarball, the one that quickjs/build.sh takes
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:?usage: build.sh OUT}
# shellcheck source=../../quickjs/versions.env
. "$here/../../quickjs/versions.env"

fail() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 1
}

tarball=${QUICKJS_TARBALL:-}
[ -n "$tarball" ] || fail "set QUICKJS_TARBALL to quickjs-ng_$QUICKJS_VERSION.orig.tar.gz: with deb-src of trixie-backports in apt, 'apt-get source --download-only quickjs-ng=$QUICKJS_VERSION*' downloads it"
[ -f "$tarball" ] || fail "QUICKJS_TARBALL is $tarball, which is missing"
printf '%s  %s\n' "$QUICKJS_SHA256" "$tarball" | sha256sum --check --status ||
  fail "$tarball has sha256 $(sha256sum "$tarball" | cut -d' ' -f1), wanted $QUICKJS_SHA256"
command -v clang-19 >/dev/null || fail "clang-19 is missing; on Debian: apt-get install clang-19"
[ "$(clang-19 -dumpversion)" = "$CLANG_VERSION" ] ||
  fail "clang-19 is $(clang-19 -dumpversion), wanted $CLANG_VERSION, the compiler of our guest"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xzf "$tarball" -C "$work" --strip-components=1
clang-19 -O2 -g0 -w -std=gnu23 -D_GNU_SOURCE -DNDEBUG -DQUICKJS_VERSION="\"$QUICKJS_VERSION\"" \
  -I"$work" "$here/driver.c" \
  "$work"/quickjs.c "$work"/libregexp.c "$work"/libunicode.c "$work"/dtoa.c \
  -lm -lpthread -o "$out"
