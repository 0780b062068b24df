package cli

import (
	"errors"
	"fmt"
	"io"

	"cloche/host"
)

// logPrinter prints the log of a run as it comes: the script's own lines to
// standard output, what the host has to say to standard error.
type logPrinter struct {
	out, err           io.Writer
	outColor, errColor palette
	// outClean and errClean say that there is a terminal, with colours or without.
	outClean, errClean bool
}

func newLogPrinter(s Streams) *logPrinter {
	return &logPrinter{s.Out, s.Err, newPalette(s.Out), newPalette(s.Err), isTerminal(s.Out), isTerminal(s.Err)}
}

func (p *logPrinter) print(line host.LogLine) {
	if line.Level == "cloche" {
		text := clean(p.errClean, line.Text)
		fmt.Fprintln(p.err, p.errColor.red(text))
		return
	}
	text := clean(p.outClean, line.Text)
	switch line.Level {
	case "http":
		text = p.outColor.cyan(text)
	case "debug":
		text = p.outColor.dim(text)
	case "warn":
		text = p.outColor.yellow(text)
	case "error":
		text = p.outColor.red(text)
	}
	fmt.Fprintln(p.out, text)
}

// clean escapes control characters where they could do something to a terminal;
// a pipe gets the bytes as they are.
func clean(terminal bool, text string) string {
	if !terminal {
		return text
	}
	return escapeControls(text, true)
}

// reportCompile prints why a script cannot be compiled: file, line, column, the
// line and a caret.
func reportCompile(s Streams, name string, err error) error {
	var failed *host.Error
	if errors.As(err, &failed) {
		if failed.Code != host.SyntaxError {
			return err
		}
		printSyntaxError(s.Err, name, failed)
		return &exitError{exitScript, errSilent}
	}
	if errors.Is(err, host.ErrSourceTooLarge) || errors.Is(err, host.ErrSourceNotUTF8) {
		return invalid("%s: %w", name, err)
	}
	return err
}

func printSyntaxError(w io.Writer, name string, e *host.Error) {
	color := newPalette(w)
	without := *e
	without.Stack = ""
	text := escapeControls(without.Detail(), true)
	fmt.Fprintf(w, "%s:%d:%d: %s\n", name, e.Line, e.Column, color.red(text))
}
