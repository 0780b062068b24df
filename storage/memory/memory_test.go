package memory_test

import (
	"context"
	"testing"

	"cloche/storage"
	"cloche/storage/memory"
	"cloche/storage/storagetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(*testing.T) storage.Store { return memory.New() })
}

func BenchmarkGet(b *testing.B) {
	store := memory.New()
	if err := store.Set(context.Background(), "s", "k", storage.Number(1), storage.Limits{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := store.Get(context.Background(), "s", "k"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSet(b *testing.B) {
	store := memory.New()
	for b.Loop() {
		if err := store.Set(context.Background(), "s", "k", storage.Number(1), storage.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
