#!/bin/sh
# run.sh runs examples/tour.js against a receiver on loopback. Its storage is kept
# in bin/tour.db, so every run counts one more.
set -eu
cd "$(dirname "$0")/.."
secret=s3cret
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# The receiver ends when its standard input does: with this script.
mkfifo "$dir/stdin" "$dir/stdout"
bin/receiver "$secret" <"$dir/stdin" >"$dir/stdout" &
exec 3>"$dir/stdin" 4<"$dir/stdout"
read -r address <&4
bin/runner run examples/tour.js --activity examples/activity.json \
  --variable "RECEIVER=$address" --variable "SECRET=$secret" \
  --storage bin/tour.db --allow-private --receipt
exec 3>&-
wait
