package host

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/tetratelabs/wazero"

	"cloche/wasm"
)

// openCache opens the cache of compiled code, or returns nil when there is none
// to be used. Its entries live under the hash of the guest and the version of
// wazero, so that another version of either never reads them.
func (e *Engine) openCache() wazero.CompilationCache {
	if e.config.CacheDir == "" || e.config.Interpreter {
		return nil
	}
	directory := e.cachePath()
	if err := privateDirectory(e.config.CacheDir); err != nil {
		return nil
	}
	if err := privateDirectory(directory); err != nil {
		return nil
	}
	cache, err := wazero.NewCompilationCacheWithDir(directory)
	if err != nil {
		return nil
	}
	return cache
}

func (e *Engine) cachePath() string {
	return filepath.Join(e.config.CacheDir, wasm.SHA256()[:16]+"-wazero-"+wazeroVersion())
}

// discardCache closes what came of a damaged cache and removes its files.
func (e *Engine) discardCache(ctx context.Context) {
	_ = e.runtime.Close(ctx)
	_ = e.cache.Close(ctx)
	e.cache = nil
	_ = os.RemoveAll(e.cachePath())
}

// wazeroVersion returns the version that this program was built with.
func wazeroVersion() string {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/tetratelabs/wazero" {
				return module.Version
			}
		}
	}
	return "unknown"
}

var errNotPrivate = errors.New("the directory can be written by others")

// privateDirectory creates a directory that only its owner can use, or makes sure
// that one which is there is such.
func privateDirectory(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "mkdir", Path: path, Err: fs.ErrExist}
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 {
		return errNotPrivate
	}
	return ownedByUs(info)
}
