#!/usr/bin/env bash
# cover.sh prints how many of the statements of packages host and hostfuncs the tests of
# the repository execute, and fails when it is less than 90 % of either. COVERPROFILE
# says where the profile goes, for go tool cover; by default nowhere. The hostile cases
# are left out: they take minutes, and execute next to nothing that the others do not.
set -euo pipefail
cd "$(dirname "$0")/.."
tags=sqlite_omit_load_extension,sqlite_stat4
least=90
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
profile=${COVERPROFILE:-$work/profile}

go test -tags "$tags" -coverpkg=./host,./hostfuncs -coverprofile="$profile" \
  ./host ./hostfuncs ./tests/command ./tests/conformance ./tests/scriptapi >"$work/log" 2>&1 ||
  { cat "$work/log" >&2; exit 1; }

# A block is listed once for each package that was tested: it counts if any ran it.
awk -v least="$least" '
  NR > 1 { statements[$1] = $2; if ($3 > 0) ran[$1] = 1 }
  END {
    for (block in statements) {
      folder = block
      sub("^[^/]*/", "", folder)
      sub("/[^/]*$", "", folder)
      all[folder] += statements[block]
      if (block in ran) hit[folder] += statements[block]
    }
    for (folder in all) {
      percent = 100 * hit[folder] / all[folder]
      printf "%-10s %.1f %% of %d statements\n", folder, percent, all[folder]
      low = low || percent < least
    }
    exit low
  }' "$profile" || { echo "less than $least % is too little" >&2; exit 1; }
