package service

import (
	"container/list"
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"cloche/host"
	"cloche/storage/record"
)

// scriptName is what stack traces call a script: the service knows no file.
const scriptName = "script.js"

// mostScriptBytes bounds the scripts that are kept compiled, in bytes of their texts,
// with scriptOverhead for each: what small ones take beside. Images are bounded by the
// engine.
const (
	mostScriptBytes = 64 << 20
	scriptOverhead  = 32 << 10
)

// scriptKept is how long a script that nobody runs stays compiled: compiling takes a few
// milliseconds, and versions that were replaced are not asked for again.
const scriptKept = 10 * time.Minute

// scripts keeps compiled scripts by the hash of their text, those used last. Projects
// with the same text share one: it holds nothing of either.
type scripts struct {
	database record.Database
	engine   Compiler
	flight   singleflight.Group

	mu    sync.Mutex
	order list.List // of *compiled, the one used last at the front
	known map[string]*list.Element
	bytes int
}

type compiled struct {
	hash   string
	bytes  int
	script *host.Script
	used   time.Time
}

func newScripts(database record.Database, engine Compiler) *scripts {
	return &scripts{database: database, engine: engine, known: make(map[string]*list.Element)}
}

// of returns the script of a version.
func (s *scripts) of(ctx context.Context, v record.Version) (*host.Script, error) {
	if script := s.get(v.Hash); script != nil {
		return script, nil
	}
	version, err := s.database.Version(ctx, v.IntegrationID, v.Number)
	if err != nil {
		return nil, err
	}
	return s.compile(ctx, version.Hash, version.Script)
}

// compile parses a text once, however many ask for it at a time.
func (s *scripts) compile(ctx context.Context, hash string, text []byte) (*host.Script, error) {
	if script := s.get(hash); script != nil {
		return script, nil
	}
	// The first to ask must not end it for the others by leaving.
	ctx = context.WithoutCancel(ctx)
	result, err, _ := s.flight.Do(hash, func() (any, error) {
		script, err := s.engine.Compile(ctx, scriptName, text)
		if err == nil {
			s.put(&compiled{hash: hash, bytes: len(text) + scriptOverhead, script: script})
		}
		return script, err
	})
	if err != nil {
		return nil, err
	}
	return result.(*host.Script), nil
}

func (s *scripts) get(hash string) *host.Script {
	s.mu.Lock()
	defer s.mu.Unlock()
	element := s.known[hash]
	if element == nil {
		return nil
	}
	s.order.MoveToFront(element)
	c := element.Value.(*compiled)
	c.used = time.Now()
	s.dropUnused(c.used)
	return c.script
}

func (s *scripts) put(c *compiled) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[c.hash] != nil {
		return
	}
	c.used = time.Now()
	s.known[c.hash] = s.order.PushFront(c)
	s.bytes += c.bytes
	s.dropUnused(c.used)
}

// dropUnused drops scripts that were not used for long, and those used longest ago while
// there are too many; never the last one that is left. mu is held.
func (s *scripts) dropUnused(now time.Time) {
	for s.order.Len() > 1 {
		oldest := s.order.Back().Value.(*compiled)
		if s.bytes <= mostScriptBytes && now.Sub(oldest.used) < scriptKept {
			return
		}
		s.order.Remove(s.order.Back())
		delete(s.known, oldest.hash)
		s.bytes -= oldest.bytes
	}
}
