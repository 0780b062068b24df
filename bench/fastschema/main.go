// Command fastschema is the worker for github.com/fastschema/qjs: QuickJS-NG in
// wazero too. It is a program and a module of its own because the package does not
// run with the wazero that ours needs.
package main

import (
	"flag"
	"fmt"
	"os"

	"cloche/bench/worker"
)

func main() {
	kill := flag.Bool("kill", false, "switch CloseOnContextDone on: without it, nothing can stop a script")
	flag.Parse()
	if err := worker.Serve(&engine{kill: *kill}, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fastschema:", err)
		os.Exit(1)
	}
}
