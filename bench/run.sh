#!/usr/bin/env bash
# run.sh builds the benchmark, its workers and runner, and runs it. Arguments are
# those of the benchmark: --quick, --only start,compute, --rounds N, --json FILE,
# --svg DIR.
#
#   QUICKJS_TARBALL   the QuickJS-NG source, for the native build; see native/build.sh
#
# Needs Go, clang-19 and npm. What cannot be built is reported as an error, by the
# benchmark too; the rest is measured.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
cd "$here"
# shellcheck source=../quickjs/versions.env
. "$root/quickjs/versions.env"

readonly bin=$here/bin
failures=0

# build WHAT COMMAND… removes the old WHAT first: nothing stale is measured.
build() {
  local what=$1
  shift
  rm -f "$bin/$what"
  if ! "$@"; then
    printf 'run.sh: %s could not be built\n' "$what" >&2
    failures=$((failures + 1))
  fi
}

get_underscore() {
  local work
  work=$(mktemp -d)
  cp "$root/quickjs/package.json" "$root/quickjs/package-lock.json" "$work/"
  (cd "$work" && npm ci --ignore-scripts --silent) &&
    printf '%s  %s\n' "$UNDERSCORE_SHA256" "$work/node_modules/underscore/underscore-umd.js" | sha256sum --check --status &&
    cp "$work/node_modules/underscore/underscore-umd.js" "$bin/underscore.js"
  local status=$?
  rm -rf "$work"
  return $status
}

mkdir -p "$bin"
build underscore.js get_underscore
build bench go build -o "$bin/bench" .
build fastschema go build -C fastschema -o "$bin/fastschema" .
build native ./native/build.sh "$bin/native"
build runner make --silent -C "$root" build
[ ! -f "$root/bin/runner" ] || cp "$root/bin/runner" "$bin/runner"

status=0
"$bin/bench" --bin "$bin" --root "$root" "$@" || status=$?
[ "$failures" -eq 0 ] || exit 1
exit "$status"
