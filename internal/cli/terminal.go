package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// escapeControls makes text from outside safe to show: control characters, which
// could move the cursor, retitle the window or hide what was written, are shown
// as escapes. Line breaks stay if lines is set, tabs always.
func escapeControls(text string, lines bool) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\t', r == '\n' && lines:
			b.WriteRune(r)
		case r < ' ', r == 0x7F:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r >= 0x80 && r < 0xA0, isBidiControl(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isBidiControl reports whether r changes the direction of what follows: with
// these, text can read other than it is.
func isBidiControl(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

// palette colours text on a terminal that wants it.
type palette struct{ on bool }

func newPalette(w io.Writer) palette {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return palette{}
	}
	return palette{on: term.IsTerminal(int(file.Fd()))}
}

func (p palette) paint(code, text string) string {
	if !p.on {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p palette) dim(text string) string    { return p.paint("2", text) }
func (p palette) red(text string) string    { return p.paint("31", text) }
func (p palette) yellow(text string) string { return p.paint("33", text) }
func (p palette) cyan(text string) string   { return p.paint("36", text) }
