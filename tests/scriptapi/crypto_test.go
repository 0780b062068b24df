package scriptapi

import "testing"

func TestHMACVectors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ source, want string }{
		// script-api.md
		{`crypto.createHmac("sha256", "foo").update("bar").digest("hex")`, "f9320baf0249169e73850cd6156ded0106e2bb6ad8cab01b7bbbebe6d1065317"},
		{`crypto.createHmac("sha1", "foo").update("bar").digest("hex")`, "46b4ec586117154dacd49d664e5d63fdc88efb51"},
		{`crypto.createHmac("md5", "foo").update("bar").digest("hex")`, "0c7a250281315ab863549f66cd8a3a53"},
		// RFC 2202, cases 1, 2 and 6
		{`crypto.createHmac("md5", new Uint8Array(16).fill(0x0b)).update("Hi There").digest("hex")`, "9294727a3638bb1c13f48ef8158bfc9d"},
		{`crypto.createHmac("sha1", "Jefe").update("what do ya want ").update("for nothing?").digest("hex")`, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
		{`crypto.createHmac("sha1", new Uint8Array(80).fill(0xaa)).update("Test Using Larger Than Block-Size Key - Hash Key First").digest("hex")`, "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
		// RFC 4231, cases 1, 2 and 3
		{`crypto.createHmac("sha256", new Uint8Array(20).fill(0x0b)).update("Hi There").digest("hex")`, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{`crypto.createHmac("sha512", "Jefe").update("what do ya want for nothing?").digest("hex")`, "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
		{`crypto.createHmac("sha256", new Uint8Array(20).fill(0xaa).buffer).update(new Uint8Array(50).fill(0xdd)).digest("hex")`, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
		// FIPS 180
		{`crypto.createHash("sha256").update("abc").digest("hex")`, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{`crypto.createHash("md5").digest("hex")`, "d41d8cd98f00b204e9800998ecf8427e"},
		{`crypto.createHash("sha1").update("abc").digest("base64")`, "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="},
		{`crypto.createHash("sha1").update("abc").digest("base64url")`, "qZk-NkcGgWq6PiVxeFDCbJzQ2J0"},
		{`crypto.createHmac("SHA256", "").update("").digest("hex")`, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
	} {
		expect(t, "console.log("+test.source+")", test.want)
	}
}

func TestAWSSignatureChain(t *testing.T) {
	t.Parallel()
	expect(t, `
		const hmac = (key, data) => crypto.createHmac("sha256", key).update(data).digest();
		const k = hmac(hmac(hmac(hmac("AWS4" + "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830"), "us-east-1"), "iam"), "aws4_request");
		console.log(new Uint8Array(Array.from(k, (c) => c.charCodeAt(0))).reduce((s, b) => s + b.toString(16).padStart(2, "0"), ""));
	`, "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
}

// A string is UTF-8 unless it is, by value, a byte string that digest() returned.
func TestStringsAsKeys(t *testing.T) {
	t.Parallel()
	expect(t, `
		const hex = (key, data) => crypto.createHmac("sha256", key).update(data).digest("hex");
		const bytes = (s) => new TextEncoder().encode(s);
		for (const s of ["é", "ÿ", "漢", "plain", "a\0b", "😀"]) {
			console.log(hex(s, "d") === hex(bytes(s), "d"), hex("k", s) === hex("k", bytes(s)));
		}
		// Digests that hold every byte, used as key and as data.
		const seen = new Set();
		for (let i = 0; seen.size < 256; i++) {
			const raw = crypto.createHash("sha256").update("n" + i).digest();
			const exact = Uint8Array.from(raw, (c) => c.charCodeAt(0));
			exact.forEach((b) => seen.add(b));
			if (hex(raw, "d") !== hex(exact, "d") || hex("k", raw) !== hex("k", exact)) throw new Error("digest " + i);
			const copy = raw.split("").join("");
			if (hex(copy, "d") !== hex(exact, "d")) throw new Error("a copy is equal by value");
		}
		console.log(seen.size);
	`, "true true\ntrue true\ntrue true\ntrue true\ntrue true\ntrue true\n256")
}

func TestCryptoErrors(t *testing.T) {
	t.Parallel()
	expect(t, `
		const attempt = (f) => { try { f(); console.log("no error"); } catch (e) { console.log(e.name + ": " + e.message); } };
		attempt(() => crypto.createHmac("sha3", "k"));
		attempt(() => crypto.createHash());
		const h = crypto.createHmac("md5", "k"); h.digest();
		attempt(() => h.digest());
		attempt(() => h.update("x"));
		attempt(() => crypto.createHmac("md5", 5));
		attempt(() => crypto.createHmac("md5", "k").update({}));
		attempt(() => crypto.createHmac("md5", "k").digest("utf8"));
		attempt(() => crypto.timingSafeEqual("a", "ab"));
		attempt(() => crypto.getRandomValues(new Uint8Array(65537)));
		attempt(() => crypto.getRandomValues(new Float64Array(1)));
		console.log(crypto.timingSafeEqual("ab", new Uint8Array([97, 98])), crypto.timingSafeEqual("a", "b"));
	`, `Error: createHmac: unknown algorithm 'sha3'; use "sha256", "sha1", "md5" or "sha512"
Error: createHash: unknown algorithm undefined; use "sha256", "sha1", "md5" or "sha512"
Error: digest: digest() was already called
Error: update: digest() was already called
TypeError: createHmac: the key must be a string, a Uint8Array or an ArrayBuffer
TypeError: update: the data must be a string, a Uint8Array or an ArrayBuffer
TypeError: digest: unknown encoding 'utf8'; use "hex", "base64", "base64url", or nothing for a byte string
RangeError: timingSafeEqual: the values differ in length
QuotaExceededError: getRandomValues: at most 65536 bytes a call
TypeError: getRandomValues: the argument must be an integer typed array
true false`)
}

func TestRandomness(t *testing.T) {
	t.Parallel()
	expect(t, `
		const id = crypto.randomUUID();
		console.log(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), id !== crypto.randomUUID());
		const a = crypto.getRandomValues(new Uint32Array(1000));
		console.log(new Set(a).size > 990, Math.random() !== Math.random());
	`, "true true\ntrue true")
	first, err := run(t, "console.log(Math.random(), crypto.randomUUID())", nil)
	second, err2 := run(t, "console.log(Math.random(), crypto.randomUUID())", nil)
	if err != nil || err2 != nil || first == second {
		t.Errorf("two runs drew %s and %s (%v, %v)", first, second, err, err2)
	}
}
