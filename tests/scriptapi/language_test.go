package scriptapi

import "testing"

func TestUnderscoreIsWhole(t *testing.T) {
	t.Parallel()
	expect(t, `
		console.log(_.VERSION, _ === require("underscore"), typeof _.template, _.functions(_).length > 130);
		console.log(_.chain([1, 2, 3, 4]).filter((n) => n % 2 === 0).map((n) => n * 10).reduce((a, b) => a + b).value());
		console.log(_([3, 1, 2]).sortBy(), _.groupBy(["one", "two", "three"], "length"));
		console.log(_.template("Hello <%= name %><% if (loud) { %>!<% } %> <%- html %>")({ name: "Ada", loud: true, html: "<b>" }));
		console.log(_.isEqual({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), _.escape("<&>"), _.range(3), _.memoize((x) => x * 2)(4));
		console.log(_.once(() => 5)(), _.partial((a, b) => a - b, _, 1)(3), _.uniqueId("c"), _.now() > 1e12);
		for (const name of ["delay", "defer", "debounce", "throttle"]) {
			try { _[name](() => {}, 1); } catch (e) { console.log(e.message.slice(0, 40)); }
			try { _(() => {})[name](1); } catch (e) { console.log("chained", e.constructor === Error); }
		}
	`, `1.13.8 true function true
60
[ 1, 2, 3 ] { '3': [ 'one', 'two' ], '5': [ 'three' ] }
Hello Ada! &lt;b&gt;
true &lt;&amp;&gt; [ 0, 1, 2 ] 8
5 2 c1 true
_.delay needs timers, and activity scrip
chained true
_.defer needs timers, and activity scrip
chained true
_.debounce needs timers, and activity sc
chained true
_.throttle needs timers, and activity sc
chained true`)
}

func TestRequire(t *testing.T) {
	t.Parallel()
	expect(t, `
		console.log(require("crypto") === crypto, typeof require("storage").get);
		for (const name of ["fs", "", undefined, "__proto__", "constructor", {}]) {
			try { require(name); } catch (e) { console.log(e.name, e.message); }
		}
	`, `true function
Error require: there is no module 'fs'; there are "storage", "underscore" and "crypto"
Error require: there is no module ''; there are "storage", "underscore" and "crypto"
Error require: there is no module undefined; there are "storage", "underscore" and "crypto"
Error require: there is no module '__proto__'; there are "storage", "underscore" and "crypto"
Error require: there is no module 'constructor'; there are "storage", "underscore" and "crypto"
Error require: there is no module {}; there are "storage", "underscore" and "crypto"`)
}

// What the API does not have must not be there, and what it has must be ordinary.
func TestGlobals(t *testing.T) {
	t.Parallel()
	expect(t, `
		for (const name of ["setTimeout", "setInterval", "Atomics", "SharedArrayBuffer", "WebAssembly", "process", "module", "exports", "std", "os", "print", "Buffer"]) {
			if (typeof globalThis[name] !== "undefined") console.log("there is", name);
		}
		for (const name of ["activity", "project", "variables", "fetch", "crypto", "console", "require", "URL", "URLSearchParams",
			"TextEncoder", "TextDecoder", "structuredClone", "queueMicrotask", "_", "atob", "btoa"]) {
			const d = Object.getOwnPropertyDescriptor(globalThis, name);
			if (!d || !d.writable || !d.configurable) console.log(name, d);
		}
		console.log(new Date().getTimezoneOffset(), new Date(0).toString());
		import("x").catch((e) => console.log(e.name));
		console.log(Object.keys(globalThis).filter((n) => !["activity", "project", "variables", "_"].includes(n)).join());
	`, "0 Thu Jan 01 1970 00:00:00 GMT+0000\n\nReferenceError")
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	expect(t, `
		console.log(new TextEncoder().encode("é漢😀\ud800"), new TextEncoder().encodeInto("é漢", new Uint8Array(4)));
		console.log(new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff, 0xe6, 0xbc, 0x61, 0xf0, 0x9f, 0x98, 0x80])));
		const d = new TextDecoder();
		console.log([[0xe6], [0xbc, 0xa2, 0xf0], [0x9f, 0x98], [0x80]].map((b) => d.decode(new Uint8Array(b), { stream: true })).join("|") + d.decode());
		try { new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff])); } catch (e) { console.log(e.name); }
		try { new TextDecoder("latin1"); } catch (e) { console.log(e.name); }
		console.log(btoa("\xff\x00a"), atob("/wBh").charCodeAt(0));
		try { btoa("漢"); } catch (e) { console.log(e.name); }
		console.log(structuredClone({ a: [1, new Date(0), new Map([[1, { b: 2 }]])] }));
		try { structuredClone(() => 1); } catch (e) { console.log(e.name); }
	`, `Uint8Array(12) [
  195, 169, 230, 188,
  162, 240, 159, 152,
  128, 239, 191, 189
] { read: 1, written: 2 }
a��a😀
|漢||😀
TypeError
RangeError
/wBh 255
InvalidCharacterError
{ a: [ 1, 1970-01-01T00:00:00.000Z, Map(1) { 1 => [Object] } ] }
DataCloneError`)
}

func TestURL(t *testing.T) {
	t.Parallel()
	expect(t, `
		const u = new URL("../b?x=1&y=%20z#f", "HTTPS://User@EXAMPLE.com:443/a/c/d");
		console.log(u.href, u.origin, u.port, u.searchParams.get("y"));
		u.searchParams.append("n", "é&"); u.hash = ""; u.port = "8443"; u.pathname = "/p q";
		console.log(String(u), JSON.stringify(u));
		u.search = "?only=1"; console.log([...u.searchParams], u.searchParams.size);
		console.log(URL.canParse("nope"), URL.canParse("/x", "http://a"));
		try { new URL("http://[::1"); } catch (e) { console.log(e.name, e.message); }
		const p = new URLSearchParams({ b: "2", a: "1 +" }); p.append("b", "3"); p.sort();
		console.log(p.toString(), p.getAll("b"), p.has("b", "2"), [...p.keys()]);
		p.delete("b", "2"); p.set("c", "4"); p.set("b", "5"); console.log("" + p);
		console.log(new URLSearchParams([["k", "v"], ["k", "w"]]).toString(), new URLSearchParams("?a=%F0%9F%98%80&b").get("a"));
	`, `https://User@example.com/a/b?x=1&y=%20z#f https://example.com   z
https://User@example.com:8443/p%20q?x=1&y=+z&n=%C3%A9%26 "https://User@example.com:8443/p%20q?x=1&y=+z&n=%C3%A9%26"
[ [ 'only', '1' ] ] 1
false true
TypeError URL: 'http://[::1' is not a valid URL
a=1+%2B&b=2&b=3 [ '2', '3' ] true [ 'a', 'b', 'b' ]
a=1+%2B&b=5&c=4
k=v&k=w 😀`)
}

// Whatever a script does to the built-ins, the API goes on as before.
func TestAPISurvivesPollution(t *testing.T) {
	t.Parallel()
	expect(t, `
		const log = console.log, storage = require("storage");
		const no = () => { throw new Error("polluted"); };
		const classes = [String, Map, Set, RegExp, Number, Promise, Date, Object.getPrototypeOf(Uint8Array), Function, Array];
		for (let i = 0; i < classes.length; i++) {
			const P = classes[i].prototype, keys = Reflect.ownKeys(P);
			for (let j = 0; j < keys.length; j++) {
				if (keys[j] === "constructor") continue;
				try { Object.defineProperty(P, keys[j], { __proto__: null, get: no, set: no, configurable: true }); } catch {}
			}
		}
		const names = ["get", "set", "value", "then", "toJSON", "cause", "0", "1"];
		for (let i = 0; i < names.length; i++) {
			Object.defineProperty(Object.prototype, names[i], { __proto__: null, get: no, set: no, configurable: true });
			Object.defineProperty(Array.prototype, names[i], { __proto__: null, get: no, set: no, configurable: true });
		}
		JSON.stringify = JSON.parse = Reflect.apply = Object.keys = Array.isArray = no;
		log(crypto.createHmac("sha256", "foo").update("bar").digest("hex"));
		log(crypto.createHash("md5").update("a").update(crypto.createHash("md5").update("b").digest()).digest("base64url"));
		storage.set("k", "v"); log(storage.get("k"), storage.has("k"), storage.keys());
		log("%s %d", "x", 1, { a: 1 }, [1, { b: 2 }], new Error("e").message);
		log(new URL("http://a/b?c=d").href, typeof crypto.randomUUID(), new TextEncoder().encode("é"));
		try { fetch("http://x/", { body: {} }); } catch (e) { log(e.message); }
	`, `f9320baf0249169e73850cd6156ded0106e2bb6ad8cab01b7bbbebe6d1065317
3JOJy_y95CCUEaAKEAOSuQ
v true [ 'k' ]
x 1 { a: 1 } [ 1, { b: 2 } ] e
http://a/b?c=d string Uint8Array(2) [ 195, 169 ]
fetch: body must be a string, a Uint8Array, an ArrayBuffer or URLSearchParams; use JSON.stringify to send an object`)
}

func TestPromiseJobsRunToTheEnd(t *testing.T) {
	t.Parallel()
	expect(t, `
		(async () => { await null; console.log("two"); await new Promise((r) => queueMicrotask(r)); console.log("three"); })();
		console.log("one");
	`, "one\ntwo\nthree")
}
