package storagetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"cloche/storage"
)

func testSpace(t *testing.T, store storage.Store) {
	ctx := context.Background()
	mine := storage.Open(store, scope, storage.Limits{Keys: 2, KeyBytes: 4})
	yours := storage.Open(store, scope+" other", storage.Limits{})
	for _, space := range []storage.Space{mine, yours} {
		if err := errors.Join(space.Set(ctx, "b", storage.Number(1)), space.Set(ctx, "a", storage.Number(2))); err != nil {
			t.Fatalf("Set: %v", err)
		}
	}
	if err := mine.Set(ctx, "c", storage.Number(3)); !errors.Is(err, storage.ErrQuota) {
		t.Errorf("Set of a third key = %v, want ErrQuota", err)
	}
	if err := mine.Set(ctx, "12345", storage.Number(3)); !errors.Is(err, storage.ErrKey) {
		t.Errorf("Set of a long key = %v, want ErrKey", err)
	}
	if err := mine.Remove(ctx, "a"); err != nil {
		t.Errorf("Remove: %v", err)
	}
	if keys, err := mine.Keys(ctx); err != nil || !slices.Equal(keys, []string{"b"}) {
		t.Errorf("Keys = %q, %v; want b", keys, err)
	}
	if err := mine.Clear(ctx); err != nil {
		t.Errorf("Clear: %v", err)
	}
	if found, err := mine.Has(ctx, "b"); err != nil || found {
		t.Errorf("Has after Clear = %v, %v; want false", found, err)
	}
	if found, err := yours.Has(ctx, "b"); err != nil || !found {
		t.Errorf("the other scope: Has = %v, %v; want true", found, err)
	}
	if v, found, err := yours.Get(ctx, "a"); err != nil || !found || v != storage.Number(2) {
		t.Errorf("the other scope: Get = %v, %v, %v; want 2", v, found, err)
	}
}
