package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Script is a compiled script. It is safe for concurrent use and needs no
// closing; it must not outlive its Engine.
type Script struct {
	engine   *Engine
	name     string
	source   string
	bytecode []byte // of our own making, never from outside
	limits   Limits // for making the image again
	ahead    bool   // whether the image holds what the script declares

	building chan struct{} // full while the image is made

	// plain is the same script with nothing evaluated ahead: for runs with functions
	// of the embedder's, which must be there before the script declares anything.
	plain *Script
}

// Compile parses a script once and evaluates the functions, variables and literals
// that it begins with, as far as a script cannot tell; Run then starts from that
// state, or from the parsed one if it has functions of the embedder's. name stands
// for the file in stack traces. The error is an *Error with the code SyntaxError,
// with line, column and the line itself, when the script does not parse; it wraps
// ErrSourceTooLarge or ErrSourceNotUTF8 for what is no script at all. Parsing is
// bound by the default Limits and takes its part of Config.MemoryBudget: a Func must
// not compile, or it may wait for its own run.
func (e *Engine) Compile(ctx context.Context, name string, source []byte) (*Script, error) {
	return e.CompileWithLimits(ctx, name, source, Limits{})
}

// CompileWithLimits is Compile with limits of the caller's; Source, CPU, Wall and
// Memory apply.
func (e *Engine) CompileWithLimits(ctx context.Context, name string, source []byte, limits Limits) (*Script, error) {
	limits, err := e.checkLimits(limits)
	if err != nil {
		return nil, err
	}
	if len(source) > limits.Source {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrSourceTooLarge, len(source), limits.Source)
	}
	if !utf8.Valid(source) {
		return nil, fmt.Errorf("%w: the byte at offset %d is not", ErrSourceNotUTF8, invalidUTF8(source))
	}
	s := &Script{engine: e, name: cleanName(name), source: string(source), ahead: true, building: make(chan struct{}, 1)}
	if err := s.compile(ctx, limits); err != nil {
		return nil, err
	}
	return s, nil
}

// checkLimits puts the defaults in and checks the result.
func (e *Engine) checkLimits(limits Limits) (Limits, error) {
	if limits.Memory == 0 {
		limits.Memory = min(defaultMemory, e.config.MaxMemory)
	}
	limits = limits.WithDefaults()
	if err := limits.validate(); err != nil {
		return limits, err
	}
	if limits.Memory > e.config.MaxMemory {
		return limits, fmt.Errorf("host: Limits.Memory is %d, but this engine was made with MaxMemory %d",
			limits.Memory, e.config.MaxMemory)
	}
	return limits, nil
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

// compile parses the source in a sandbox of its own and keeps the bytecode.
func (s *Script) compile(ctx context.Context, limits Limits) error {
	s.limits = limits
	r, err := s.inFreshInstance(ctx, func(ctx context.Context, i *instance) (uint64, error) {
		name, err := i.write(ctx, s.name)
		if err != nil {
			return 0, err
		}
		source, err := i.write(ctx, s.source)
		if err != nil {
			return 0, err
		}
		return i.call(ctx, "cloche_compile", name, source, uint64(len(s.source)), uint64(limits.Memory))
	}, nil)
	if err != nil {
		return err
	}
	if s.bytecode = r.bytecode; s.bytecode == nil {
		return &Error{Code: InternalError, Message: internalMessage, Err: errors.New("the guest kept the bytecode")}
	}
	s.plain = &Script{
		engine: s.engine, name: s.name, source: s.source, bytecode: s.bytecode, limits: s.limits,
		building: make(chan struct{}, 1),
	}
	_, err = s.imageFor(ctx)
	return err
}

// imageFor returns the script's image: from the engine's cache, or made again of
// the bytecode.
func (s *Script) imageFor(ctx context.Context) (*image, error) {
	if img := s.engine.images.get(s); img != nil {
		return img, nil
	}
	select {
	case s.building <- struct{}{}:
		defer func() { <-s.building }()
	case <-ctx.Done():
		return nil, &Error{Code: Cancelled, Message: "the run was cancelled while its script was loaded"}
	}
	if img := s.engine.images.get(s); img != nil {
		return img, nil
	}
	img, err := s.load(ctx, s.ahead)
	if failure := (*Error)(nil); s.ahead && errors.As(err, &failure) &&
		(failure.Code == ScriptError || failure.Code == MemoryLimit) {
		// What fails now fails in every run, which is to tell of it.
		img, err = s.load(ctx, false)
	}
	if err != nil {
		return nil, err
	}
	s.engine.images.put(s, img)
	return img, nil
}

// load makes an image of the bytecode. With ahead the guest evaluates the beginning
// of the script, as far as that sees no input and cannot be seen: declarations of
// functions and variables, and their values as far as these are literals.
func (s *Script) load(ctx context.Context, ahead bool) (img *image, err error) {
	_, err = s.inFreshInstance(ctx, func(ctx context.Context, i *instance) (uint64, error) {
		at, err := i.write(ctx, string(s.bytecode))
		if err != nil {
			return 0, err
		}
		flag := uint64(0)
		if ahead {
			flag = 1
		}
		return i.call(ctx, "cloche_load", at, uint64(len(s.bytecode)), uint64(s.limits.Memory), flag)
	}, func(i *instance) (err error) {
		img, err = newScriptImage(s.engine.base, i)
		return err
	})
	return img, err
}

// inFreshInstance calls into the guest on top of the base image, under the limits
// of the script's compilation. then looks at the instance when all went well.
func (s *Script) inFreshInstance(ctx context.Context, call func(context.Context, *instance) (uint64, error), then func(*instance) error) (*run, error) {
	leave, err := s.engine.admit(ctx, s.limits)
	if err != nil {
		return nil, err
	}
	defer leave()
	i, err := s.engine.acquire(ctx, s.engine.base)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	defer s.engine.release(i)
	r, done := newRun(ctx, s, Run{}, s.limits)
	defer done()
	r.keepBytecode = s.bytecode == nil
	failed, err := r.inside(i, func(ctx context.Context) (uint64, error) { return call(ctx, i) })
	if err != nil || failed {
		return nil, r.failure(err)
	}
	if then != nil {
		if err := then(i); err != nil {
			return nil, &Error{Code: InternalError, Message: internalMessage, Err: err}
		}
	}
	return r, nil
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
