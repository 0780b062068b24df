package cli

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// envPrefix begins the names of environment variables: RUNNER_DATA_DIR is --data-dir.
const envPrefix = "RUNNER_"

// maxConfig bounds a file of settings, in bytes.
const maxConfig = 1 << 20

// fillFlags sets the flags that the command line did not from the environment, or
// else from the TOML file path; "" is no file. What the file says of no flag is an
// error: a setting with a misspelt name would be off and look on.
func fillFlags(flags *pflag.FlagSet, path string) error {
	file, err := readConfig(path)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(file.Raw())) {
		if flags.Lookup(name) == nil {
			return invalid("%s: there is no setting %q", path, name)
		}
	}
	environment, err := readEnvironment()
	if err != nil {
		return err
	}
	var problems []error
	flags.VisitAll(func(f *pflag.Flag) {
		switch {
		case f.Changed:
		case environment.Exists(f.Name):
			problems = append(problems, setFlag(flags, f, environment, envName(f.Name)))
		case file.Exists(f.Name):
			problems = append(problems, setFlag(flags, f, file, path+": "+f.Name))
		}
	})
	return errors.Join(problems...)
}

// noDelimiter keeps koanf from taking names apart.
const noDelimiter = "\x00"

func readConfig(path string) (*koanf.Koanf, error) {
	k := koanf.New(noDelimiter)
	if path == "" {
		return k, nil
	}
	text, err := readFile(Streams{}, path, maxConfig)
	if err != nil {
		return nil, err
	}
	if err := k.Load(rawbytes.Provider(text), toml.Parser()); err != nil {
		return nil, invalid("%s: not TOML: %w", path, err)
	}
	return k, nil
}

func readEnvironment() (*koanf.Koanf, error) {
	k := koanf.New(noDelimiter)
	return k, k.Load(env.Provider(noDelimiter, env.Opt{
		Prefix: envPrefix,
		TransformFunc: func(name, value string) (string, any) {
			if value == "" {
				return "", nil // as good as unset
			}
			return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, envPrefix)), "_", "-"), value
		},
	}), nil)
}

func envName(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// setFlag sets a flag from a setting. A list sets it once for each item; in the
// environment commas part them.
func setFlag(flags *pflag.FlagSet, f *pflag.Flag, from *koanf.Koanf, source string) error {
	values := []string{from.String(f.Name)}
	if _, list := f.Value.(pflag.SliceValue); list {
		if values = from.Strings(f.Name); len(values) == 0 {
			values = strings.Split(from.String(f.Name), ",")
		}
	}
	for _, value := range values {
		if err := flags.Set(f.Name, strings.TrimSpace(value)); err != nil {
			return usage("%s: %q: %w", source, value, errors.Unwrap(err))
		}
	}
	return nil
}

// dataDirectory returns where the database is unless somebody says otherwise.
func dataDirectory() (string, error) {
	if path := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(path) {
		return filepath.Join(path, "cloche"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", usage("there is no home directory: say --data-dir")
	}
	return filepath.Join(home, ".local", "share", "cloche"), nil
}

// location says where a database and its key are.
type location struct {
	dataDir  string
	database string
	keyFile  string
}

func (l *location) flags(f *pflag.FlagSet) {
	f.StringVar(&l.dataDir, "data-dir", "", "`directory` of the database and its key (default ~/.local/share/cloche)")
	f.StringVar(&l.database, "database", "", "SQLite `file` of the database, or postgres://… for one that several servers share (default runner.db in the data directory)")
	f.StringVar(&l.keyFile, "key-file", "", "`file` of the key that encrypts secrets (default <database>.key, made if missing; servers that share a database share it)")
}

// resolved returns l with absolute paths in the place of what was left out.
func (l location) resolved() (location, error) {
	if strings.Contains(l.database, "://") && !l.shared() {
		return l, usage("--database %s: name a file, or postgres://user@host/database", redactURL(l.database))
	}
	var err error
	if l.dataDir == "" {
		if l.dataDir, err = dataDirectory(); err != nil {
			return l, err
		}
	}
	l.dataDir = expandHome(l.dataDir)
	if l.database == "" {
		l.database = filepath.Join(l.dataDir, "runner.db")
	}
	if !l.shared() {
		if l.database, err = filepath.Abs(expandHome(l.database)); err != nil {
			return l, err
		}
	}
	if l.keyFile == "" {
		l.keyFile = l.beside(".key")
	}
	l.keyFile, err = filepath.Abs(expandHome(l.keyFile))
	return l, err
}

// shared reports whether the database is one that several servers may have at a time.
func (l location) shared() bool {
	return strings.HasPrefix(l.database, "postgres://") || strings.HasPrefix(l.database, "postgresql://")
}

// beside returns the path of a file that belongs to the database.
func (l location) beside(suffix string) string {
	if l.shared() {
		return filepath.Join(l.dataDir, "postgres"+suffix)
	}
	return l.database + suffix
}

// redactURL leaves of an address what says which kind it is: the rest may hold a
// password.
func redactURL(text string) string {
	scheme, _, _ := strings.Cut(text, "://")
	return scheme + "://..."
}
