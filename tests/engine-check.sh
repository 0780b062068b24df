#!/usr/bin/env bash
# engine-check.sh builds the patched QuickJS-NG as native code with AddressSanitizer
# and UndefinedBehaviorSanitizer and runs upstream's own tests with it: the
# regressions of its fixes, and its tests of the language.
#
#   QUICKJS_TARBALL   the QuickJS source tarball, as for quickjs/build.sh
#   INSTALL_TOOLS     1: install clang and its sanitizers on Debian
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=../quickjs/versions.env
. "$root/quickjs/versions.env"

fail() {
  printf 'engine-check.sh: %s\n' "$*" >&2
  exit 1
}

readonly packages="clang-19 libclang-rt-19-dev patch"
if [ "${INSTALL_TOOLS:-}" = 1 ] && command -v apt-get >/dev/null && ! dpkg -s $packages >/dev/null 2>&1; then
  apt-get install -y -qq $packages >/dev/null ||
    { apt-get update -qq && apt-get install -y -qq $packages >/dev/null; } ||
    fail "cannot install $packages"
fi
command -v clang-19 >/dev/null || fail "clang-19 is missing; on Debian: apt-get install $packages"
tarball=${QUICKJS_TARBALL:-}
[ -f "$tarball" ] || fail "set QUICKJS_TARBALL to quickjs-ng_$QUICKJS_VERSION.orig.tar.gz"
printf '%s  %s\n' "$QUICKJS_SHA256" "$tarball" | sha256sum --check --status ||
  fail "$tarball is not the source that quickjs/versions.env names"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xzf "$tarball" -C "$work" --strip-components=1
for file in "$root"/quickjs/patches/*.patch; do
  patch --silent -d "$work" -p1 <"$file" || fail "$(basename "$file") does not apply"
done
cd "$work"

# The check that the guest is compiled with; nothing is stopped here.
echo 'void cloche_check(void) {}' >check.c
flags=(
  -O1 -g -w -fsanitize=address,undefined -fno-omit-frame-pointer -std=gnu23
  -D_GNU_SOURCE -DQUICKJS_VERSION="\"$QUICKJS_VERSION\"" -I. -I"$root/quickjs/shim"
)
readonly sources=(quickjs quickjs-libc libregexp libunicode dtoa qjs check gen/repl gen/standalone)
printf '%s\n' "${sources[@]}" | xargs -P 2 -I{} clang-19 "${flags[@]}" -c {}.c -o {}.o
clang-19 "${flags[@]}" "${sources[@]/%/.o}" -lm -lpthread -ldl -rdynamic -o qjs

# getStringKind is there in upstream's debug builds only.
sed -i 's/assert(qjs\.getStringKind/(() => {})(0 \&\& qjs.getStringKind/' tests/test_builtin.js

# A test that must end with an error says so in its head.
ran=0
failed=0
for test in tests/*.js; do
  case $(basename "$test") in
  assert.js | empty.js | fixture_* | microbench.js | test_worker_module.js) continue ;;
  esac
  status=0
  timeout 120 ./qjs --std "$test" >output 2>&1 || status=$?
  want=$(sed -n 's/^ *type: *//p' "$test" | head -1)
  if grep -q 'runtime error\|Sanitizer' output; then
    verdict="the sanitizers found something"
  elif [ -n "$want" ] && grep -q '^negative:' "$test"; then
    [ "$status" -ne 0 ] && grep -q "$want" output && verdict= || verdict="wanted $want"
  else
    [ "$status" -eq 0 ] && verdict= || verdict="ended with $status"
  fi
  ran=$((ran + 1))
  if [ -n "$verdict" ]; then
    failed=$((failed + 1))
    printf '%s: %s\n' "$test" "$verdict"
    head -20 output
  fi
done
echo "$ran of upstream's tests ran, $failed failed"
[ "$ran" -gt 50 ] && [ "$failed" -eq 0 ]
