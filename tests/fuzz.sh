#!/usr/bin/env bash
# fuzz.sh TIME runs every fuzz target of the module for TIME.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}
tags=sqlite_omit_load_extension,sqlite_stat4
ran=0
while IFS=: read -r file target; do
  printf '== %s in %s\n' "$target" "$(dirname "$file")"
  go test -tags "$tags" -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$(dirname "$file")"
  ran=$((ran + 1))
done < <(git ls-files '*_test.go' | xargs grep -oHE '^func Fuzz[A-Za-z0-9_]+' | sed 's/:func /:/')
[ "$ran" -gt 0 ] || { echo "no fuzz target was found" >&2; exit 1; }
echo "$ran fuzz targets ran"
