package hostile

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"cloche/host"
)

// logAnything makes values of the bytes that it is given, any kind of them, nested in
// each other, and logs them behind a format. Nothing but a limit may stop it: whatever
// console is given, it never throws.
const logAnything = `
	const { bytes, format } = activity;
	let at = 0;
	const next = () => bytes[at++ % bytes.length] || 0;
	const bad = () => { throw new Error("thrown by the script"); };
	const text = () => format.slice(next() % 20, next() % 60);
	// What is resolved with an object whose then throws is rejected, and that would end the run.
	const promise = (v) => { const p = Promise.resolve(v); if (p !== v) p.catch(() => {}); return p; };
	const made = [globalThis];
	function value(depth) {
		const few = () => Array.from({ length: depth > 0 ? next() % 4 : 0 }, () => value(depth - 1));
		const object = () => { const o = {}; for (const v of few()) o[text()] = v; return o; };
		const kinds = [
			() => next(), () => -next() / 7, () => NaN, () => -0, () => 1e300, () => BigInt(next()) ** 30n, () => text(), () => text().repeat(300),
			() => null, () => undefined, () => true, () => Symbol(text()), () => bad, () => class A extends Array {}, () => few(), () => object(),
			() => Object.create(null), () => Object.create(object()), () => new Map(few().map((v) => [v, v])), () => new Set(few()),
			() => new WeakMap(), () => promise(value(depth - 1)), () => new Date(next() * 1e12), () => new Date(NaN), () => /x/g,
			() => new Error(text(), { cause: value(depth - 1) }), () => new AggregateError(few(), text()), () => new Uint8Array(few().length * 40),
			() => new Float64Array([NaN, -0, next()]), () => new ArrayBuffer(next()), () => new DataView(new ArrayBuffer(3)), () => [, , value(depth - 1)],
			() => Object.assign([], { [text()]: 1, length: next() * 1000 }), () => new Proxy(object(), { get: bad, ownKeys: bad, getPrototypeOf: bad }),
			() => new Proxy(bad, {}), () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; },
			() => ({ toString: bad, valueOf: bad, toJSON: bad, [Symbol.toPrimitive]: bad, [Symbol.toStringTag]: text() }),
			() => ({ get [text()]() { return bad(); }, set x(v) { bad(); } }), () => Object.defineProperty(object(), "constructor", { get: bad }),
			() => Object.defineProperty(new Error(text()), "stack", { get: bad }), () => Object.assign(new Error("e"), { name: value(depth - 1), stack: value(depth - 1), message: value(depth - 1) }),
			() => new String(text()), () => new Number(next()), () => Object(Symbol.iterator), () => Object(1n), () => function* () {}, () => (async () => {})(),
			() => Object.setPrototypeOf(few(), null), () => Object.setPrototypeOf(new Map(), { __proto__: null }), () => { const o = {}; o.o = o; o.list = [o]; return o; },
			() => made[next() % made.length], () => [][Symbol.iterator](), () => new Map([[1, 2]]).entries(), () => structuredClone, () => new URL("http://h/?a=b"), () => arguments,
			() => { let o = value(0); for (let i = 0; i < next(); i++) o = [o]; return o; },
		];
		const v = kinds[next() % kinds.length]();
		made.push(v);
		return v;
	}
	const methods = ["log", "info", "debug", "warn", "error"];
	for (let n = 0; n < 4; n++) {
		let values;
		try { values = Array.from({ length: next() % 6 }, () => value(3)); } catch { continue; }
		if (next() % 8 === 0) Object.prototype[text()] = next();
		console[methods[n]](...(next() % 3 ? [format] : []), ...values);
	}
`

// FuzzConsole logs any values behind any format.
func FuzzConsole(f *testing.F) {
	for _, format := range []string{
		"", "%s", "%d %i %f %j %o %O %c %%", "%", "%s%s%s%s%s%s%s%s", "%5.3d %-s %x", "\x00\x1b[31m\r\n", "\ud7ff\U0001F600\u2028é",
		"%o %j", "constructor __proto__ toString then 0 length", "\xff\xfe%s\xc0",
	} {
		for n := range byte(6) {
			f.Add([]byte{n * 40, n*31 + 7, 3, n, 200 - n, 17, n * 9, 4, 91, 46, 2}, format)
		}
	}
	engine, err := host.New(context.Background(), host.Config{})
	if err != nil {
		f.Fatal(err)
	}
	script, err := engine.Compile(context.Background(), "console.js", []byte(logAnything))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, values []byte, format string) {
		numbers := make([]int, len(values))
		for n, b := range values {
			numbers[n] = int(b)
		}
		activity, err := json.Marshal(map[string]any{"bytes": numbers, "format": format})
		if err != nil {
			t.Fatal(err)
		}
		limits := host.Limits{CPU: 500 * time.Millisecond, Memory: 16 << 20, Log: 64 << 10}
		result, err := script.Run(t.Context(), host.Run{Activity: activity, Limits: limits})
		stopped := []host.Code{host.OK, host.CPULimit, host.MemoryLimit}
		if !slices.Contains(stopped, result.Receipt.Code) {
			t.Fatalf("it ended with %v", err)
		}
		size := 0
		for _, line := range result.Log {
			size += len(line.Text)
			if !utf8.ValidString(line.Text) {
				t.Errorf("a line is not UTF-8: %q", line.Text)
			}
		}
		if size > limits.Log+1<<10 {
			t.Errorf("the log has %d bytes", size)
		}
		if result.Receipt.Code == host.OK && result.Receipt.LogLines > 4 {
			t.Errorf("%d calls made %d lines", 4, result.Receipt.LogLines)
		}
	})
}
