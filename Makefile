# Everything a developer does. `make help` lists it.
TAGS := sqlite_omit_load_extension,sqlite_stat4
FUZZTIME ?= 10s
SQLC := go tool -modfile=tools/sqlc/go.mod sqlc
STATICCHECK := go tool -modfile=tools/staticcheck/go.mod staticcheck

.PHONY: help build run test test-full race cover vet lint fuzz hostile soak load load-soak machines bench bench-go sqlc sqlc-check wasm wasm-check engine-check cross clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

build: bin/runner ## build bin/runner

bin/runner: $(shell find . -name '*.go' -not -path './bench/*' -o -name '*.sql' -o -name '*.wasm' -o -name '*.ts' -o -path './examples/*.js*') go.mod go.sum
	go build -tags $(TAGS) -o $@ ./cmd/runner

run: bin/runner ## run an example: HTTP to a receiver on loopback, HMAC, storage, Underscore
	@go build -o bin/receiver ./examples/receiver
	@./examples/run.sh

# The hostile suite comes by itself: a thousand runs that wait for servers wait too long
# beside other servers that are killed.
test: ## run all tests
	go test -tags $(TAGS) $$(go list -tags $(TAGS) ./... | grep -v /tests/hostile)
	go test -tags $(TAGS) ./tests/hostile/...

test-full: ## run the tests that kill, cut and race as often as it takes to believe them: a quarter of an hour
	CLOCHE_TESTS=full go test -timeout 30m -tags $(TAGS) ./service/... ./storage/... ./tests/service/...

race: ## run all tests under the race detector
	go test -race -short -tags $(TAGS) ./...

cover: ## how much of host and hostfuncs the tests execute; fails below 90 %
	./tests/cover.sh

# A new version of a dependency here makes bench/go.mod out of date: the last line tells.
vet: ## gofmt and go vet
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet -tags $(TAGS) ./...
	go -C bench list -m all >/dev/null

lint: vet ## vet and staticcheck
	$(STATICCHECK) -tags $(TAGS) ./...

fuzz: ## fuzz every decoder for FUZZTIME each
	./tests/fuzz.sh $(FUZZTIME)

hostile: ## run the hostile suite: a table of what became of each script, and how late runs are killed
	go run -tags $(TAGS) ./tests/hostile/report

soak: ## a hundred thousand runs, honest and hostile ones mixed
	go run -tags $(TAGS) ./tests/hostile/report soak

load: bin/runner ## measure a server: activities taken and run a second, how long they wait, what it takes when idle
	go run -tags $(TAGS) ./tests/service/load -runner bin/runner $(LOADFLAGS)

load-soak: bin/runner ## an hour of mixed load on a server, and what it holds at the end
	go run -tags $(TAGS) ./tests/service/load -runner bin/runner -only soak -soak 1h

machines: bin/runner ## three servers on one PostgreSQL under load, one of them killed: a table of who does what
	go run -tags $(TAGS) ./tests/service/machines -runner bin/runner -kill $(MACHINESFLAGS)

bench: ## measure against goja, modernc.org/quickjs, fastschema/qjs and native QuickJS; writes the figures of README.md
	./bench/run.sh --readme ../README.md --markdown results.md --svg charts $(BENCHFLAGS)

bench-go: ## run the benchmarks of the packages
	go test -tags $(TAGS) -run '^$$' -bench . ./host ./hostfuncs ./storage/...

sqlc: ## generate Go from storage/queries, for both databases
	$(SQLC) generate -f storage/sqlite/sqlc.yaml
	$(SQLC) generate -f storage/postgres/sqlc.yaml

sqlc-check: ## compare the Go that is there with what storage/queries make
	$(SQLC) diff -f storage/sqlite/sqlc.yaml
	$(SQLC) diff -f storage/postgres/sqlc.yaml

wasm: ## rebuild wasm/quickjs.wasm from pinned inputs
	INSTALL_TOOLS=1 ./quickjs/build.sh

wasm-check: ## rebuild the artifact elsewhere and compare it byte for byte
	./tests/wasm-check.sh

engine-check: ## run upstream's tests on the patched engine, built with sanitizers
	INSTALL_TOOLS=1 ./tests/engine-check.sh

cross: ## compile the library for other systems, without cgo
	./tests/cross.sh

clean: ## remove what was built
	rm -rf bin
