package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cloche/storage"
)

// wantRefused sets key to v and checks that this gives exactly the quota error
// want and changes nothing.
func (f fixture) wantRefused(key string, v storage.Value, limits storage.Limits, want storage.QuotaError) {
	f.t.Helper()
	oldValue, oldFound := f.get(key)
	oldUsage := f.usage()

	err := f.store.Set(context.Background(), f.scope, key, v, limits)
	var quota *storage.QuotaError
	if !errors.As(err, &quota) || *quota != want || !errors.Is(err, storage.ErrQuota) {
		f.t.Errorf("Set(%.40q, %v) = %v, want %v", key, v, err, &want)
	}
	if value, found := f.get(key); value != oldValue || found != oldFound {
		f.t.Errorf("the refused Set(%.40q) left %v, %v; want %v, %v", key, value, found, oldValue, oldFound)
	}
	if usage := f.usage(); usage != oldUsage {
		f.t.Errorf("the refused Set(%.40q) left %+v, want %+v", key, usage, oldUsage)
	}
}

func testKeysQuota(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	for i := range storage.DefaultKeys {
		f.set(fmt.Sprint("k", i), storage.Boolean(true), storage.Limits{})
	}
	f.wantRefused("one more", storage.Boolean(true), storage.Limits{},
		storage.QuotaError{Which: storage.QuotaKeys, Limit: 1000, Wanted: 1001})
	f.set("k0", storage.String("an old key may change"), storage.Limits{})
	if n := f.usage().Keys; n != storage.DefaultKeys {
		t.Errorf("Usage has %d keys, want %d", n, storage.DefaultKeys)
	}
	f.set("one more", storage.Boolean(true), storage.Limits{Keys: 1001})

	other := in(t, store, scope+" other")
	other.wantRefused("k", storage.Boolean(true), storage.Limits{Keys: -1},
		storage.QuotaError{Which: storage.QuotaKeys, Limit: 0, Wanted: 1})
}

func testValueQuota(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	full := strings.Repeat("v", storage.DefaultValueBytes)
	f.set("k", storage.String(full), storage.Limits{})
	f.wantRefused("k", storage.String(full+"v"), storage.Limits{},
		storage.QuotaError{Which: storage.QuotaValue, Limit: 256 << 10, Wanted: 256<<10 + 1})
	f.set("k", storage.Number(1), storage.Limits{ValueBytes: 8})
	f.wantRefused("k", storage.Number(2), storage.Limits{ValueBytes: 7},
		storage.QuotaError{Which: storage.QuotaValue, Limit: 7, Wanted: 8})
	f.set("k", storage.Boolean(true), storage.Limits{ValueBytes: 1})
	f.set("a key longer than the value may be", storage.Boolean(true), storage.Limits{ValueBytes: 1})
	f.set("k", storage.String(""), storage.Limits{ValueBytes: 1})
}

func testTotalQuota(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	limits := storage.Limits{TotalBytes: 30}
	f.wantRefused("k", storage.String(strings.Repeat("v", 30)), limits,
		storage.QuotaError{Which: storage.QuotaTotal, Limit: 30, Wanted: 31})
	f.set("key", storage.String("0123456"), limits)
	f.set("number", storage.Number(1), limits)
	f.set("tr", storage.Boolean(true), limits)
	f.wantUsage(3, 27)
	f.wantRefused("new", storage.Boolean(true), limits,
		storage.QuotaError{Which: storage.QuotaTotal, Limit: 30, Wanted: 31})
	f.wantRefused("key", storage.String("0123456789-"), limits,
		storage.QuotaError{Which: storage.QuotaTotal, Limit: 30, Wanted: 31})
	f.set("key", storage.String("0123456789"), limits)
	f.wantUsage(3, 30)
	f.wantRefused("x", storage.String(""), limits,
		storage.QuotaError{Which: storage.QuotaTotal, Limit: 30, Wanted: 31})
}

func testDefaultTotalQuota(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	for _, key := range []string{"a", "b", "c"} {
		f.set(key, storage.String(strings.Repeat(key, 256<<10)), storage.Limits{})
	}
	rest := 1<<20 - 3*(256<<10+1) - 1
	f.wantRefused("d", storage.String(strings.Repeat("d", rest+1)), storage.Limits{},
		storage.QuotaError{Which: storage.QuotaTotal, Limit: 1 << 20, Wanted: 1<<20 + 1})
	f.set("d", storage.String(strings.Repeat("d", rest)), storage.Limits{})
	f.wantUsage(4, 1<<20)
}

func testOverwrite(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	limits := storage.Limits{Keys: 1, TotalBytes: 11}
	for _, v := range []storage.Value{
		storage.String("0123456789"), storage.String("9876543210"), storage.String(""),
		storage.Number(1), storage.Boolean(false), storage.String("0123456789"), storage.String("0"),
	} {
		f.set("k", v, limits)
		f.wantUsage(1, storage.EntryBytes("k", v))
	}
}

func testRoomComesBack(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	limits := storage.Limits{Keys: 2, TotalBytes: 20}
	fill := func() {
		f.set("a", storage.String("123456789"), limits)
		f.set("b", storage.String("123456789"), limits)
		f.wantUsage(2, 20)
		f.wantRefused("c", storage.String(""), limits, storage.QuotaError{Which: storage.QuotaKeys, Limit: 2, Wanted: 3})
	}
	fill()
	f.remove("a")
	f.wantUsage(1, 10)
	f.set("c", storage.String("123456789"), limits)
	f.remove("c")
	fill()
	f.clear()
	f.wantUsage(0, 0)
	fill()
}

// testLoweredLimits checks a scope that holds more than it may: nothing is
// lost, and it may shrink but not grow.
func testLoweredLimits(t *testing.T, store storage.Store) {
	f := in(t, store, scope)
	f.set("long key", storage.String("0123456789"), storage.Limits{})
	f.set("b", storage.String("0123456789"), storage.Limits{})
	f.wantUsage(2, 29)

	low := storage.Limits{Keys: 1, TotalBytes: 5}
	f.set("b", storage.String("012345678"), low)
	f.set("b", storage.String("987654321"), low)
	f.wantRefused("b", storage.String("0123456789"), low,
		storage.QuotaError{Which: storage.QuotaTotal, Limit: 5, Wanted: 29})
	f.wantRefused("c", storage.String(""), low,
		storage.QuotaError{Which: storage.QuotaKeys, Limit: 1, Wanted: 3})
	// A value's own limit is absolute: it bounds what a run must handle.
	f.wantRefused("b", storage.String("0123"), storage.Limits{ValueBytes: 3},
		storage.QuotaError{Which: storage.QuotaValue, Limit: 3, Wanted: 4})
	f.wantValue("long key", storage.String("0123456789"))
	f.remove("long key")
	f.wantUsage(1, 10)
}
