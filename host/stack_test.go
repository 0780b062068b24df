package host_test

import (
	"strings"
	"testing"

	"cloche/host"
)

// The text of a stack trace is made when it is first read, and must tell nobody so.
func TestStackIsTakenWhereTheErrorWasMade(t *testing.T) {
	t.Parallel()
	const source = `
		function made() { return new Error("m"); }
		const e = made();
		Object.defineProperty(made, "name", { value: "later" });
		const limit = Error.stackTraceLimit;
		Error.stackTraceLimit = 1;
		const short = made();
		Error.stackTraceLimit = limit;
		const get = Object.getOwnPropertyDescriptor(Error.prototype, "stack").get;
		console.log(e.stack.split("\n").map(s => s.trim()).join(";"));
		console.log(short.stack.trim());
		console.log(Object.getOwnPropertyNames(e).join());
		e.stack = "mine";
		console.log(e.stack, get.call(e) === made().stack, Object.getOwnPropertyNames(e).join());
		delete e.stack;
		console.log(get.call(e) === e.stack, e.stack.includes("made"));

		let asked = 0;
		Error.stackTraceLimit = { valueOf() { asked++; return 1; } };
		const counted = new Error("c");
		console.log(asked, counted.stack.trim().split("\n").length, asked);
		Error.stackTraceLimit = limit;

		// Errors that only a cycle keeps, their functions gone.
		for (let i = 0; i < 3000; i++) {
			const o = { f: Function("return new Error('cycle')") };
			o.e = o.f();
			o.e.back = o;
			if (i % 3 === 0) o.e.stack;
		}
		const kept = Function("return new Error('kept')")();
		console.log(kept.stack.includes("anonymous"));
	`
	const want = `at made (script.js:2:32);at <eval> (script.js:3:13);
at later (script.js:2:32)
message
mine false message,stack
true true
1 1 1
true`
	result, err := run(t, source, host.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if got := logText(result); strings.TrimSpace(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A script that fills its heap with traces can still go on.
func TestStacksFillTheHeap(t *testing.T) {
	t.Parallel()
	const source = `
		function deep(n) { return n ? deep(n - 1) : new Error("deep"); }
		let kept = [];
		try {
			for (;;) kept.push(deep(kept.length % 30));
		} catch (e) {
			kept.length >>= 1;
			const text = kept[kept.length - 1].stack;
			kept = null;
			console.log(text.includes("deep"));
		}
	`
	result, err := run(t, source, host.Run{Limits: host.Limits{Memory: 8 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	if got := logText(result); got != "true" {
		t.Errorf("got %q", got)
	}
}
