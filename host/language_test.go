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

// Splice is done at once on arrays without holes; what it must not do there is left
// to the slow way.
func TestSplice(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		const same = (got, want, what) => {
			if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(what + ": " + JSON.stringify(got) + ", want " + JSON.stringify(want));
		};
		for (let length = 0; length < 7; length++)
			for (let start = -8; start < 8; start++)
				for (let count = -1; count < 8; count++)
					for (let added = 0; added < 4; added++) {
						const array = Array.from({ length }, (_, i) => ({ i }));
						const before = [...array], items = ["x", "y", "z"].slice(0, added);
						const from = start < 0 ? Math.max(length + start, 0) : Math.min(start, length);
						const gone = Math.min(Math.max(count, 0), length - from);
						const removed = array.splice(start, count, ...items);
						same(removed, before.filter((_, i) => i >= from && i < from + gone), "removed");
						same(array, before.filter((_, i) => i < from).concat(items, before.filter((_, i) => i >= from + gone)), "left");
						array.push("end");
						same(array[array.length - 1], "end", "pushed");
					}
		const refuses = (array) => {
			const before = JSON.stringify(array);
			try { array.splice(0, 1); return "done"; } catch (e) { return e.name + (JSON.stringify(array) === before ? "" : " " + JSON.stringify(array)); }
		};
		console.log(refuses(Object.freeze([1, 2])), refuses(Object.defineProperty([1, 2], "length", { writable: false })), refuses(Object.seal([1, 2])));
		const holes = [1, 2, 3];
		delete holes[2];
		console.log(holes.length, 2 in holes, holes.push(9), Object.keys(holes).join());
		const fixed = Object.preventExtensions([1, 2, 3]);
		delete fixed[2];
		fixed[2] = 1;
		console.log(fixed.length, 2 in fixed);
		class Mine extends Array {}
		const mine = Mine.from([1, 2, 3]);
		console.log(mine.splice(1, 1) instanceof Mine, [...mine].join());
	`, host.Run{})
	const want = `TypeError TypeError [2,null] TypeError [2,2]
3 false 4 0,1,3
3 false
true 1,3`
	if got := logText(result); err != nil || got != want {
		t.Errorf("log is\n%s\nerror %v; want\n%s", got, err, want)
	}
}

// Names are counted, but for those of the base image; what a script makes of them goes
// when its last use does, and not before.
func TestNamesAreFreedAndKept(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		const kept = {};
		for (let i = 0; i < 2000; i++) {
			kept[Symbol("s" + i)] = i;
			kept["name" + i] = i;
			const gone = { [Symbol("g" + i)]: i, ["gone" + i]: i };
			if (i % 2) delete kept["name" + i];
			if (i % 3) delete kept[Object.getOwnPropertySymbols(kept).at(-1)];
		}
		const symbols = Object.getOwnPropertySymbols(kept);
		console.log(symbols.length, symbols.every((s, i) => kept[s] === i * 3 && s.description === "s" + i * 3));
		const names = Object.keys(kept);
		console.log(names.length, names.every((n, i) => n === "name" + i * 2 && kept[n] === i * 2));
		for (let i = 0; i < 3e5; i++) kept["passing" + i % 7919] = i, delete kept["passing" + i % 7919];
		for (const s of [Symbol.iterator, Symbol.for("nodejs.util.inspect.custom"), Symbol.toPrimitive]) {
			let holder = { [s]: 1 };
			delete holder[s];
			holder = null;
			console.log(String(s), { [s]: 2 }[s]);
		}
	`, host.Run{})
	const want = `667 true
1000 true
Symbol(Symbol.iterator) 2
Symbol(nodejs.util.inspect.custom) 2
Symbol(Symbol.toPrimitive) 2`
	if got := logText(result); err != nil || got != want {
		t.Errorf("log is\n%s\nerror %v; want\n%s", got, err, want)
	}
}
