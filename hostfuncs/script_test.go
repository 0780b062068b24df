package hostfuncs_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cloche/host"
	"cloche/hostfuncs"
)

// TestFetchInAScript goes the whole way: from the script through the sandbox to a
// server and back.
func TestFetchInAScript(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Type", r.Header.Get("Content-Type"))
		w.WriteHeader(201)
		_, _ = fmt.Fprintf(w, `{"method": %q, "body": %q}`, r.Method, body)
	}))
	defer server.Close()
	fetcher, err := hostfuncs.NewFetcher(hostfuncs.FetchConfig{AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer fetcher.Close()
	lines := runScript(t, fetcher.Run(), strings.ReplaceAll(`
		const r = fetch("SERVER/x?secret", {method: "post", body: "é"});
		console.log(r.ok, r.status, r.statusText, r.headers.get("x-type"), r.json().method, r.json().body, r.url);
		for (const url of ["nonsense", "http://u:p@h/", "http://127.0.0.1:1/"]) {
			try { fetch(url) } catch (e) { console.log(e instanceof TypeError, e.cause.code) }
		}
		const u = new URL("?a=1", "http://0x7f.1/x");
		u.searchParams.append("b", "ü");
		console.log(u.href);`, "SERVER", server.URL))
	want := []string{
		"http HTTP request: POST " + server.URL + "/x (2 bytes)",
		"http HTTP response: 201 Created (32 bytes, N ms)",
		"log true 201 Created text/plain;charset=UTF-8 POST é " + server.URL + "/x?secret",
		"http HTTP request: the URL is not valid", "http HTTP response: failed: EINVAL after N ms", "log true EINVAL",
		"http HTTP request: the URL is not valid", "http HTTP response: failed: EINVAL after N ms", "log true EINVAL",
		"http HTTP request: GET http://127.0.0.1:1/ (0 bytes)", "http HTTP response: failed: ENETWORK after N ms", "log true ENETWORK",
		"log http://127.0.0.1/x?a=1&b=%C3%BC",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("the log differs (-want +got):\n%s", diff)
	}
}

// runScript returns the log, with durations replaced.
func runScript(t *testing.T, fetch host.Func, source string) []string {
	t.Helper()
	engine, err := host.New(t.Context(), host.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close(t.Context()) }()
	script, err := engine.Compile(t.Context(), "test.js", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	result, err := script.Run(t.Context(), host.Run{Functions: hostfuncs.Grants{Fetch: fetch}.Functions()})
	if err != nil {
		t.Errorf("the run failed: %v", err)
	}
	var lines []string
	for _, line := range result.Log {
		text := line.Text
		if at := strings.LastIndex(text, " ms"); at >= 0 && line.Level == "http" {
			text = text[:strings.LastIndexByte(text[:at], ' ')] + " N" + text[at:]
		}
		lines = append(lines, line.Level+" "+text)
	}
	return lines
}
