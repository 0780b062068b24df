package storagetest

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"cloche/storage"
)

func testValues(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	for _, c := range []struct {
		name  string
		value storage.Value
	}{
		{"text", storage.String("Grüße 🎉")},
		{"empty", storage.String("")},
		{"NUL", storage.String("a\x00b\x00")},
		{"NUL alone", storage.String("\x00")},
		{"byte order mark", storage.String("\ufeffx")},
		{"high surrogate", storage.String("a\xed\xa0\x80")},
		{"low surrogate", storage.String("\xed\xb0\x80b")},
		{"surrogates the wrong way round", storage.String("\xed\xb0\x80\xed\xa0\x80")},
		{"bytes of no encoding", storage.String("\xff\xfe\xc0\x80\x80")},
		{"looks like a number", storage.String("1")},
		{"looks like null", storage.String("null")},
		{"trailing blanks", storage.String("x  \n")},
		{"256 KiB", storage.String(strings.Repeat("\x00\xff", storage.DefaultValueBytes/2))},
		{"zero", storage.Number(0)},
		{"minus zero", storage.Number(math.Copysign(0, -1))},
		{"one", storage.Number(1)},
		{"fraction", storage.Number(0.1)},
		{"greatest safe integer", storage.Number(1<<53 - 1)},
		{"smallest", storage.Number(5e-324)},
		{"greatest", storage.Number(math.MaxFloat64)},
		{"least", storage.Number(-math.MaxFloat64)},
		{"true", storage.Boolean(true)},
		{"false", storage.Boolean(false)},
	} {
		f.set(c.name, c.value, storage.Limits{})
		f.wantValue(c.name, c.value)
		f.wantUsage(1, storage.EntryBytes(c.name, c.value))
		f.remove(c.name)
	}
}

func testBadValues(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	f.set("k", storage.Boolean(true), storage.Limits{})
	for _, v := range []storage.Value{
		{},
		storage.Number(math.NaN()),
		storage.Number(math.Inf(1)),
		storage.Number(math.Inf(-1)),
	} {
		if err := store.Set(context.Background(), scope, "k", v, storage.Limits{}); !errors.Is(err, storage.ErrValue) {
			t.Errorf("Set(%v) = %v, want ErrValue", v, err)
		}
	}
	f.wantValue("k", storage.Boolean(true))
}

func testReplaceKind(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	for _, v := range []storage.Value{
		storage.String("1"), storage.Number(1), storage.Boolean(true), storage.String(""), storage.Number(0),
	} {
		f.set("k", v, storage.Limits{})
		f.wantValue("k", v)
		f.wantUsage(1, storage.EntryBytes("k", v))
	}
}

func testAbsent(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	f.wantAbsent("k")
	f.remove("k")
	f.clear()
	f.wantUsage(0, 0)
	if keys := f.keys(); len(keys) != 0 {
		t.Errorf("Keys = %q, want none", keys)
	}
	f.set("k", storage.Number(1), storage.Limits{})
	f.remove("other")
	f.wantUsage(1, 9)
	f.remove("k")
	f.remove("k")
	f.wantAbsent("k")
	f.wantUsage(0, 0)
}
