//go:build linux

package service

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// diskEnv makes the test run in a process that may mount a small disk at the path it
// holds: one with a mount table of its own, which nobody else sees.
const diskEnv = "CLOCHE_SERVICE_TEST_DISK"

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

// smallDisk is a server whose data lie on a disk of 3 MiB.
type smallDisk struct {
	*server
	project, integration string
	accepted             int
}

// TestOnSmallDisk is what TestDisk runs.
func TestOnSmallDisk(t *testing.T) {
	dir := os.Getenv(diskEnv)
	if dir == "" {
		t.Skip("TestDisk runs it")
	}
	if err := unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Skip(err)
	}
	if err := unix.Mount("small", dir, "tmpfs", 0, "size=3m"); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	d := &smallDisk{server: &server{t: t, dir: dir, flags: []string{"--allow-network", "127.0.0.0/8"}}}
	d.fullAtFirst()
	d.start()
	t.Cleanup(d.kill)
	d.fillsUp()
	d.stop()
	d.fullAtStart()
	d.readOnly()
}

// fill leaves no space; the returned function gives it back.
func (d *smallDisk) fill() (empty func()) {
	d.t.Helper()
	path := filepath.Join(d.dir, "ballast")
	file, err := os.Create(path)
	if err != nil {
		d.t.Fatal(err)
	}
	for block := make([]byte, 4096); err == nil; {
		_, err = file.Write(block)
	}
	if !errors.Is(err, unix.ENOSPC) {
		d.t.Fatal(err)
	}
	_ = file.Close()
	return func() {
		if err := os.Remove(path); err != nil {
			d.t.Fatal(err)
		}
	}
}

// fullAtFirst: where there is no space for a database none is begun, and no key.
func (d *smallDisk) fullAtFirst() {
	empty := d.fill()
	d.refused(asOurselves, 1, `DIR/runner.db: no space left for the database .*: make room on its disk`)
	if _, err := os.Stat(d.database() + ".key"); !errors.Is(err, fs.ErrNotExist) {
		d.t.Errorf("the key: %v, want none", err)
	}
	empty()
}

// take delivers an activity, which must be accepted or refused with 503.
func (d *smallDisk) take(n int) (status int) {
	d.t.Helper()
	answer, status, err := d.deliver(d.project, fmt.Sprintf(`{"id":"a%d",%s`, n, anything[1:]))
	switch {
	case err != nil || status != 202 && status != 503:
		d.t.Fatal(answer, status, err)
	case status == 202 && answer["duplicate"] == true:
		d.t.Errorf("delivery %d, which was refused, is a duplicate", n)
	case status == 202:
		d.accepted++
	case answer["code"] != "busy":
		d.t.Errorf("503 is %v", answer)
	}
	return status
}

// fillsUp has the disk fill up while a script runs: deliveries are refused and nothing
// is half-written. What was accepted is done when there is space again.
func (d *smallDisk) fillsUp() {
	asked, release := make(chan struct{}, 10), make(chan struct{})
	peer := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-release
	}))
	defer peer.Close()
	d.project = d.server.project()
	d.integration = d.server.integration(d.project, fmt.Sprintf(`
		var s = require("storage"), n = (s.get("n") || 0) + 1;
		s.set("n", n);
		if (n === 1) fetch(%q);
		console.log("number", n)`, peer.URL), nil)
	d.take(0)
	<-asked
	empty := d.fill()
	n := 1
	for d.take(n) != 503 {
		n++
	}
	d.unready()
	close(release) // the run ends, and cannot be recorded
	for range 20 {
		d.take(n)
	}
	empty()
	d.ready()
	for range 10 {
		n++
		if status := d.take(n); status != 202 {
			d.t.Errorf("with space again: status %d", status)
		}
	}
	d.drained()
	d.has(d.project, d.integration, d.accepted)
	d.accepted++ // of has
	d.drained()
}

func (d *smallDisk) probe() int {
	d.t.Helper()
	response, err := client.Get(d.url + "/readyz")
	if err != nil {
		d.t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// unready waits until the server says that it is not ready: what little was left for
// others, a probe uses up.
func (d *smallDisk) unready() {
	d.t.Helper()
	for range 1000 {
		if d.probe() == 503 {
			return
		}
	}
	d.t.Error("/readyz does not tell of the full disk")
}

func (d *smallDisk) ready() {
	d.t.Helper()
	for range 1000 {
		if d.probe() == 200 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	d.t.Fatal("/readyz does not tell of the space")
}

// fullAtStart: the database is left as it is.
func (d *smallDisk) fullAtStart() {
	empty := d.fill()
	before := fingerprint(d.t, d.database())
	d.refused(asOurselves, 1, `DIR/runner.db: no space left for the database .*: make room on its disk`)
	if fingerprint(d.t, d.database()) != before {
		d.t.Error("the database is not what it was")
	}
	empty()
	d.again()
}

// readOnly: so it is on a file system that cannot be written.
func (d *smallDisk) readOnly() {
	if err := unix.Mount("small", d.dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		d.t.Fatal(err)
	}
	d.refused(asOurselves, 1, `DIR/runner.db: the database is read-only: let this user write it and its directory, or name another with --database`)
	if err := unix.Mount("small", d.dir, "", unix.MS_REMOUNT, ""); err != nil {
		d.t.Fatal(err)
	}
	d.again()
}

// again starts the server, finds everything and stops it.
func (d *smallDisk) again() {
	d.t.Helper()
	d.start()
	d.has(d.project, d.integration, d.accepted)
	d.accepted++
	d.drained()
	d.stop()
}
