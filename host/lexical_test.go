package host_test

import (
	"testing"

	"cloche/host"
)

// The engine leaves out the check of let and const where it can prove that the
// variable is initialized; where it is not, the access must throw.
func TestVariablesAreCheckedUntilTheyAreInitialized(t *testing.T) {
	t.Parallel()
	const source = `
		const seen = [];
		function attempt(f, ...args) {
			try { seen.push(String(f(...args))); } catch (e) { seen.push(e.name); }
		}
		function plain() { const before = () => x; const y = 1; let x = y; return x + before(); }
		function early() { x; let x = 1; }
		function written() { x = 1; let x; }
		function skipped(n) { switch (n) { case 0: let x = "set"; default: return x; } }
		function again() {
			let last = "";
			for (let i = 0; i < 2; i++) {
				if (i === 1) last = typeof x;
				let x = i;
			}
			return last;
		}
		function caught() {
			let x = 1;
			for (let i = 0; i < 2; i++) {
				try { if (i) throw 1; let x = 2; } catch { return x; }
			}
		}
		function half() {
			let r;
			try { throw 1; } catch { r = () => x; }
			try { r(); } catch { x; }
			let x = 2;
		}
		function last() {
			for (let i = 0; i < 2; i++) {
				let f = () => x;
				try { if (i) { f(); } } finally { try { x; } catch { continue; } }
				let x = 1;
			}
			return "done";
		}
		function* stepwise() { yield 1; yield (() => { try { return x; } catch (e) { return e.name; } })(); let x = 3; yield x; }
		class Base {}
		class Derived extends Base {
			constructor(n) { if (n === 0) { this.a = 1; } super(); if (n === 1) return; this.a = n; }
		}
		function of() { for (const x of [x]) return x; }
		function counting() { let s = 0; for (let i = 0; i < 5; i++) { const twice = i * 2; s += twice; } return s; }
		attempt(plain); attempt(early); attempt(written);
		attempt(skipped, 0); attempt(skipped, 1);
		attempt(again); attempt(caught); attempt(half); attempt(last);
		attempt(() => [...stepwise()]);
		attempt(() => new Derived(0)); attempt(() => new Derived(1).a); attempt(() => new Derived(2).a);
		attempt(of); attempt(counting);
		console.log(seen.join(" "));
	`
	const want = "2 ReferenceError ReferenceError set ReferenceError ReferenceError 1 ReferenceError done" +
		" 1,ReferenceError,3 ReferenceError undefined 2 ReferenceError 20"
	result, err := run(t, source, host.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if got := logText(result); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
