package host

import (
	"errors"
	"fmt"
	"strings"
)

// Error is how a compilation or a run failed. errors.Is matches it with its
// Code.
type Error struct {
	// Code is never OK.
	Code Code
	// Message is for the script's author: one line, or more if the script's own
	// message has more.
	Message string
	// Stack is the script's stack trace, one "    at …" a line, without our own
	// frames. Empty when there is none.
	Stack string
	// Line and Column are where it happened in the script, from 1; 0 if unknown.
	// Column counts UTF-16 units, as editors of JavaScript do.
	Line, Column int
	// Source is the text of that line; empty if unknown.
	Source string
	// Err is the cause for the operator, which no script's author should see.
	// Set for InternalError, nil otherwise.
	Err error
}

// Error returns the code and the message in one line or more, without the stack.
func (e *Error) Error() string {
	if e.Message == "" {
		return string(e.Code)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Is reports whether target is the error's code.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// Unwrap returns the operator's cause, nil if there is none.
func (e *Error) Unwrap() error { return e.Err }

// Detail returns what a person wants to see: the message, the line of the script
// with a caret under the column, and the stack.
func (e *Error) Detail() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if excerpt := e.excerpt(); excerpt != "" {
		b.WriteString("\n" + excerpt)
	}
	if e.Stack != "" {
		b.WriteString("\n" + strings.TrimRight(e.Stack, "\n"))
	}
	return b.String()
}

// maxExcerpt is the most of a line that is shown, in bytes: minified scripts
// have lines of any length.
const maxExcerpt = 160

func (e *Error) excerpt() string {
	if e.Line == 0 || e.Source == "" {
		return ""
	}
	line, column := cutLine(e.Source, e.Column)
	number := fmt.Sprintf("%d", e.Line)
	pad := strings.Repeat(" ", len(number))
	out := fmt.Sprintf("  %s | %s", number, line)
	if column > 0 {
		out += fmt.Sprintf("\n  %s | %s^", pad, caretPad(line, column))
	}
	return out
}

// cutLine shortens a long line around column and returns the column in what is
// left.
func cutLine(line string, column int) (string, int) {
	if len(line) <= maxExcerpt {
		return line, column
	}
	units, start := 0, 0
	for i, r := range line {
		if column-units <= maxExcerpt/2 {
			start = i
			break
		}
		units += utf16Length(r)
	}
	end := min(start+maxExcerpt, len(line))
	return strings.ToValidUTF8(line[start:end], ""), column - units
}

// caretPad returns white space as wide as what stands before the column, with
// tabs kept so that the caret stands where it should.
func caretPad(line string, column int) string {
	var b strings.Builder
	units := 1
	for _, r := range line {
		if units >= column {
			break
		}
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
		units += utf16Length(r)
	}
	return b.String()
}

func utf16Length(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// Errors of Compile that are not about the script's syntax.
var (
	// ErrSourceTooLarge: the script is longer than Limits.Source.
	ErrSourceTooLarge = errors.New("the script is too large")
	// ErrSourceNotUTF8: the script is not UTF-8 text.
	ErrSourceNotUTF8 = errors.New("the script is not UTF-8 text")
	// ErrClosed: the engine was closed.
	ErrClosed = errors.New("the engine is closed")
)
