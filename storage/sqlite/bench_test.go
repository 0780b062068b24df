//go:build cgo

package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"cloche/storage"
)

var benchmarkValues = []struct {
	name  string
	value storage.Value
}{
	{"number", storage.Number(1)},
	{"1KiB", storage.String(strings.Repeat("v", 1<<10))},
	{"256KiB", storage.String(strings.Repeat("v", 256<<10))},
}

func BenchmarkGet(b *testing.B) {
	for _, c := range benchmarkValues {
		b.Run(c.name, func(b *testing.B) {
			store := mustOpen(b, filepath.Join(b.TempDir(), "test.db"), Options{Synchronous: SynchronousNormal})
			for i := range 900 {
				mustSet(b, store, "s", fmt.Sprint("other key ", i), storage.Number(1))
			}
			mustSet(b, store, "s", "k", c.value)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			b.ResetTimer() // RunParallel, other than Loop, would count what is above
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, found, err := store.Get(ctx, "s", "k"); err != nil || !found {
						b.Error(found, err)
						return
					}
				}
			})
		})
	}
}

func BenchmarkSet(b *testing.B) {
	for _, synchronous := range []Synchronous{SynchronousFull, SynchronousNormal} {
		for _, c := range benchmarkValues {
			b.Run(string(synchronous)+"/"+c.name, func(b *testing.B) {
				store := mustOpen(b, filepath.Join(b.TempDir(), "test.db"), Options{Synchronous: synchronous})
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				for b.Loop() {
					if err := store.Set(ctx, "s", "k", c.value, storage.Limits{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
