package host_test

import (
	"testing"

	"cloche/host"
)

// Fields of local variables and arguments have bytecodes of their own. A getter may
// set the variable that the object came from.
func TestFieldsOfVariables(t *testing.T) {
	t.Parallel()
	const source = `
		const seen = [];
		let make = () => ({ y: 5, get x() { return this.y; } });
		function local() {
			let v = { y: 5, get x() { v = null; return this.y; } };
			const r = v.x;
			return r + ":" + v;
		}
		function argument(v, set) {
			Object.defineProperty(v, "x", { get() { set(); v = 7; return this.y; } });
			const r = v.x;
			return r + ":" + v;
		}
		function missing(v) { try { return v.foo; } catch (e) { return e.message; } }
		function two(a) { let b = { p: 1 }, c = { p: 2 }; return b.p + c.p + a.p + b.p + a.length; }
		seen.push(local(), argument({ y: 6 }, () => {}));
		for (const v of [1, "s", null, undefined, [1], new Uint8Array(1), new Proxy({}, { get: (_, p) => p + "!" }), Object.create({ foo: "up" })])
			seen.push(String(missing(v)));
		seen.push(two({ p: 9, length: 100 }));
		seen.push(-7 % 7, Object.is(-7e9 % 7, -0), 9007199254740991 % 10, -1e10 % 3e9, 5.5e9 % 0, 1e17 % 7, 2.5 % 2);
		console.log(seen.join(" "));
	`
	const want = "5:null 6:7 undefined undefined cannot read property 'foo' of null" +
		" cannot read property 'foo' of undefined undefined undefined foo! up 113" +
		" 0 true 1 -1000000000 NaN 5 0.5"
	result, err := run(t, source, host.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if got := logText(result); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
