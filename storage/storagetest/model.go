package storagetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"

	"cloche/storage"

	"pgregory.net/rapid"
)

// model is the plainest store there can be: one scope, sums taken anew each
// time.
type model map[string]storage.Value

func (m model) usage() storage.Usage {
	usage := storage.Usage{Keys: len(m)}
	for key, v := range m {
		usage.Bytes += storage.EntryBytes(key, v)
	}
	return usage
}

// set says which quota refuses, "" for none. It is written from the
// documentation of the limits, not with Limits' own methods.
func (m model) set(key string, v storage.Value, limits storage.Limits) storage.Quota {
	after := maps.Clone(m)
	after[key] = v
	was, is := m.usage(), after.usage()
	switch {
	case v.Size() > limits.ValueBytes:
		return storage.QuotaValue
	case is.Keys > was.Keys && is.Keys > limits.Keys:
		return storage.QuotaKeys
	case is.Bytes > was.Bytes && is.Bytes > limits.TotalBytes:
		return storage.QuotaTotal
	}
	m[key] = v
	return ""
}

// testModel applies random operations to a store and to a model, and compares
// what they answer and hold.
func testModel(t *testing.T, store storage.Store) {
	var round atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		m := machine{
			store: store,
			scope: storage.Scope(fmt.Sprint("storagetest ", round.Add(1))),
			model: model{},
		}
		for range rapid.IntRange(1, 20).Draw(t, "operations") {
			m.step(t)
		}
		m.compare(t)
	})
}

type machine struct {
	store storage.Store
	scope storage.Scope
	model model
}

func (m *machine) step(t *rapid.T) {
	ctx := context.Background()
	key := rapid.SampledFrom([]string{"a", "b", "c", "d", "a\x00", "__proto__", "🎉"}).Draw(t, "key")
	switch rapid.SampledFrom([]string{"set", "set", "set", "get", "remove", "clear", "compare"}).Draw(t, "operation") {
	case "set":
		m.set(t, key)
	case "get":
		want, wantFound := m.model[key]
		got, found, err := m.store.Get(ctx, m.scope, key)
		if err != nil || found != wantFound || got != want {
			t.Fatalf("Get(%q) = %v, %v, %v; want %v, %v", key, got, found, err, want, wantFound)
		}
	case "remove":
		delete(m.model, key)
		if err := m.store.Remove(ctx, m.scope, key); err != nil {
			t.Fatalf("Remove(%q): %v", key, err)
		}
	case "clear":
		clear(m.model)
		if err := m.store.Clear(ctx, m.scope); err != nil {
			t.Fatalf("Clear: %v", err)
		}
	case "compare":
		m.compare(t)
	}
}

func (m *machine) set(t *rapid.T, key string) {
	v := rapid.OneOf(
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 30), func(b []byte) storage.Value { return storage.String(string(b)) }),
		rapid.Map(rapid.Float64(), storage.Number),
		rapid.Map(rapid.Bool(), storage.Boolean),
	).Draw(t, "value")
	if v.Validate() != nil {
		return
	}
	limits := storage.Limits{
		Keys:       rapid.IntRange(1, 5).Draw(t, "limit of keys"),
		ValueBytes: rapid.IntRange(1, 30).Draw(t, "limit of a value"),
		TotalBytes: rapid.Int64Range(1, 80).Draw(t, "limit in total"),
	}
	want := m.model.set(key, v, limits)
	err := m.store.Set(context.Background(), m.scope, key, v, limits)
	var got storage.Quota
	var quota *storage.QuotaError
	if errors.As(err, &quota) {
		got = quota.Which
	} else if err != nil {
		t.Fatalf("Set(%q, %v): %v", key, v, err)
	}
	if got != want {
		t.Fatalf("Set(%q, %v) with %+v = %v, want quota %q", key, v, limits, err, want)
	}
}

func (m *machine) compare(t *rapid.T) {
	ctx := context.Background()
	keys, err := m.store.Keys(ctx, m.scope)
	if want := slices.Sorted(maps.Keys(m.model)); err != nil || !slices.Equal(keys, want) {
		t.Fatalf("Keys = %q, %v; want %q", keys, err, want)
	}
	for _, key := range keys {
		if got, _, err := m.store.Get(ctx, m.scope, key); err != nil || got != m.model[key] {
			t.Fatalf("Get(%q) = %v, %v; want %v", key, got, err, m.model[key])
		}
	}
	if usage, err := m.store.Usage(ctx, m.scope); err != nil || usage != m.model.usage() {
		t.Fatalf("Usage = %+v, %v; want %+v", usage, err, m.model.usage())
	}
}
