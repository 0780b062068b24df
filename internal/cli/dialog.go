package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// interactive reports whether there is somebody to ask.
func (s Streams) interactive() bool {
	in, ok := s.In.(*os.File)
	return ok && term.IsTerminal(int(in.Fd())) && isTerminal(s.Err)
}

// readLine reads one line without its end, a byte at a time: what follows is for
// the next question.
func readLine(r io.Reader) (string, error) {
	line, err := bufio.NewReaderSize(oneByte{r}, 16).ReadString('\n')
	if err != nil && line == "" {
		return "", err
	}
	return strings.TrimSpace(line), nil
}

type oneByte struct{ io.Reader }

func (r oneByte) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(len(p), 1)]) }

// readHidden reads a line that is not shown.
func readHidden(s Streams) (string, error) {
	text, err := term.ReadPassword(int(s.In.(*os.File).Fd()))
	fmt.Fprintln(s.Err)
	return strings.TrimSpace(string(text)), err
}

// confirm asks before something that cannot be undone. Without somebody to ask,
// nothing is done.
func (s *session) confirm(format string, args ...any) error {
	if s.yes {
		return nil
	}
	question := escapeControls(fmt.Sprintf(format, args...), false)
	if !s.interactive() {
		return fmt.Errorf("%s\nNothing was done: say --yes to do it without being asked", question)
	}
	fmt.Fprintf(s.Err, "%s [y/N] ", question)
	answer, err := readLine(s.In)
	if err != nil {
		return err
	}
	if answer = strings.ToLower(answer); answer != "y" && answer != "yes" {
		return errors.New("nothing was done")
	}
	return nil
}

// choose lets somebody choose one of several, and returns its number.
func (s *session) choose(title string, labels []string) (int, error) {
	fmt.Fprintln(s.Err, title)
	for i, label := range labels {
		fmt.Fprintf(s.Err, "  %d) %s\n", i+1, escapeControls(label, false))
	}
	fmt.Fprint(s.Err, "Number: ")
	answer, err := readLine(s.In)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(answer)
	if err != nil || n < 1 || n > len(labels) {
		return 0, errors.New("that is none of them")
	}
	return n - 1, nil
}
