package host_test

import (
	"testing"

	"cloche/host"
)

// Upstream's builtins that are written in JavaScript come as bytecode, with the
// numbers that its instructions have there.
func TestBuiltinsThatAreBytecode(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		Array.fromAsync([1, Promise.resolve(2), 3], (x) => x * 2).then((a) => console.log(a.join()));
		async function* g() { yield "a"; yield "b"; }
		Array.fromAsync(g()).then((a) => console.log(a.join()));
		console.log(JSON.stringify([...Iterator.zip([[1, 2], ["a", "b", "c"]])]));
		console.log(JSON.stringify([...Iterator.zipKeyed({ x: [1, 2, 3], y: [4] }, { mode: "longest" })]));
	`, host.Run{})
	const want = `[[1,"a"],[2,"b"]]
[{"x":1,"y":4},{"x":2},{"x":3}]
a,b
2,4,6`
	if got := logText(result); err != nil || got != want {
		t.Errorf("log is\n%s\nerror %v; want\n%s", got, err, want)
	}
}
