package worker

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

// memory measures what Count of State add to the resident memory.
func (s *server) memory(r Request) (Response, error) {
	var bytes int64
	var err error
	holder, holds := s.engine.(Holder)
	switch {
	case r.State == Installed:
		bytes, err = s.installed(r)
	case r.State == Idle && holds:
		bytes, err = held(holder, r.Count)
	case r.State == Running || r.State == Idle:
		bytes, err = s.sandboxes(r)
	default:
		err = fmt.Errorf("unknown state %q", r.State)
	}
	return Response{Bytes: bytes}, err
}

// growth returns what work adds to the resident memory.
func growth(work func() error) (int64, error) {
	before, err := resident()
	if err != nil {
		return 0, err
	}
	if err := work(); err != nil {
		return 0, err
	}
	after, err := resident()
	return after - before, err
}

func (s *server) installed(r Request) (int64, error) {
	kept := make([]Script, r.Count)
	bytes, err := growth(func() (err error) {
		for n := range kept {
			source := r.Source + "\n// " + strconv.Itoa(n)
			if kept[n], err = s.engine.Install(source, s.functions(r.Functions)); err != nil {
				return err
			}
		}
		return nil
	})
	runtime.KeepAlive(kept)
	return bytes, err
}

func held(holder Holder, count int) (int64, error) {
	release := func() {}
	bytes, err := growth(func() (err error) {
		release, err = holder.Hold(count)
		return err
	})
	if err == nil {
		release()
	}
	return bytes, err
}

// sandboxes measures while scripts wait in block; or when they are through, in a
// pool that keeps them. One more than Count runs: a pool has one at the start.
func (s *server) sandboxes(r Request) (int64, error) {
	script := s.scripts[r.Name]
	if script == nil {
		return 0, fmt.Errorf("no script %q is installed", r.Name)
	}
	s.blocked = make(chan struct{}, r.Count+1)
	s.release = make(chan struct{})
	ended := make(chan error, r.Count+1)
	begin := func(count int) error {
		for range count {
			go func() {
				_, err := attempt(script)
				ended <- err
			}()
		}
		return s.awaitBlocked(count, ended)
	}
	finish := func(count int) error {
		close(s.release)
		for range count {
			if err := <-ended; err != nil {
				return err
			}
		}
		return nil
	}
	if r.State == Idle {
		return growth(func() error { return errors.Join(begin(r.Count+1), finish(r.Count+1)) })
	}
	if err := begin(1); err != nil {
		return 0, err
	}
	bytes, err := growth(func() error { return begin(r.Count) })
	return bytes, errors.Join(err, finish(r.Count+1))
}

// patience is how long all sandboxes may take to get to where they wait.
const patience = 90 * time.Second

func (s *server) awaitBlocked(count int, ended <-chan error) error {
	timeout := time.After(patience)
	for n := range count {
		select {
		case <-s.blocked:
		case err := <-ended:
			return fmt.Errorf("a run ended early: %v", err)
		case <-timeout:
			return fmt.Errorf("%d of %d sandboxes were running after %v", n, count, patience)
		}
	}
	return nil
}

// resident returns the resident memory of the process with the Go heap collected
// and given back.
func resident() (int64, error) {
	debug.FreeOSMemory()
	debug.FreeOSMemory()
	return ResidentOf("self")
}
