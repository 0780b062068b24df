#!/usr/bin/env bash
# cross.sh compiles the embeddable library for other systems without cgo, and its
# tests too.
set -euo pipefail
cd "$(dirname "$0")/.."
for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do
  echo "== $target"
  CGO_ENABLED=0 GOOS=${target%/*} GOARCH=${target#*/} go vet ./host/... ./hostfuncs/... ./storage/... ./cmd/...
done
