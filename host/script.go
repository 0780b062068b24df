package host

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Script is a compiled script. It is safe for concurrent use and needs no
// closing; it must not outlive its Engine.
type Script struct {
	engine *Engine
	name   string
	source string
	image  *image
}

// Compile parses a script once; Run then starts from the parsed state. name
// stands for the file in stack traces. The error is an *Error with the code
// SyntaxError, with line, column and the line itself, when the script does not
// parse; it wraps ErrSourceTooLarge or ErrSourceNotUTF8 for what is no script at
// all. Parsing is bound by the default Limits.
func (e *Engine) Compile(ctx context.Context, name string, source []byte) (*Script, error) {
	return e.CompileWithLimits(ctx, name, source, Limits{})
}

// CompileWithLimits is Compile with limits of the caller's; Source, CPU, Wall and
// Memory apply.
func (e *Engine) CompileWithLimits(ctx context.Context, name string, source []byte, limits Limits) (*Script, error) {
	limits = limits.WithDefaults()
	if err := e.checkLimits(limits); err != nil {
		return nil, err
	}
	if len(source) > limits.Source {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrSourceTooLarge, len(source), limits.Source)
	}
	if !utf8.Valid(source) {
		return nil, fmt.Errorf("%w: the byte at offset %d is not", ErrSourceNotUTF8, invalidUTF8(source))
	}
	s := &Script{engine: e, name: cleanName(name), source: string(source)}
	if err := s.compile(ctx, limits); err != nil {
		return nil, err
	}
	return s, nil
}

func (e *Engine) checkLimits(limits Limits) error {
	if err := limits.validate(); err != nil {
		return err
	}
	if limits.Memory > e.config.MaxMemory {
		return fmt.Errorf("host: Limits.Memory is %d, but this engine was made with MaxMemory %d",
			limits.Memory, e.config.MaxMemory)
	}
	return nil
}

func invalidUTF8(b []byte) int {
	for at := 0; at < len(b); {
		r, n := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
	return len(b)
}

// cleanName makes a name fit for a line of a stack trace.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == utf8.RuneError {
			return -1
		}
		return r
	}, name)
	if name == "" {
		return "script.js"
	}
	return name
}

func (s *Script) compile(ctx context.Context, limits Limits) error {
	i, err := s.engine.acquire(ctx, s.engine.base)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	defer s.engine.release(i)
	r, done := newRun(ctx, s, Run{}, limits)
	defer done()
	failed, err := r.inside(i, func(ctx context.Context) (uint64, error) {
		return s.load(ctx, i, limits)
	})
	if err != nil || failed {
		return r.failure(err)
	}
	s.image, err = newScriptImage(s.engine.base, i)
	return err
}

// load writes the source into the guest and compiles it there.
func (s *Script) load(ctx context.Context, i *instance, limits Limits) (uint64, error) {
	name, err := i.write(ctx, s.name)
	if err != nil {
		return 0, err
	}
	source, err := i.write(ctx, s.source)
	if err != nil {
		return 0, err
	}
	return i.call(ctx, "cloche_compile", name, source, uint64(len(s.source)), uint64(limits.Memory))
}

// write puts a NUL-terminated text into memory that the guest allocates.
func (i *instance) write(ctx context.Context, text string) (uint64, error) {
	at, err := i.call(ctx, "cloche_alloc", uint64(len(text)+1))
	if err != nil {
		return 0, err
	}
	if at == 0 {
		return 0, fmt.Errorf("%w: the guest has no %d bytes for its input", MemoryLimit, len(text))
	}
	if !i.memory.WriteString(uint32(at), text) || !i.memory.WriteByte(uint32(at)+uint32(len(text)), 0) {
		return 0, fmt.Errorf("the guest allocated %d bytes outside its memory", len(text))
	}
	return at, nil
}

// line returns line number n of the source, from 1.
func (s *Script) line(n int) string {
	rest := s.source
	for ; n > 1; n-- {
		_, after, found := strings.Cut(rest, "\n")
		if !found {
			return ""
		}
		rest = after
	}
	text, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSuffix(text, "\r")
}
