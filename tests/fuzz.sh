#!/usr/bin/env bash
# fuzz.sh TIME runs every fuzz target of the module for TIME.
#
# The fuzzer of Go sometimes reports the end of TIME itself as a failure, a bare
# "context deadline exceeded" (golang/go#75804). That is told from a finding by what
# it leaves out, and the target runs again: a finding names the input that it wrote.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}
tags=sqlite_omit_load_extension,sqlite_stat4
out=$(mktemp)
trap 'rm -f "$out"' EXIT

# Inputs that reach something new are made shorter for up to a minute unless told
# otherwise, and a target that is costly then does nothing else for the whole TIME.
fuzz() {
  go test -tags "$tags" -run '^$' -fuzz "^$1\$" -fuzztime "$time" -fuzzminimizetime 1s "$2" | tee "$out"
}

only_the_deadline() {
  grep -qE '^ +context deadline exceeded$' "$out" && ! grep -qE 'Failing input|panic:|DATA RACE|_test\.go:[0-9]+:' "$out"
}

ran=0
while IFS=: read -r file target; do
  printf '== %s in %s\n' "$target" "$(dirname "$file")"
  tries=1
  until fuzz "$target" "./$(dirname "$file")"; do
    if ! only_the_deadline || [ "$tries" -eq 3 ]; then exit 1; fi
    echo "the fuzzer took the end of its time for a failure; once more"
    tries=$((tries + 1))
  done
  ran=$((ran + 1))
done < <(git ls-files '*_test.go' | xargs grep -oHE '^func Fuzz[A-Za-z0-9_]+' | sed 's/:func /:/')
[ "$ran" -gt 0 ] || { echo "no fuzz target was found" >&2; exit 1; }
echo "$ran fuzz targets ran"
