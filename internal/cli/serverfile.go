package cli

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// serverFile lies beside a database while a server has it, so that commands which
// find the database taken know whom to ask.
type serverFile struct {
	URL string `json:"url"`
	PID int    `json:"pid"`
}

func (l location) serverFile() string { return l.beside(".server") }

// write puts the file in its place, whole or not at all.
func (f serverFile) write(path string) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return writeWhole(path, append(text, '\n'))
}

// readServerFile returns what a server wrote; ok is false if there is nothing to be
// trusted. A token will be sent to the address in it: a file that others could have
// written is not one of ours. One that its owner alone may read, and we can, is.
func readServerFile(path string) (f serverFile, ok bool) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return serverFile{}, false
	}
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &f) != nil || f.URL == "" {
		return serverFile{}, false
	}
	return f, true
}

// writeWhole writes a file that its owner alone may read. Whoever reads it sees
// the old content or the new one.
func writeWhole(path string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
	}
	return err
}
