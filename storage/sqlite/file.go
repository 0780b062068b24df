//go:build cgo

package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
)

// prepareFile creates the file at path, readable by its owner alone, or checks
// that what exists is a regular file. SQLite gives its side files the same
// permissions.
//
// It never has the file at path open: closing it would drop the POSIX locks
// that this process, through SQLite, holds on it. That is also why a new file
// gets its name only after it was closed: another Open may find it at once.
func prepareFile(path string) error {
	err := createFile(path, os.Link)
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("the file cannot be created: %w", reason(err))
	}
	return checkFile(path)
}

// checkFile checks that there is a regular file at path.
func checkFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("the file cannot be reached: %w", reason(err))
	case info.IsDir():
		return fmt.Errorf("%w: it is a directory", ErrNotStorage)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: it is not a regular file", ErrNotStorage)
	default:
		return nil
	}
}

// createFile makes an empty file at path. It returns an error that matches
// fs.ErrExist if there is anything. link is os.Link.
func createFile(path string, link func(oldName, newName string) error) error {
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	// CreateTemp's permissions are 0600.
	file, err := os.CreateTemp(filepath.Dir(path), ".new-storage-*")
	if err != nil {
		return err
	}
	temporary := file.Name()
	defer func() { _ = os.Remove(temporary) }()
	if err := file.Close(); err != nil {
		return err
	}
	if err := link(temporary, path); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// The file system has no hard links. The danger, that locks are dropped, is
	// left for those who open one new file several times in the same instant.
	file, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// writable reports whether a file can be created in the directory.
func writable(directory string) bool {
	file, err := os.CreateTemp(directory, ".new-storage-*")
	if err != nil {
		return false
	}
	defer func() { _ = os.Remove(file.Name()) }()
	return file.Close() == nil
}

// reason takes the paths out of an error of package os: Open says its own.
func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	var linkError *os.LinkError
	if errors.As(err, &linkError) {
		return linkError.Err
	}
	return err
}

// dataSource returns the URI that opens the file at the absolute path. It has
// no _journal_mode: install sets that once, it stays in the file. mode=rw keeps
// SQLite from creating the file, with wider permissions, if it vanished.
func dataSource(path string, o Options, extra url.Values) string {
	query := url.Values{
		"mode":          {"rw"},
		"_busy_timeout": {strconv.FormatInt(min(o.BusyTimeout, busySlice).Milliseconds(), 10)},
		"_synchronous":  {string(o.Synchronous)},
		"_foreign_keys": {"1"},
	}
	for name, values := range extra {
		query[name] = values
	}
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query.Encode()}
	return uri.String()
}
