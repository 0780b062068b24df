// Package structure holds the tests of how the module is put together: who may
// import whom.
package structure

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which packages of the module a folder's packages may import,
// tests apart. A folder that is not listed fails the test: say what it may do.
func mayImport() map[string][]string {
	return map[string][]string{
		"wasm":                          {},
		"host":                          {"wasm"},
		"storage":                       {},
		"storage/memory":                {"storage"},
		"storage/record":                {"storage", "activity"},
		"storage/queue":                 {"storage/record"},
		"storage/relational":            {"storage", "storage/record", "storage/queue", "storage/relational/sqlc", "activity"},
		"storage/relational/sqlc":       {},
		"storage/postgres":              {"storage", "storage/record", "storage/queue", "storage/relational", "storage/relational/sqlc", "storage/postgres/sqlc"},
		"storage/postgres/sqlc":         {},
		"storage/postgres/postgrestest": {},
		"storage/sqlite":                {"storage", "storage/record", "storage/queue", "storage/relational", "storage/relational/sqlc"},
		"storage/migrate":               {"storage/postgres", "storage/sqlite"},
		"storage/storagetest":           {"storage", "storage/record", "activity"},
		"activity":                      {},
		"webhook":                       {},
		"secret":                        {},
		"service":                       {"activity", "host", "hostfuncs", "secret", "storage", "storage/record", "webhook"},
		"service/api":                   {"activity", "service", "storage/record", "webhook"},
		"hostfuncs":                     {"host", "storage"},
		"examples":                      {},
		"examples/receiver":             {},
		"internal/measure":              {"host", "hostfuncs", "storage", "storage/memory"},
		"internal/cli": {
			"activity", "examples", "host", "hostfuncs", "internal/measure", "secret", "service", "service/api", "storage",
			"storage/memory", "storage/migrate", "storage/postgres", "storage/record", "storage/sqlite", "webhook",
		},
		"cmd/runner":             {"internal/cli"},
		"quickjs/instrument":     {},
		"quickjs/cmd/instrument": {"quickjs/instrument"},
		"tests/service/load":     {"secret", "storage/postgres/postgrestest", "tests/service/process"},
		"tests/service/process":  {"webhook"},
		"tests/service/machines": {"secret", "storage/postgres/postgrestest", "tests/service/process"},
		"tests/hostile":          {"host", "hostfuncs", "storage", "storage/memory"},
		"tests/hostile/report":   {"host", "tests/hostile"},
		"tests/structure":        {},
	}
}

// forbidden are imports from elsewhere that a folder must not have, by prefix.
func forbidden() map[string][]string {
	return map[string][]string{
		"host":      {"net", "database/", "os", "github.com/mattn/", "github.com/jackc/", "github.com/riverqueue/"},
		"hostfuncs": {"os", "database/"},
		"storage":   {"net/http", "os"},
	}
}

// exceptions are files that may import what their folder may not, with the reason.
func exceptions() map[string]string {
	return map[string]string{
		"host/cache.go":            "os: the directory of the compilation cache",
		"host/cache_owner_unix.go": "os: who owns that directory",
	}
}

type file struct {
	path, folder string
	imports      []string
	test         bool
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return root
}

func sourceFiles(t *testing.T) []file {
	t.Helper()
	root := moduleRoot(t)
	var files []file
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (strings.HasPrefix(name, ".") && path != root || name == "node_modules" || name == "testdata" || name == "bench" || name == "tools" || name == "bin") {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		f, err := parse(path)
		f.path, f.folder = filepath.ToSlash(relative), filepath.ToSlash(filepath.Dir(relative))
		f.test = strings.HasSuffix(name, "_test.go")
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func parse(path string) (file, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		return file{}, err
	}
	var f file
	for _, spec := range tree.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return file{}, err
		}
		f.imports = append(f.imports, name)
	}
	return f, nil
}

func TestArrowsPointOneWay(t *testing.T) {
	t.Parallel()
	allowed := mayImport()
	seen := 0
	for _, f := range sourceFiles(t) {
		if f.test {
			continue
		}
		seen++
		folders, listed := allowed[f.folder]
		if !listed {
			t.Errorf("%s: the folder is not in mayImport", f.path)
		}
		for _, name := range f.imports {
			folder, ours := strings.CutPrefix(name, "cloche/")
			if ours && !contains(folders, folder) {
				t.Errorf("%s imports %s, which %s may not", f.path, name, f.folder)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d files were looked at", seen)
	}
}

func TestWazeroIsKnownToHostAlone(t *testing.T) {
	t.Parallel()
	found := false
	for _, f := range sourceFiles(t) {
		for _, name := range f.imports {
			if !strings.HasPrefix(name, "github.com/tetratelabs/wazero") {
				continue
			}
			found = found || f.folder == "host"
			// The instrumenter's tests run what it writes.
			if f.folder != "host" && !(f.test && f.folder == "quickjs/instrument") {
				t.Errorf("%s imports wazero", f.path)
			}
		}
	}
	if !found {
		t.Error("host does not import wazero: the test looks at the wrong thing")
	}
}

func TestForbiddenImports(t *testing.T) {
	t.Parallel()
	excepted := exceptions()
	for _, f := range sourceFiles(t) {
		if _, ok := excepted[f.path]; ok || f.test {
			continue
		}
		for _, prefix := range forbidden()[f.folder] {
			for _, name := range f.imports {
				if name == prefix || strings.HasPrefix(name, strings.TrimSuffix(prefix, "/")+"/") {
					t.Errorf("%s imports %s", f.path, name)
				}
			}
		}
	}
}

func contains(list []string, item string) bool {
	for _, candidate := range list {
		if candidate == item {
			return true
		}
	}
	return false
}
