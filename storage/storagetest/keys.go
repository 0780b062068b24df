package storagetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"cloche/storage"
)

// oddKeys returns legal keys that a careless store would change, confuse or
// refuse.
func oddKeys() []string {
	return []string{
		"k", "K", "k ", " k", "k\x00", "k\x00b", "\x00", "\x00\x00", "%", "_", "*", "..", "a/b", "a.b", "'", `"`, "\n",
		"__proto__", "constructor", "toString", "hasOwnProperty", "null", "undefined", "0", "1e3",
		"é", "e\u0301", "🎉", "\ufeffk", "\ufffd", "\U0010ffff", strings.Repeat("x", 512), strings.Repeat("🎉", 128),
	}
}

func testKeys(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	keys := oddKeys()
	for i, key := range keys {
		f.set(key, storage.Number(float64(i)), storage.Limits{})
	}
	for i, key := range keys {
		f.wantValue(key, storage.Number(float64(i)))
	}
	slices.Sort(keys)
	if got := f.keys(); !slices.Equal(got, keys) {
		t.Errorf("Keys = %q, want %q", got, keys)
	}
	for _, key := range keys {
		f.remove(key)
		f.wantAbsent(key)
	}
	f.wantUsage(0, 0)
}

func testBadKeys(t *testing.T, store storage.Store) {
	ctx := context.Background()
	for name, key := range map[string]string{
		"empty":         "",
		"bad byte":      "a\xff",
		"surrogate":     "\xed\xa0\x80",
		"cut character": "\xf0\x9f\x8e",
		"overlong NUL":  "\xc0\x80",
	} {
		if _, _, err := store.Get(ctx, scope, key); !errors.Is(err, storage.ErrKey) {
			t.Errorf("%s: Get = %v, want ErrKey", name, err)
		}
		if err := store.Set(ctx, scope, key, storage.Number(1), storage.Limits{}); !errors.Is(err, storage.ErrKey) {
			t.Errorf("%s: Set = %v, want ErrKey", name, err)
		}
		if err := store.Remove(ctx, scope, key); !errors.Is(err, storage.ErrKey) {
			t.Errorf("%s: Remove = %v, want ErrKey", name, err)
		}
	}
	for _, c := range []struct {
		key    string
		limits storage.Limits
	}{
		{strings.Repeat("x", 513), storage.Limits{}},
		{strings.Repeat("🎉", 128) + "x", storage.Limits{}},
		{"four", storage.Limits{KeyBytes: 3}},
	} {
		if err := store.Set(ctx, scope, c.key, storage.Number(1), c.limits); !errors.Is(err, storage.ErrKey) {
			t.Errorf("Set of a key of %d bytes with %+v = %v, want ErrKey", len(c.key), c.limits, err)
		}
	}
	in(t, store, scope).wantUsage(0, 0)
}

func testSortedKeys(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	want := []string{"\x00", "\x00a", "A", "B", "a", "a\x00", "aa", "b", "é", "\ufffd", "🎉"}
	for _, i := range []int{5, 0, 10, 3, 8, 1, 7, 2, 9, 4, 6} {
		f.set(want[i], storage.Boolean(true), storage.Limits{})
	}
	got := f.keys()
	if !slices.Equal(got, want) {
		t.Errorf("Keys = %q, want %q", got, want)
	}
	clear(got)
	if again := f.keys(); !slices.Equal(again, want) {
		t.Errorf("Keys, after the first answer was written to, = %q, want %q", again, want)
	}
}

func testScopes(t *testing.T, store storage.Store) {
	scopes := []storage.Scope{
		"storagetest", "storagetest1", "storagetest\x00", "storagetest\x001", "STORAGETEST",
		"storagetest%", "storagetest\xff", storage.Scope(strings.Repeat("s", storage.MaxScopeBytes)),
	}
	// A pair of a scope and a key must not be told by their concatenation.
	keys := []string{"k", "1k", "\x001k"}
	value := func(scope storage.Scope, key string) storage.Value { return storage.String(string(scope) + "|" + key) }
	for _, scope := range scopes {
		for _, key := range keys {
			in(t, store, scope).set(key, value(scope, key), storage.Limits{})
		}
	}
	for i, scope := range scopes {
		in(t, store, scope).remove("k")
		in(t, store, scope).clear()
		in(t, store, scope).wantUsage(0, 0)
		for _, rest := range scopes[i+1:] {
			for _, key := range keys {
				in(t, store, rest).wantValue(key, value(rest, key))
			}
			if n := len(in(t, store, rest).keys()); n != len(keys) {
				t.Errorf("clearing %q left %q with %d keys, want %d", scope, rest, n, len(keys))
			}
		}
	}
}

func testBadScopes(t *testing.T, store storage.Store) {
	for _, bad := range []storage.Scope{"", storage.Scope(strings.Repeat("s", storage.MaxScopeBytes+1))} {
		for name, err := range callAll(context.Background(), store, bad) {
			if !errors.Is(err, storage.ErrScope) {
				t.Errorf("%s with a scope of %d bytes = %v, want ErrScope", name, len(bad), err)
			}
		}
	}
}

// callAll calls every method but Close with otherwise good arguments and
// returns what each answered, by its name.
func callAll(ctx context.Context, store storage.Store, scope storage.Scope) map[string]error {
	_, _, get := store.Get(ctx, scope, "k")
	set := store.Set(ctx, scope, "k", storage.String("written by callAll"), storage.Limits{})
	remove := store.Remove(ctx, scope, "k")
	clear := store.Clear(ctx, scope)
	_, keys := store.Keys(ctx, scope)
	_, usage := store.Usage(ctx, scope)
	return map[string]error{"Get": get, "Set": set, "Remove": remove, "Clear": clear, "Keys": keys, "Usage": usage}
}
