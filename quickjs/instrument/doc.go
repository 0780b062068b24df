// Package instrument makes a WebAssembly module interruptible: it inserts a
// fuel check at the head of every loop, and proves afterwards that the checks
// are there.
//
// Untrusted scripts run inside the guest, so the host can't trust the guest to
// return. Engines can stop a guest from outside, but only by destroying it. A
// check that the guest itself executes, inserted after the compiler has had its
// last say, gives the host an exact, repeatable step count and a place to act
// on a deadline.
//
// A check subtracts a weight from an exported global and, when the result is
// negative, asks the host through an imported function for the new value:
//
//	fuel -= weight
//	if fuel < 0 { fuel = tick(fuel) }
//
// [Instrument] writes the checks. [Verify] reads a module from scratch and
// reports every loop, checked or not, so that a test can hold the shipped
// binary against the list of loops that may go unchecked. [Externs] lists what
// a module imports and exports.
//
// Neither function validates types: a module that the engine rejects before
// instrumentation is rejected after it too. What they do make sure of is that
// every byte is read the way an engine reads it, and that no index in the input
// can come to mean something the instrumenter has added.
//
// The binary format is the WebAssembly Core Specification 2.0, chapter 5,
// without the vector instructions, plus the tail calls of 3.0.
//
// All functions of this package are safe for concurrent use. They neither keep
// nor change the slices passed to them.
package instrument
