package scriptapi

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/sqlite"
)

// The documentation's own example, run unchanged three times against one file.
func TestCounterExample(t *testing.T) {
	t.Parallel()
	const source = `
		var storage = require("storage");

		if (!storage.get("mykey")) {
		  storage.set("mykey", 1);
		} else {
		  storage.set("mykey", storage.get("mykey") + 1);
		}

		console.log(storage.get("mykey"));`
	path := filepath.Join(t.TempDir(), "counter.db")
	for n := 1; n <= 3; n++ {
		store, err := sqlite.Open(context.Background(), path, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		space := storage.Open(store, "run", storage.Limits{})
		got, err := runWith(t, source, host.Run{Functions: hostfuncs.Grants{Storage: &space}.Functions()})
		if err != nil || got != fmt.Sprint(n) {
			t.Errorf("run %d printed %q, error %v", n, got, err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStorageValues(t *testing.T) {
	t.Parallel()
	expect(t, `
		const storage = require("storage");
		for (const v of ["", "text", "é漢😀\0\ud800", 0, -0, 1.5, 5e-324, Number.MAX_VALUE, true, false]) {
			console.log(storage.set("k", v), Object.is(storage.get("k"), v));
		}
		storage.set("n", 1);
		console.log(storage.get("n") + 1, storage.get("absent"), storage.has("n"), storage.has("absent"));
		storage.setItem(5, "five"); storage.set("__proto__", "p"); storage.set("\0", "nul");
		console.log(storage.keys(), storage.getItem("5"), storage.get("__proto__"));
		console.log(storage.remove("n"), storage.removeItem("absent"), storage.keys().length, storage.clear(), storage.keys());
		console.log(require("storage") === storage);
	`, `undefined true
undefined true
undefined true
undefined true
undefined true
undefined true
undefined true
undefined true
undefined true
undefined true
2 null true false
[ '\x00', '5', '__proto__', 'k', 'n' ] five p
undefined undefined 4 undefined []
true`)
}

func TestStorageErrors(t *testing.T) {
	t.Parallel()
	expect(t, `
		const storage = require("storage");
		const attempt = (f) => { try { f(); console.log("no error"); } catch (e) { console.log(e.name + ": " + e.message); } };
		for (const v of [null, undefined, {}, [1], () => 1, Symbol("s"), 1n, NaN, Infinity]) attempt(() => storage.set("k", v));
		attempt(() => storage.set("", 1));
		attempt(() => storage.get("\ud800"));
		attempt(() => storage.set("x".repeat(513), 1));
		storage.set("big", "old");
		attempt(() => storage.set("big", "x".repeat(256 * 1024 + 1)));
		console.log(storage.get("big"));
		try { for (let i = 0; i < 1001; i++) storage.set("key" + i, 1); } catch (e) { console.log(e.name, e instanceof Error, storage.keys().length); }
	`, `TypeError: storage.set('k'): a value must be a string, a finite number or a boolean, not null; use JSON.stringify to store anything else
TypeError: storage.set('k'): a value must be a string, a finite number or a boolean, not undefined; use JSON.stringify to store anything else
TypeError: storage.set('k'): a value must be a string, a finite number or a boolean, not object; use JSON.stringify to store anything else
TypeError: storage.set('k'): a value must be a string, a finite number or a boolean, not object; use JSON.stringify to store anything else
TypeError: storage.set('k'): a value must be a string, a finite number or a boolean, not function; use JSON.stringify to store anything else
TypeError: storage.set('k'): a value must be a string, a finite number or a boolean, not symbol; use JSON.stringify to store anything else
TypeError: storage.set('k'): a value must be a string, a finite number or a boolean, not bigint; use JSON.stringify to store anything else
TypeError: storage.set('k'): a value must be a string, a finite number or a boolean, not NaN; use JSON.stringify to store anything else
TypeError: storage.set('k'): a value must be a string, a finite number or a boolean, not Infinity; use JSON.stringify to store anything else
TypeError: storage.set: the key must not be empty
TypeError: storage.get: the key '\ud800' has a lone surrogate and cannot be stored
TypeError: storage: bad key: it has 513 bytes, at most 512 are allowed
QuotaExceededError: storage quota exceeded: the value has 262145 bytes and 262144 are allowed; store less or split it over several keys
old
QuotaExceededError true 1000`)
}

// What was set before a run failed stays.
func TestStorageSurvivesAFailedRun(t *testing.T) {
	t.Parallel()
	space := newSpace()
	options := host.Run{Functions: hostfuncs.Grants{Storage: space}.Functions()}
	if _, err := runWith(t, `require("storage").set("k", "kept"); throw new Error("x")`, options); err == nil {
		t.Fatal("the run did not fail")
	}
	if got, err := runWith(t, `console.log(require("storage").get("k"))`, options); err != nil || got != "kept" {
		t.Errorf("the value is %q, error %v", got, err)
	}
}
