package host_test

import (
	"context"
	"testing"
	"time"

	"cloche/host"
	"cloche/tests/hostile"
)

// After every script of the hostile suite, however it ended, the slot is byte for
// byte what a new one is.
func TestNothingIsLeftOfHostileScripts(t *testing.T) {
	t.Parallel()
	cases, err := hostile.Cases()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	e, err := host.New(ctx, host.Config{IdleSlots: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	for _, c := range cases {
		script, err := e.Compile(ctx, c.Name+".js", []byte(c.Source))
		if err != nil {
			continue // it is about compiling
		}
		limits := c.Limits
		limits.CPU = min(limits.CPU, 100*time.Millisecond)
		_, _ = script.Run(ctx, host.Run{Limits: limits, Variables: []byte(`{"SERVER":"","RAW":""}`)})
		host.AssertNothingIsLeft(t, e, c.Name)
	}
}
