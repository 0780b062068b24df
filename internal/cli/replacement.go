package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// replacement is a file that comes to its path when it is complete, or not at
// all. A nil replacement is none; discard may be called at any time.
type replacement struct {
	path string
	file *os.File
}

// createReplacement makes a file next to path, which shows that path can be
// written. It returns nil for the path "".
func createReplacement(path string) (*replacement, error) {
	if path == "" {
		return nil, nil
	}
	path = expandHome(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, &fs.PathError{Op: "create", Path: path, Err: syscall.EISDIR}
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".runner-*")
	if err != nil {
		return nil, err
	}
	return &replacement{path, file}, nil
}

// commit moves the file to its path.
func (r *replacement) commit() error {
	err := errors.Join(r.file.Chmod(0o644), r.file.Sync(), r.file.Close())
	if err == nil {
		err = os.Rename(r.file.Name(), r.path)
	}
	if err != nil {
		r.discard()
	}
	return err
}

// discard removes the file, unless it was committed.
func (r *replacement) discard() {
	if r == nil {
		return
	}
	_ = r.file.Close()
	_ = os.Remove(r.file.Name())
}
