package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"cloche/host"
)

func newCheckCommand(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE.js...",
		Short: "Parse scripts and say where they are wrong",
		Long: `check parses scripts without running them. What is wrong goes to standard output
as file:line:column: message, with the line and a caret below.`,
		Example: "  runner check scripts/*.js",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return check(c.Context(), s, args)
		},
	}
}

// check looks at all files, whatever it finds in the first; the worst decides the
// exit code.
func check(ctx context.Context, s Streams, paths []string) error {
	engine, err := newEngine(ctx, 0)
	if err != nil {
		return err
	}
	defer engine.Close(context.WithoutCancel(ctx))
	worst := exitOK
	for _, path := range paths {
		worst = max(worst, exitCode(checkFile(ctx, s, engine, path)))
	}
	if worst != exitOK {
		return &exitError{worst, errSilent}
	}
	return nil
}

func checkFile(ctx context.Context, s Streams, engine *host.Engine, path string) error {
	source, err := readScript(s, path)
	if err == nil {
		_, err = engine.Compile(ctx, scriptName(path), source)
	}
	var failed *host.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failed) && failed.Code == host.SyntaxError:
		printSyntaxError(s.Out, scriptName(path), failed)
		return &exitError{exitScript, errSilent}
	case errors.Is(err, host.ErrSourceTooLarge), errors.Is(err, host.ErrSourceNotUTF8):
		err = invalid("%s: %w", path, err)
	}
	fmt.Fprintf(s.Err, "runner: %s\n", escapeControls(err.Error(), true))
	return err
}
