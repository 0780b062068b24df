package cli

import (
	"context"
	"sync"

	"cloche/host"
)

// lazyEngine is an engine that starts when the first script is compiled: most
// commands that open a database have none to run. It is safe for concurrent use.
type lazyEngine struct {
	config serviceConfig

	mu     sync.Mutex
	engine *host.Engine
}

// start starts the engine unless it has been. After an error it may be tried again.
func (l *lazyEngine) start(ctx context.Context) (*host.Engine, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.engine != nil {
		return l.engine, nil
	}
	engine, err := l.config.newEngine(ctx)
	if err == nil {
		l.engine = engine
	}
	return engine, err
}

// Compile implements service.Compiler.
func (l *lazyEngine) Compile(ctx context.Context, name string, source []byte) (*host.Script, error) {
	engine, err := l.start(ctx)
	if err != nil {
		return nil, err
	}
	return engine.Compile(ctx, name, source)
}

func (l *lazyEngine) close(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.engine == nil {
		return nil
	}
	return l.engine.Close(ctx)
}
