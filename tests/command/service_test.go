package command

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cloche/webhook"
)

// patience is how long commands wait for what must come.
const patience = 30 * time.Second

// let NAME...: sets variables to the words of the last output.
func let(ts *testscript.TestScript, _ bool, args []string) {
	words := strings.Fields(ts.ReadFile("stdout"))
	if len(args) == 0 || len(words) < len(args) {
		ts.Fatalf("the output has %d words for %d names", len(words), len(args))
	}
	for i, name := range args {
		ts.Setenv(name, words[i])
	}
}

// ready [FILE.db]: waits until a server has the database, and sets URL to its
// address.
func ready(ts *testscript.TestScript, _ bool, args []string) {
	database := ".local/share/cloche/runner.db"
	if len(args) > 0 {
		database = args[0]
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(ts.MkAbs(database) + ".server")
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(text), `"url":"`)
		url, _, _ := strings.Cut(rest, `"`)
		ts.Setenv("URL", url)
		return
	}
	ts.Fatalf("no server has %s", database)
}

// await FILE TEXT: waits until a file holds a text.
func await(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: await FILE TEXT")
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if text, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && strings.Contains(string(text), args[1]) {
			return
		}
	}
	ts.Fatalf("%s does not hold %q", args[0], args[1])
}

// deliver STATUS SCHEME SECRET URL FILE: sends a file as a webhook that is signed,
// and checks the status of the answer, which is the output.
func deliver(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 5 {
		ts.Fatalf("usage: deliver STATUS SCHEME SECRET URL FILE")
	}
	body := ts.ReadFile(args[4])
	header, err := webhook.Sign(webhook.Scheme(args[1]), args[2], []byte(body), "msg_1", time.Now())
	ts.Check(err)
	header.Set("Content-Type", "application/json")
	request(ts, args[0], http.MethodPost, args[3], header, body)
}

// http STATUS METHOD URL [NAME:VALUE...]: sends a request without a body, and checks
// the status of the answer, which is the output.
func httpRequest(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: http STATUS METHOD URL [NAME:VALUE...]")
	}
	header := http.Header{}
	for _, field := range args[3:] {
		name, value, _ := strings.Cut(field, ":")
		header.Set(name, value)
	}
	request(ts, args[0], args[1], args[2], header, "")
}

func request(ts *testscript.TestScript, status, method, url string, header http.Header, body string) {
	r, err := http.NewRequest(method, url, bytes.NewReader([]byte(body)))
	ts.Check(err)
	r.Header = header
	response, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	ts.Check(err)
	_, _ = ts.Stdout().Write(text)
	if !strings.HasPrefix(response.Status, status+" ") {
		ts.Fatalf("status %s, want %s: %s", response.Status, status, text)
	}
}
