package host

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// cached makes an engine with the cache and runs a script in it.
func cached(t *testing.T, directory string) {
	t.Helper()
	ctx := context.Background()
	e, err := New(ctx, Config{CacheDir: directory})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	s, err := e.Compile(ctx, "s.js", []byte("console.log(1 + 1)"))
	if err != nil {
		t.Fatal(err)
	}
	result, err := s.Run(ctx, Run{})
	if err != nil || result.Log[0].Text != "2" {
		t.Fatalf("log %v, error %v", result.Log, err)
	}
}

// cacheFiles returns the files of the cache with their sizes.
func cacheFiles(t *testing.T, directory string) map[string]int64 {
	t.Helper()
	files := map[string]int64{}
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		files[path] = info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCacheIsUsedAndPrivate(t *testing.T) {
	t.Parallel()
	directory := filepath.Join(t.TempDir(), "new", "cache")
	cached(t, directory)
	files := cacheFiles(t, directory)
	if len(files) == 0 {
		t.Fatal("nothing was cached")
	}
	info, err := os.Stat(directory)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory has mode %v, error %v", info.Mode(), err)
	}
	cached(t, directory)
	if again := cacheFiles(t, directory); len(again) != len(files) {
		t.Errorf("%d files after the second start, %d after the first", len(again), len(files))
	}
}

func TestDamagedCacheIsRebuilt(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func([]byte) []byte{
		"empty":     func([]byte) []byte { return nil },
		"cut":       func(b []byte) []byte { return b[:len(b)/2] },
		"garbage":   func(b []byte) []byte { return bytes.Repeat([]byte{0x5A}, len(b)) },
		"a bit off": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			directory := t.TempDir()
			if err := os.Chmod(directory, 0o700); err != nil {
				t.Fatal(err)
			}
			cached(t, directory)
			for path := range cacheFiles(t, directory) {
				content, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, damage(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cached(t, directory)
		})
	}
}

// Whoever can write to the cache can run code in the process.
func TestForeignCacheIsNotUsed(t *testing.T) {
	t.Parallel()
	directory := filepath.Join(t.TempDir(), "shared")
	if err := os.Mkdir(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(directory, 0o777); err != nil {
		t.Fatal(err)
	}
	cached(t, directory)
	if files := cacheFiles(t, directory); len(files) != 0 {
		t.Errorf("a directory that anyone can write to was used: %v", files)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	cached(t, file)
}
