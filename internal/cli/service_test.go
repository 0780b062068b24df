package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// TestExamplesParse: every command in every help text exists and takes what the
// example gives it.
func TestExamplesParse(t *testing.T) {
	t.Parallel()
	root := newRoot(Streams{})
	for _, c := range append(root.Commands(), root) {
		if c.Name() == "help" || c.Name() == "completion" {
			continue
		}
		if c.Example == "" && c.Name() != "version" {
			t.Errorf("%s has no example", c.Name())
		}
		for _, line := range exampleLines(c.Example) {
			if err := parseExample(newRoot(Streams{}), line); err != nil {
				t.Errorf("%s: %q: %v", c.Name(), strings.Join(line, " "), err)
			}
		}
	}
}

// exampleLines returns the words of what follows "runner" in an example.
func exampleLines(example string) [][]string {
	var lines [][]string
	for line := range strings.Lines(strings.ReplaceAll(example, "\\\n", "")) {
		for _, part := range strings.Split(line, "&&") {
			_, command, found := strings.Cut(part, "runner ")
			if !found {
				continue
			}
			command, _, _ = strings.Cut(command, "   ")
			command, _, _ = strings.Cut(command, " > ")
			lines = append(lines, shellWords(strings.TrimRight(strings.TrimSpace(command), ")")))
		}
	}
	return lines
}

// shellWords takes a line apart as a shell does, as far as examples need it.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	quote, begun := rune(0), false
	for _, r := range line + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, begun = r, true
		case quote == 0 && r == ' ':
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	return words
}

func parseExample(root *cobra.Command, words []string) error {
	c, rest, err := root.Find(words)
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
}

func TestFormatDate(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 9, 5, 7, 123456789, time.FixedZone("CET", 3600))
	for format, want := range map[string]string{
		"c":             "2026-03-04T09:05:07+01:00",
		"r":             "Wed, 04 Mar 2026 09:05:07 +0100",
		"Y-m-d H:i:s":   "2026-03-04 09:05:07",
		`D jS \o\f M y`: "Wed 4S of Mar 26",
		"N w z t W o":   "3 3 62 31 10 2026",
		"g G h A a":     "9 9 09 AM am",
		"U u v":         "1772611507 123456 123",
		"T P O":         "CET +01:00 +0100",
		`\`:             "",
		"|":             "|",
		"F l n":         "March Wednesday 3",
	} {
		if got := formatDate(at, format); got != want {
			t.Errorf("%s: %q, want %q", format, got, want)
		}
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-01-31T12:00:00Z": time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC),
		"2026-01-31":           time.Date(2026, 1, 31, 0, 0, 0, 0, time.Local),
		"2026-01-31 12:30":     time.Date(2026, 1, 31, 12, 30, 0, 0, time.Local),
		"24h":                  now.Add(-24 * time.Hour),
		"-30m":                 now.Add(-30 * time.Minute),
	} {
		if got, err := parseDate(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	if _, err := parseDate("soon", now); exitCode(err) != exitUsage {
		t.Errorf("soon: %v", err)
	}
}

func TestYAML(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`"text: as it is"`:           "text: as it is",
		`["a","*","true","-x",""]`:   "- a\n- '*'\n- \"true\"\n- \"-x\"\n- \"\"",
		`{"a":1,"b":[1,{"c":null}]}`: "a: 1\nb:\n  - 1\n  -\n    c: ",
		`[]`:                         "{  }",
		`{"a":{},"b":[]}`:            "a: {  }\nb: {  }",
		`null`:                       "",
		`true`:                       "true",
		`12.5`:                       "12.5",
	} {
		if got := yamlText(json.RawMessage(value)); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}

func TestFindFollowsPaths(t *testing.T) {
	t.Parallel()
	var o object
	if err := json.Unmarshal([]byte(`{"a":{"b":[{"c":"x"},"y"]},"d.e":"z"}`), &o); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"a.b.0.c": `"x"`, "a.b.1": `"y"`, "d.e": `"z"`, "a.b": `[{"c":"x"},"y"]`,
		"a.b.2": "", "a.b.-1": "", "a.x": "", "d": "", "a.b.1.c": "", "": "",
	} {
		if got := o.find(path); string(got) != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestSummaryKeepsCharactersWhole(t *testing.T) {
	t.Parallel()
	if got := summary("\tx"); got != "Script:\n  x" {
		t.Errorf("%q", got)
	}
	got := summary(strings.Repeat("ä", 500))
	if len(got) > summaryLength || !strings.HasSuffix(got, "ä...") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

// TestHandlerTransportStreams: the body can be read while it is written, and ends
// when the reader has gone.
func TestHandlerTransportStreams(t *testing.T) {
	t.Parallel()
	next, gone := make(chan struct{}), make(chan struct{})
	c := newHTTP(handlerTransport{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Test", "1")
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("X-Test", "too late")
		_, _ = io.WriteString(w, "one")
		<-next
		_, _ = io.WriteString(w, "two")
		<-r.Context().Done()
		close(gone)
	})})
	response, err := c.Get("http://localhost/")
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusTeapot || response.Header.Get("X-Test") != "1" {
		t.Errorf("status %d, header %q", response.StatusCode, response.Header.Get("X-Test"))
	}
	read := make([]byte, 3)
	for _, want := range []string{"one", "two"} {
		if _, err := io.ReadFull(response.Body, read); err != nil || string(read) != want {
			t.Fatalf("read %q, %v", read, err)
		}
		if want == "one" {
			close(next)
		}
	}
	response.Body.Close()
	<-gone
}

func TestHandlerTransportBearsPanics(t *testing.T) {
	t.Parallel()
	c := newHTTP(handlerTransport{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic(http.ErrAbortHandler)
	})})
	response, err := c.Get("http://localhost/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, err := io.ReadAll(response.Body); err == nil {
		t.Errorf("half an answer passes for a whole one: %q", text)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/", nil)
	if err != nil {
		t.Fatal(err)
	}
	never := handlerTransport{http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })}
	if response, err := newHTTP(never).Do(r); err == nil {
		response.Body.Close()
		t.Error("a cancelled request is answered")
	}
}

func TestEventReader(t *testing.T) {
	t.Parallel()
	text := ": hello\n\nid: 1\nevent: line\ndata: {\"n\":1}\n\n: alive\n\nevent:end\r\ndata:{}\r\n\r\nevent: cut off\ndata: {}"
	events := newEventReader(strings.NewReader(text))
	var got []string
	for {
		kind, data, ok := events.next()
		if !ok {
			break
		}
		got = append(got, kind+" "+string(data))
	}
	if d := cmp.Diff([]string{`line {"n":1}`, "end {}"}, got); d != "" {
		t.Error(d)
	}
}

// FuzzObject: a JSON object comes back with its members in order, and paths through
// it lead somewhere or nowhere.
func FuzzObject(f *testing.F) {
	f.Add([]byte(`{"a":{"b":[1,{"c":"x"}]},"a":null}`), "a.b.1.c")
	f.Add([]byte(`{"":[]}`), ".0")
	f.Fuzz(func(t *testing.T, text []byte, path string) {
		var o, again object
		if json.Unmarshal(text, &o) != nil {
			return
		}
		_ = yamlText(o.find(path))
		back, err := json.Marshal(o)
		if err != nil || json.Unmarshal(back, &again) != nil || len(again) != len(o) {
			t.Errorf("%s became %s: %v", text, back, err)
		}
	})
}

// FuzzEventReader: whatever a server sends, reading it ends.
func FuzzEventReader(f *testing.F) {
	f.Add([]byte("event: line\ndata: {}\n\n"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		events := newEventReader(bytes.NewReader(text))
		for {
			if _, _, ok := events.next(); !ok {
				return
			}
		}
	})
}
