// Package postgrestest starts a PostgreSQL of their own for tests: a new cluster in a
// temporary directory, on loopback, gone when the tests are.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is a running PostgreSQL server.
type Cluster struct {
	dir     string
	port    int
	bin     string
	durable bool
	account account // the server's, when the tests run as root
	next    atomic.Int64
}

// errMissing says that there are no binaries.
var errMissing = errors.New("no PostgreSQL server is installed: on Debian, 'apt-get install postgresql' brings one; it need not run")

// Shared starts a cluster when it is first asked for one. Its zero value is ready.
type Shared struct {
	once    sync.Once
	cluster *Cluster
	err     error
}

// Database returns the connection string of a new, empty database in the cluster. The
// test is skipped if no PostgreSQL is installed, and fails if CI is set.
func (s *Shared) Database(t testing.TB) string {
	t.Helper()
	dsn, err := s.Cluster(t).Create(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// Cluster returns the cluster itself.
func (s *Shared) Cluster(t testing.TB) *Cluster {
	t.Helper()
	s.once.Do(func() { s.cluster, s.err = Start() })
	switch {
	case errors.Is(s.err, errMissing) && os.Getenv("CI") == "":
		t.Skip(s.err)
	case s.err != nil:
		t.Fatal(s.err)
	}
	return s.cluster
}

// Stop stops the cluster, if it was started: TestMain calls it after the tests.
func (s *Shared) Stop() {
	if s.cluster != nil {
		s.cluster.Stop()
	}
}

// Start makes a cluster and starts it. It loses what a loss of power would lose: the
// machine of a test has none.
func Start() (*Cluster, error) { return start(false) }

// StartDurable makes a cluster and starts it with PostgreSQL's own settings, for figures.
func StartDurable() (*Cluster, error) { return start(true) }

func start(durable bool) (_ *Cluster, err error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, durable: durable}
	if c.dir, err = os.MkdirTemp("", "cloche-postgres-*"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(c.dir)
		}
	}()
	if err := c.own(); err != nil {
		return nil, err
	}
	if c.port, err = freePort(); err != nil {
		return nil, err
	}
	if err := c.run("initdb", "-D", c.data(), "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"); err != nil {
		return nil, err
	}
	return c, c.Resume()
}

// binaries returns the folder of initdb and pg_ctl.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if resolved, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(resolved), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errMissing
	}
	return filepath.Dir(found[len(found)-1]), nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) run(program string, args ...string) error {
	command := exec.Command(filepath.Join(c.bin, program), args...)
	command.Dir = c.dir
	c.account.apply(command)
	// To a file: a server that pg_ctl leaves behind would hold a pipe open.
	log, err := os.OpenFile(filepath.Join(c.dir, program+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	command.Stdout, command.Stderr = log, log
	if err := command.Run(); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w\n%s", program, err, text)
	}
	return nil
}

// Resume starts the server of a cluster, after Halt too, at the same address.
func (c *Cluster) Resume() error {
	options := []string{
		"-p " + strconv.Itoa(c.port), "-c listen_addresses=127.0.0.1", "-c unix_socket_directories=" + c.dir,
		"-c max_connections=200", "-c log_min_messages=fatal",
	}
	if !c.durable {
		options = append(options, "-c fsync=off", "-c full_page_writes=off")
	}
	return c.run("pg_ctl", "-D", c.data(), "-w", "-t", "60", "-l", filepath.Join(c.dir, "server.log"), "-o", strings.Join(options, " "), "start")
}

// Halt stops the server: at once, as if it had crashed, or after it has said goodbye.
func (c *Cluster) Halt(crash bool) error {
	mode := "fast"
	if crash {
		mode = "immediate"
	}
	return c.run("pg_ctl", "-D", c.data(), "-w", "-t", "60", "-m", mode, "stop")
}

// Stop stops the server and removes the cluster.
func (c *Cluster) Stop() {
	_ = c.Halt(true)
	_ = os.RemoveAll(c.dir)
}

// Address is where the server listens.
func (c *Cluster) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)) }

// DSN returns the connection string of a database.
func (c *Cluster) DSN(database string) string {
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable", c.Address(), database)
}

// Create makes a new, empty database and returns its connection string.
func (c *Cluster) Create(ctx context.Context) (string, error) { return c.create(ctx, "template1") }

// Copy makes a new database with all that is in the one of a connection string, to which
// nobody may be connected. It takes less time than a migration.
func (c *Cluster) Copy(ctx context.Context, dsn string) (string, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return "", err
	}
	return c.create(ctx, config.Database)
}

func (c *Cluster) create(ctx context.Context, template string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.DSN("postgres"))
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	name := fmt.Sprintf("test_%d", c.next.Add(1))
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+pgx.Identifier{template}.Sanitize())
	return c.DSN(name), err
}
