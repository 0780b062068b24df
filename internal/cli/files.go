package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxInput bounds what is read of a file that is not a script, in bytes.
const maxInput = 16 << 20

// readFile reads a file, or stdin for "-", of at most limit bytes. Its errors are
// one line and say which file.
func readFile(s Streams, path string, limit int64) ([]byte, error) {
	if path == "-" {
		return readLimited(s.In, "standard input", limit)
	}
	info, err := os.Stat(expandHome(path))
	if err != nil {
		return nil, invalid("%s: %s", path, plainReason(err))
	}
	if info.IsDir() {
		return nil, invalid("%s is a directory, not a file", path)
	}
	file, err := os.Open(expandHome(path))
	if err != nil {
		return nil, invalid("%s: %s", path, plainReason(err))
	}
	defer file.Close()
	return readLimited(file, path, limit)
}

func readLimited(r io.Reader, name string, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, invalid("%s: %s", name, plainReason(err))
	}
	if int64(len(data)) > limit {
		return nil, invalid("%s is larger than %s", name, formatBytes(limit))
	}
	return data, nil
}

// plainReason returns the cause of a file error without the path and the system
// call.
func plainReason(err error) string {
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "you may not read it"
	case errors.As(err, &pathError):
		return pathError.Err.Error()
	}
	return err.Error()
}

func expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}

// readObject reads a file that must hold one JSON object. The bytes stay as they
// are: the script sees exactly what is in the file.
func readObject(s Streams, path string) (json.RawMessage, error) {
	data, err := readFile(s, path, maxInput)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, invalid("%s: %s", path, jsonProblem(data, err))
	}
	if object == nil {
		return nil, invalid("%s: it holds null, and must hold a JSON object", path)
	}
	return data, nil
}

// jsonProblem says what is wrong with a JSON text, and where.
func jsonProblem(data []byte, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return "it is empty, and must hold a JSON object"
	case errors.As(err, &syntax):
		line, column := lineAndColumn(data, syntax.Offset)
		return fmt.Sprintf("not JSON: line %d, column %d: %v", line, column, err)
	case errors.As(err, &kind):
		return fmt.Sprintf("it holds a JSON %s, and must hold an object", kind.Value)
	}
	return "not JSON: " + err.Error()
}

func lineAndColumn(data []byte, offset int64) (line, column int) {
	before := data[:min(int(offset), len(data))]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, max(len(before)-1-bytes.LastIndexByte(before, '\n'), 1)
}
