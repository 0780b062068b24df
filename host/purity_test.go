package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// endings are scripts that end in every way a run can, each of which has written
// a secret all over its memory before.
const fillWithSecrets = `
	const secret = "canary" + "-4711-" + "secret";
	globalThis.leak = [secret, new TextEncoder().encode(secret), new Map([[secret, { secret }]]), Symbol.for(secret)];
	Object.prototype.leak2 = secret; Array.prototype.push = () => secret; Math.PI2 = secret;
	const big = []; for (let i = 0; i < 2000; i++) big.push = 0, big[i] = secret + i;
	(function deep(n) { const local = secret + n; return n ? deep(n - 1) + local.length : 0; })(300);
	new RegExp(secret).test(secret); JSON.stringify({ secret }); console.log(secret);
`

func endings() map[string]string {
	return map[string]string{
		"finished":        "",
		"exception":       "throw new Error(secret)",
		"stack overflow":  "(function f() { f(secret) })()",
		"out of memory":   "const more = []; for (;;) more[more.length] = secret.repeat(100)",
		"CPU limit":       "for (;;);",
		"wall limit":      "wait()",
		"panic":           "boom()",
		"promise pending": "new Promise(() => {})",
	}
}

func TestNothingOfARunIsLeft(t *testing.T) {
	t.Parallel()
	for _, copied := range []bool{false, true} {
		name := "mapped"
		if copied {
			name = "copied"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := New(context.Background(), Config{IdleSlots: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close(context.Background())
			if copied {
				withoutPageMap(e)
			}
			leaveNothing(t, e)
		})
	}
}

// withoutPageMap makes an engine restore by copying, as on a system that does not
// tell what was written.
func withoutPageMap(e *Engine) {
	e.base.frozen, e.base.pages = nil, nil
	for _, i := range e.idle {
		i.close(context.Background())
	}
	e.idle = nil
}

// leaveNothing runs scripts that end in every way and looks at the slot then.
func leaveNothing(t *testing.T, e *Engine) {
	ctx := context.Background()
	for name, ending := range endings() {
		s, err := e.Compile(ctx, "s.js", []byte(fillWithSecrets+ending))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Run(ctx, Run{
			Functions: map[string]Func{
				"boom": func(context.Context, *Call) (Value, error) { panic("boom") },
				"wait": func(ctx context.Context, _ *Call) (Value, error) { <-ctx.Done(); return Value{}, ctx.Err() },
			},
			Limits: Limits{CPU: 200 * time.Millisecond, Wall: 2 * time.Second, Memory: 8 << 20},
		})
		if name != "finished" && name != "promise pending" && err == nil {
			t.Fatalf("%s: the run did not fail", name)
		}
		i, err := e.acquire(ctx, e.base)
		if err != nil {
			t.Fatal(err)
		}
		assertFresh(t, name, e.base, e, i)
		e.release(i)
	}
}

// largeScript returns a script of about n bytes that does next to nothing: the
// shape of a bundle, functions in a table.
func largeScript(n int, mark string) string {
	var b strings.Builder
	b.WriteString("var modules = () => ({\n")
	for k := 0; b.Len() < n; k++ {
		fmt.Fprintf(&b, "m%d: function (a, b) { var text = %q; return a.x + b * %d + text.length; },\n", k, mark+strings.Repeat("x", 60), k)
	}
	b.WriteString("});\n")
	return b.String()
}

// Scripts with images beyond the base's memory share slots, too.
func TestNothingOfALargeScriptIsLeft(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, err := New(ctx, Config{IdleSlots: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	var scripts []*Script
	for _, mark := range []string{"a", "b"} {
		s, err := e.Compile(ctx, "large.js", []byte(largeScript(400_000, mark)+
			`const m = modules(); m.m1.secret = "canary-" + "4711-secret"; console.log(m.m2({ x: 1 }, 2))`))
		if err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, s)
	}
	for n := range 6 {
		s := scripts[n/2%2]
		result, err := s.Run(ctx, Run{})
		if err != nil || result.Log[0].Text != "66" {
			t.Fatalf("run %d: log %v, error %v", n, result.Log, err)
		}
		for _, s := range scripts {
			img, err := s.imageFor(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if img.size == e.base.size {
				t.Fatal("the script is not large enough for this test")
			}
			i, err := e.acquire(ctx, img)
			if err != nil {
				t.Fatal(err)
			}
			assertFresh(t, "large", img, e, i)
			e.release(i)
		}
	}
}

// A slot is fresh before and after the run at which it gives up the pages that it
// kept for itself.
func TestNothingIsLeftOfManyRuns(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, err := New(ctx, Config{IdleSlots: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	small, err := e.Compile(ctx, "s.js", []byte("globalThis.x = 'canary' + '-4711-secret'"))
	if err != nil {
		t.Fatal(err)
	}
	large, err := e.Compile(ctx, "l.js", []byte(largeScript(400_000, "c")+"modules().m1.secret = 'canary' + '-4711-secret'"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2*usesPerMapping + 3 {
		s := small
		if n%50 == 0 {
			s = large
		}
		if _, err := s.Run(ctx, Run{}); err != nil {
			t.Fatal(err)
		}
		if n%usesPerMapping > 3 && n%usesPerMapping < usesPerMapping-3 {
			continue
		}
		img, err := s.imageFor(ctx)
		if err != nil {
			t.Fatal(err)
		}
		i, err := e.acquire(ctx, img)
		if err != nil {
			t.Fatal(err)
		}
		assertFresh(t, fmt.Sprintf("run %d", n), img, e, i)
		e.release(i)
	}
}

// assertFresh compares an instance with one that never ran anything.
func assertFresh(t *testing.T, name string, img *image, e *Engine, i *instance) {
	t.Helper()
	fresh, err := e.newInstance(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.close(context.Background())
	if ok, err := img.restore(fresh); !ok || err != nil {
		t.Fatal(ok, err)
	}
	got, err := i.bytes()
	want, err2 := fresh.bytes()
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%s: the memory has %d bytes, a fresh one %d", name, len(got), len(want))
	}
	for at := range got {
		if got[at] != want[at] {
			t.Fatalf("%s: byte %d is %d, in a fresh instance %d", name, at, got[at], want[at])
		}
	}
	if bytes.Contains(got, []byte("canary-4711")) {
		t.Errorf("%s: the secret is still in memory", name)
	}
	if i.stackPointer.Get() != fresh.stackPointer.Get() || i.fuel.Get() != 0 {
		t.Errorf("%s: globals are not fresh", name)
	}
}

// The state that an instance was built with, by running the start-up, is the
// state that its image restores.
func TestImageIsComplete(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, err := New(ctx, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	i, err := e.newInstance(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer i.close(ctx)
	if err := i.initialise(withRun(ctx, startupRun(ctx))); err != nil {
		t.Fatal(err)
	}
	i.fuel.Set(0)
	memory, err := i.bytes()
	if err != nil {
		t.Fatal(err)
	}
	clear(memory[:i.stackPointer.Get()]) // dead: the start-up has returned
	assertFresh(t, "initialised", e.base, e, i)
}
