package storagetest_test

import (
	"context"
	"errors"
	"testing"

	"cloche/storage"
	"cloche/storage/memory"
	"cloche/storage/storagetest"
)

func TestFaultyFailsOneCall(t *testing.T) {
	t.Parallel()
	const scope storage.Scope = "s"
	ctx := context.Background()
	steps := func(store storage.Store) []error {
		set := store.Set(ctx, scope, "k", storage.Number(1), storage.Limits{})
		_, _, get := store.Get(ctx, scope, "k")
		_, keys := store.Keys(ctx, scope)
		_, usage := store.Usage(ctx, scope)
		return []error{set, get, keys, usage, store.Remove(ctx, scope, "k"), store.Clear(ctx, scope), store.Close()}
	}
	for failAt := range 8 {
		inner := memory.New()
		store := storagetest.Faulty(inner, failAt)
		for i, err := range steps(store) {
			if want := i+1 == failAt; errors.Is(err, storagetest.ErrFault) != want || !want && err != nil {
				t.Errorf("failing at %d: call %d returned %v", failAt, i+1, err)
			}
		}
		if store.Calls() != 7 {
			t.Errorf("Calls = %d, want 7", store.Calls())
		}
	}
}

func TestFaultyKeepsCallFromStore(t *testing.T) {
	t.Parallel()
	inner := memory.New()
	store := storagetest.Faulty(inner, 1)
	if err := store.Set(context.Background(), "s", "k", storage.Number(1), storage.Limits{}); !errors.Is(err, storagetest.ErrFault) {
		t.Fatalf("Set = %v, want ErrFault", err)
	}
	if _, found, err := inner.Get(context.Background(), "s", "k"); found || err != nil {
		t.Errorf("Get = %v, %v; the failed Set reached the store", found, err)
	}
}

func TestFaultyConforms(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(*testing.T) storage.Store { return storagetest.Faulty(memory.New(), 0) })
}
