// Package host runs untrusted JavaScript: each run in a sandbox of its own, made
// of QuickJS compiled to WebAssembly and hosted by wazero.
//
//	engine, err := host.New(ctx, host.Config{})
//	script, err := engine.Compile(ctx, "hello.js", source)
//	result, err := script.Run(ctx, host.Run{Functions: functions})
//
// An Engine is made once for a process. A Script is parsed once and may be run by
// any number of goroutines at a time. A Run says what one run is given; the zero
// Run grants nothing but computing and a log. Package hostfuncs has the host
// functions of the script API, and an embedder can add its own: see Func.
//
// Nothing survives a run. Its memory is a copy of an image that was made when the
// script was compiled, and the copy is wiped when the run ends, whatever it did.
//
// A run ends by its limits (see Limits) or when its context is cancelled, and no
// script can prevent that: the check that notices is compiled into the guest.
// While a script computes, the process stays responsive: a garbage collection
// waits for a fraction of a millisecond, not for the script.
package host
