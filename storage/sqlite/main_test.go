//go:build cgo

package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"cloche/storage"
)

// writerEnv makes this test binary a process that writes to the database at the
// path it holds, for the tests of what other processes see.
const writerEnv = "CLOCHE_STORAGE_TEST_WRITER"

// writerScope is the scope that writer processes write to.
const writerScope storage.Scope = "writer"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerEnv); path != "" {
		if err := runWriter(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if path := os.Getenv(workerEnv); path != "" {
		fmt.Fprintln(os.Stderr, runWorker(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// runWriter sets one key after another until the quota stops it, and prints the
// number of each once Set has returned.
func runWriter(path string) error {
	ctx := context.Background()
	store, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	for i := 0; i < 500; i++ {
		if err := store.Set(ctx, writerScope, writerKey(i), writerValue(i), storage.Limits{}); err != nil {
			return err
		}
		if err := store.Set(ctx, writerScope, "last", storage.Number(float64(i)), storage.Limits{}); err != nil {
			return err
		}
		if _, err := fmt.Println(i); err != nil {
			return err
		}
	}
	return store.Close()
}

func writerKey(i int) string { return fmt.Sprint("key ", i) }

func writerValue(i int) storage.Value { return storage.String(strings.Repeat("v", i%50*40)) }

// writer is a process that runs runWriter.
type writer struct {
	command *exec.Cmd
	stdout  io.Reader
	stderr  *strings.Builder
}

func startWriter(t *testing.T, path string) *writer {
	t.Helper()
	return startProcess(t, writerEnv, path)
}

// startProcess starts this test binary as what env makes of it.
func startProcess(t *testing.T, env, path string) *writer {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := &writer{command: exec.Command(executable), stderr: &strings.Builder{}}
	w.command.Env = append(os.Environ(), env+"="+path)
	w.command.Stderr = w.stderr
	if w.stdout, err = w.command.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := w.command.Start(); err != nil {
		t.Fatal(err)
	}
	return w
}

// acknowledged reads the process's output to its end and returns the number of
// rounds it has printed; each is told to seen.
func (w *writer) acknowledged(t *testing.T, seen func(rounds int)) int {
	t.Helper()
	rounds := 0
	for lines := bufio.NewScanner(w.stdout); lines.Scan(); {
		if n, err := strconv.Atoi(lines.Text()); err != nil || n != rounds {
			t.Fatalf("the writer printed %q, want %d", lines.Text(), rounds)
		}
		rounds++
		seen(rounds)
	}
	return rounds
}
