package cli

import (
	"errors"
	"fmt"

	"cloche/host"
	"cloche/storage/postgres"
)

// The exit codes of runner.
const (
	exitOK          = 0 // fine
	exitFailed      = 1 // the command could not do it
	exitUsage       = 2 // wrong usage
	exitScript      = 3 // the script failed: script_error, syntax_error
	exitInvalid     = 4 // an invalid integration or input
	exitLimit       = 5 // a limit was hit
	exitUnreachable = 6 // the server is unreachable or refused us
)

const exitCodesHelp = `Exit codes:
  0  fine
  1  the command could not do it
  2  wrong usage
  3  the script failed (script_error, syntax_error)
  4  an invalid integration or input: no such file, not a script, not JSON
  5  a limit was hit (cpu, wall, memory, stack)
  6  the server is unreachable or refused`

// exitError carries an exit code with what to say. An empty message says
// nothing: it was said already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }

func (e *exitError) Unwrap() error { return e.err }

func invalid(format string, args ...any) error {
	return &exitError{exitInvalid, fmt.Errorf(format, args...)}
}

func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// words is an error in the words of the vendor's command line, which scripts may
// look for. They begin with a capital and may end with a full stop.
type words string

func (w words) Error() string { return string(w) }

// errSilent is an error that was reported already.
var errSilent = errors.New("")

// exitCode returns the code for what a command returned.
func exitCode(err error) int {
	var exit *exitError
	var failure *host.Error
	var answer *serverError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, postgres.ErrUnavailable):
		return exitUnreachable
	case errors.As(err, &answer):
		return answer.exitCode()
	case errors.As(err, &failure):
		return runExitCode(failure.Code)
	}
	return exitFailed
}

// runExitCode returns the exit code for how a run ended.
func runExitCode(code host.Code) int {
	switch code {
	case host.OK:
		return exitOK
	case host.ScriptError, host.SyntaxError:
		return exitScript
	case host.StackOverflow, host.MemoryLimit, host.CPULimit, host.WallLimit:
		return exitLimit
	}
	return exitFailed
}
