package service

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

// fault is something that keeps a server from starting.
type fault struct {
	name string
	// cause brings it about and returns what takes it away.
	cause func(*testing.T, *server) (mend func())
	code  int
	says  string // a regular expression for the whole line after "runner: "
}

// TestStartRefused breaks what a server needs to start. It says so in one line, leaves
// the database as it is, and starts with all that it had when the cause is gone.
func TestStartRefused(t *testing.T) {
	t.Parallel()
	origin := newServer(t)
	project := origin.project()
	integration := origin.integration(project, "console.log(activity.type)", nil)
	if answer, status, err := origin.deliver(project, anything); err != nil || status != 202 {
		t.Fatal(answer, status, err)
	}
	origin.drained()
	origin.stop()
	for _, f := range append(append(databaseFaults(), accessFaults()...), settingFaults()...) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := &server{t: t, dir: t.TempDir()}
			if err := os.CopyFS(s.dir, os.DirFS(origin.dir)); err != nil {
				t.Fatal(err)
			}
			mend := f.cause(t, s)
			before := fingerprint(t, s.database())
			s.refused(asNobody, f.code, f.says)
			if fingerprint(t, s.database()) != before {
				t.Error("the database is not what it was")
			}
			mend()
			s.start()
			t.Cleanup(s.kill)
			s.has(project, integration, 1)
		})
	}
}

// has checks that the runs of the integration are there and went well, and that a new delivery
// is taken: the key is right.
func (s *server) has(project, integration string, runs int) {
	s.t.Helper()
	list := s.call("GET", "/api/projects/"+project+"/integrations/"+integration+"/activities?limit=1000", nil, 200)["list"].([]any)
	if len(list) != runs {
		s.t.Errorf("%d runs, want %d", len(list), runs)
	}
	for _, item := range list {
		if run := item.(map[string]any); run["code"] != "ok" {
			s.t.Errorf("a run ended with %v", run)
		}
	}
	again := fmt.Sprintf(`{"id":"a%d",%s`, time.Now().UnixNano(), anything[1:])
	if answer, status, err := s.deliver(project, again); err != nil || status != 202 || answer["duplicate"] == true {
		s.t.Error(answer, status, err)
	}
}

// refused starts the server as somebody. It must end at once with code and one line
// that says matches.
func (s *server) refused(as func(*exec.Cmd), code int, says string) {
	s.t.Helper()
	command := runner(s.dir, append([]string{"serve", "--listen", "127.0.0.1:0", "--data-dir", s.dir}, s.flags...)...)
	as(command)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	if got := command.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, want %d", got, code)
	}
	text := strings.ReplaceAll(stderr.String(), s.dir, "DIR")
	if matched, err := regexp.MatchString("^runner: "+says+"\n$", text); err != nil || !matched {
		s.t.Errorf("it says\n%swant one line that matches\n%s (%v)", text, says, err)
	}
}

// asOurselves has a command run as who we are.
func asOurselves(*exec.Cmd) {}

// asNobody has a command run as a user who may do nothing, if we are root and could
// not be refused anything otherwise.
func asNobody(command *exec.Cmd) {
	if os.Getuid() == 0 {
		command.Path = "/proc/self/exe" // its directory is root's
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
}

const nobody = 65534

// open lets whoever asNobody is have the directory of the server with its files.
func (s *server) open() {
	s.t.Helper()
	check := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	if os.Getuid() == 0 {
		check(os.Chmod(filepath.Dir(s.dir), 0o711)) // of the test
		check(os.Chown(s.dir, nobody, nobody))
	}
	entries, err := os.ReadDir(s.dir)
	check(err)
	for _, entry := range entries {
		if os.Getuid() == 0 {
			check(os.Chown(filepath.Join(s.dir, entry.Name()), nobody, nobody))
		}
	}
}

func fingerprint(t testing.TB, path string) [32]byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(text)
}

// databaseFaults are files that are no database of this program.
func databaseFaults() []fault {
	const damaged = `DIR/runner.db: (list projects: )?the database is damaged \(.+\): restore it from a backup, or move it away to begin anew`
	const foreign = `DIR/runner.db: not a storage database: it is .+: name another file with --database`
	return []fault{
		{"random", overwritten(0, 100_000), 1, foreign},
		{"truncated", truncated(20_000), 1, damaged},
		{"truncated in a page", truncated(4097), 1, damaged},
		{"damaged schema", overwritten(100, 2000), 1, damaged},
		{"damaged versions", overwritten(4096, 4096), 1, damaged},
		{"damaged projects", overwritten(5*4096, 4096), 1, damaged},
		{"missing table", changed("DROP TABLE line"), 1, damaged},
		{"newer", changed("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)"), 1,
			`DIR/runner.db: the database was written by a newer version of this program: .* 99, .*: use that version, or a backup from before it`},
		{"of another program", changed("PRAGMA application_id = 1"), 1, foreign},
		{"a directory", func(t *testing.T, s *server) func() {
			path := filepath.Join(s.dir, "directory")
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			s.flags = []string{"--database", path}
			s.open()
			return func() { s.flags = nil }
		}, 1, `DIR/directory: not a storage database: it is a directory: name another file with --database`},
	}
}

// spoilt changes the database by a function, and mends it by putting back what there
// was.
func spoilt(change func(*testing.T, string)) func(*testing.T, *server) func() {
	return func(t *testing.T, s *server) func() {
		whole, err := os.ReadFile(s.database())
		if err != nil {
			t.Fatal(err)
		}
		change(t, s.database())
		s.open()
		return func() {
			if err := os.WriteFile(s.database(), whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// overwritten puts n bytes of nonsense at an offset.
func overwritten(offset int64, n int) func(*testing.T, *server) func() {
	return spoilt(func(t *testing.T, path string) {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = file.WriteAt(bytes.Repeat([]byte{0xa5, 0xff}, n/2), offset)
		if err = errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
	})
}

func truncated(size int64) func(*testing.T, *server) func() {
	return spoilt(func(t *testing.T, path string) {
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
	})
}

// changed runs a statement of SQL.
func changed(statement string) func(*testing.T, *server) func() {
	return spoilt(func(t *testing.T, path string) {
		db, err := sql.Open("sqlite3", path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.Exec(statement)
		if err = errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	})
}

// accessFaults are files and directories that the server may not have.
func accessFaults() []fault {
	const unwritable = `: let this user write it and its directory, or name another with --database`
	return []fault{
		{"unwritable directory", func(t *testing.T, s *server) func() {
			s.open()
			return closed(t, s.dir, 0o555)
		}, 1, `DIR/runner.db: .*the database is read-only.*` + unwritable},
		{"unreachable directory", func(t *testing.T, s *server) func() {
			s.open()
			return closed(t, s.dir, 0)
		}, 1, `DIR/runner.db: the database is read-only` + unwritable},
		{"unwritable file", func(t *testing.T, s *server) func() {
			s.open()
			return closed(t, s.database(), 0o444)
		}, 1, `DIR/runner.db: .*the database is read-only.*` + unwritable},
		{"directory that cannot be made", func(t *testing.T, s *server) func() {
			s.open()
			s.flags = []string{"--data-dir", filepath.Join(s.dir, "runner.db", "below")}
			return func() { s.flags = nil }
		}, 1, `DIR/runner.db/below: a file is where a directory must be`},
		{"in use", func(t *testing.T, s *server) func() {
			other := &server{t: t, dir: s.dir}
			other.start()
			t.Cleanup(other.kill)
			s.open()
			return other.stop
		}, 1, `DIR/runner.db: the database is in use by another process: stop the server that has it, or name another with --database`},
	}
}

// closed takes away permissions, and gives them back.
func closed(t *testing.T, path string, mode os.FileMode) func() {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
	back := func() { _ = os.Chmod(path, info.Mode().Perm()) }
	t.Cleanup(back)
	return back
}

// settingFaults are settings and keys that do not fit.
func settingFaults() []fault {
	return []fault{
		{"port in use", func(t *testing.T, s *server) func() {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s.flags = []string{"--listen", listener.Addr().String()}
			s.open()
			return func() { _ = listener.Close() }
		}, 1, `127.0.0.1:\d+ is in use by another program: choose another address with --listen`},
		{"no key", keyOf(""), 1,
			`there is no key file DIR/runner.db.key, but the database holds secrets that need one: put it back, or name it with --key-file`},
		{"another key", keyOf(strings.Repeat("01", 31) + "02\n"), 1,
			`DIR/runner.db.key: .*another key: it needs key \w+, this is key \w+: name the right one with --key-file`},
		{"malformed key", keyOf("secret\n"), 4, `DIR/runner.db.key: .*it must be 64 hexadecimal digits, or 32 bytes in base64`},
		{"unreadable key", func(t *testing.T, s *server) func() {
			s.open()
			return closed(t, s.database()+".key", 0)
		}, 1, `DIR/runner.db.key: you may not read it`},
		{"no certificate", certificate("missing.pem"), 4, `--tls-cert DIR/missing.pem, --tls-key DIR/runner.db.key: .*no such file.*`},
		{"bad certificate", certificate("runner.db.key"), 4, `--tls-cert DIR/runner.db.key, --tls-key DIR/runner.db.key: .*PEM.*`},
	}
}

// keyOf puts a text in place of the key; "" takes it away.
func keyOf(text string) func(*testing.T, *server) func() {
	return func(t *testing.T, s *server) func() {
		path := s.database() + ".key"
		right, err := os.ReadFile(path)
		if err == nil && text == "" {
			err = os.Remove(path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		s.open()
		return func() {
			if err := os.WriteFile(path, right, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func certificate(name string) func(*testing.T, *server) func() {
	return func(_ *testing.T, s *server) func() {
		s.flags = []string{"--tls-cert", filepath.Join(s.dir, name), "--tls-key", s.database() + ".key"}
		s.open()
		return func() { s.flags = nil }
	}
}
