module cloche/bench/fastschema

go 1.26.0

require (
	cloche/bench/worker v0.0.0
	github.com/fastschema/qjs v0.0.6
)

require github.com/tetratelabs/wazero v1.9.0 // indirect

replace cloche/bench/worker => ../worker
