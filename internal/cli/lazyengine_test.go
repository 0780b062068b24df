package cli

import "testing"

// TestEngineStartsWhenNeeded opens a database: only who compiles a script waits for the
// engine, once.
func TestEngineStartsWhenNeeded(t *testing.T) {
	t.Parallel()
	b, err := openBackend(t.Context(), serviceConfig{location: location{dataDir: t.TempDir()}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	if _, err := b.service.Projects(t.Context()); err != nil || b.engine.engine != nil {
		t.Fatalf("a list: %v, engine %v", err, b.engine.engine)
	}
	for range 2 {
		if _, err := b.engine.Compile(t.Context(), "a.js", []byte("1")); err != nil {
			t.Fatal(err)
		}
	}
	first := b.engine.engine
	if again, err := b.engine.start(t.Context()); err != nil || again != first || first == nil {
		t.Errorf("the engine is %p, then %p, %v", first, again, err)
	}
}
