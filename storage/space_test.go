package storage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cloche/storage"
	"cloche/storage/memory"
	"cloche/storage/storagetest"
)

// callSpace calls every method of s with key and returns what each answered.
func callSpace(s storage.Space, key string) map[string]error {
	ctx := context.Background()
	_, _, get := s.Get(ctx, key)
	_, has := s.Has(ctx, key)
	_, keys := s.Keys(ctx)
	return map[string]error{
		"Get": get, "Has": has, "Keys": keys,
		"Set": s.Set(ctx, key, storage.Number(1)), "Remove": s.Remove(ctx, key), "Clear": s.Clear(ctx),
	}
}

func TestZeroSpaceGrantsNothing(t *testing.T) {
	t.Parallel()
	for _, space := range []storage.Space{{}, storage.Open(nil, "s", storage.Limits{})} {
		for name, err := range callSpace(space, "k") {
			if !errors.Is(err, storage.ErrNotGranted) {
				t.Errorf("%s = %v, want ErrNotGranted", name, err)
			}
		}
	}
}

func TestSpaceOfBadScope(t *testing.T) {
	t.Parallel()
	store := memory.New()
	for name, err := range callSpace(storage.Open(store, "", storage.Limits{}), "k") {
		if !errors.Is(err, storage.ErrScope) {
			t.Errorf("%s = %v, want ErrScope", name, err)
		}
	}
}

func TestSpaceChecksKeys(t *testing.T) {
	t.Parallel()
	space := storage.Open(memory.New(), "s", storage.Limits{})
	for _, key := range []string{"", "\xff", strings.Repeat("k", 513)} {
		for name, err := range callSpace(space, key) {
			if keyless := name == "Keys" || name == "Clear"; errors.Is(err, storage.ErrKey) == keyless {
				t.Errorf("%s with a key of %d bytes = %v", name, len(key), err)
			}
		}
	}
}

func TestSpacePassesErrors(t *testing.T) {
	t.Parallel()
	for failAt, name := range map[int]string{1: "Get", 2: "Has", 3: "Keys", 4: "Set", 5: "Remove", 6: "Clear"} {
		space := storage.Open(storagetest.Faulty(memory.New(), failAt), "s", storage.Limits{})
		for got, err := range callSpace(space, "k") {
			if errors.Is(err, storagetest.ErrFault) != (got == name) {
				t.Errorf("failing at call %d: %s = %v", failAt, got, err)
			}
		}
	}
}

func ExampleOpen() {
	store := memory.New()
	defer func() { _ = store.Close() }()
	ctx := context.Background()

	space := storage.Open(store, "integration-1", storage.Limits{Keys: 1})
	fmt.Println(space.Set(ctx, "deployments", storage.Number(1)))
	fmt.Println(space.Set(ctx, "one more", storage.Boolean(true)))

	v, found, err := space.Get(ctx, "deployments")
	n, _ := v.AsNumber()
	fmt.Println(n, found, err)
	// Output:
	// <nil>
	// storage quota exceeded: this would be key number 2 and 1 are allowed; remove keys that are no longer needed
	// 1 true <nil>
}
