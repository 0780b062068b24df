//go:build cgo && linux

package hostile

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"cloche/host"
	"cloche/storage/sqlite"
)

// diskEnv makes the test run in a process that may mount a small disk at the path it
// holds: one with a mount table of its own, which nobody else sees.
const diskEnv = "CLOCHE_HOSTILE_TEST_DISK"

// TestDisk runs what needs a disk that is full or cannot be written, in a process of
// its own. Where the system does not let processes have their own mounts, it is
// skipped.
func TestDisk(t *testing.T) {
	t.Parallel()
	if os.Getenv(diskEnv) != "" {
		t.Skip("this is the process")
	}
	own := func(flags uintptr) ([]byte, error) {
		command := exec.Command(os.Args[0], "-test.run=^TestOnSmallDisk$", "-test.v")
		command.Env = append(os.Environ(), diskEnv+"="+t.TempDir())
		command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL}
		if flags&syscall.CLONE_NEWUSER != 0 {
			self := func(id int) []syscall.SysProcIDMap { return []syscall.SysProcIDMap{{HostID: id, Size: 1}} }
			command.SysProcAttr.UidMappings, command.SysProcAttr.GidMappings = self(os.Getuid()), self(os.Getgid())
		}
		return command.CombinedOutput()
	}
	output, err := own(syscall.CLONE_NEWNS)
	if errors.Is(err, fs.ErrPermission) {
		output, err = own(syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER)
	}
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		t.Skipf("no process with mounts of its own: %v", err)
	case strings.Contains(string(output), "--- SKIP"):
		t.Skipf("%s", output)
	case err != nil || !strings.Contains(string(output), "--- PASS: TestOnSmallDisk"):
		t.Errorf("%v\n%s", err, output)
	}
}

// TestOnSmallDisk is what TestDisk runs.
func TestOnSmallDisk(t *testing.T) {
	disk := os.Getenv(diskEnv)
	if disk == "" {
		t.Skip("TestDisk runs it")
	}
	if err := unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Skip(err)
	}
	if err := unix.Mount("small", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip(err)
	}
	defer func() { _ = unix.Unmount(disk, unix.MNT_DETACH) }()
	path := filepath.Join(disk, "small.db")
	fillUp(t, disk, path)
	readOnly(t, disk, path)
}

// fillUp: a full disk ends the run that writes with internal_error and leaves what was
// stored. When there is room again, everything goes on.
func fillUp(t *testing.T, disk, path string) {
	store := openSQLite(t, path, sqlite.Options{})
	result, err := playStorage(t, store, host.Limits{}, setAndGet)
	wantLog(t, result, err, "1")
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 700<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	const large = `for (let i = 0; i < 100; i++) storage.set("large" + i % 3, "x".repeat(100_000 + i)); console.log("all fits")`
	result, err = playStorage(t, store, host.Limits{}, large)
	wantFault(t, result, err, sqlite.ErrFull)
	result, err = playStorage(t, store, host.Limits{}, `console.log(storage.get("k"))`)
	wantLog(t, result, err, "1")
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	result, err = playStorage(t, store, host.Limits{}, setAndGet)
	wantLog(t, result, err, "2")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// readOnly: what cannot be written is refused when it is opened, before any run.
func readOnly(t *testing.T, disk, path string) {
	if err := unix.Mount("small", disk, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"a file": path, "no file": filepath.Join(disk, "new.db")} {
		store, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err == nil {
			_ = store.Close()
			t.Fatalf("%s: it was opened", name)
		}
		if !errors.Is(err, sqlite.ErrReadOnly) && !errors.Is(err, unix.EROFS) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: Open says %v, want ErrReadOnly", name, err)
		}
	}
}
