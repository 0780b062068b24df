package hostfuncs

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cloche/host"
)

const mockList = `[
	{"method": "post", "url": "https://api.example.com/items?*", "status": 201,
	 "headers": {"X-Id": "7", "set-cookie": ["a=1", "b=2"], "Content-Encoding": "gzip"}, "body": {"ok": true, "n": [1.0, 2]}},
	{"url": "https://api.example.com/text", "headers": {"content-type": "text/plain"}, "body": "plain \u00e9"},
	{"url": "https://api.example.com/list", "headers": {"content-type": "application/vnd.x+json"}, "body": [1]},
	{"url": "http://localhost:25/moved", "status": 302, "headers": {"location": "https://api.example.com/text"}},
	{"url": "http://10.0.0.1/evil", "status": 302, "headers": {"location": "file:///etc/passwd"}},
	{"url": "https://big.example/", "body": "BIG"},
	{"url": "https://*.example.org/*", "status": 404},
	{"url": "https://*.example.org/*", "status": 500}
]`

func newMockSession(t testing.TB) *session {
	t.Helper()
	m, err := NewMock([]byte(strings.Replace(mockList, "BIG", strings.Repeat("x", 5<<20+1), 1)))
	if err != nil {
		t.Fatal(err)
	}
	return m.client.session()
}

func TestMock(t *testing.T) {
	t.Parallel()
	s := newMockSession(t)
	got := s.must(t, args{url: "https://API.example.com:443/items?x#f", method: "POST", body: "{}"})
	want := answer{
		status: 201, statusText: "Created", url: "https://api.example.com/items?x",
		headers: []string{"content-type", "application/json", "set-cookie", "a=1", "set-cookie", "b=2", "x-id", "7"},
		body:    `{"ok":true,"n":[1.0,2]}`,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(answer{})); diff != "" {
		t.Errorf("the answer differs (-want +got):\n%s", diff)
	}
	if got := s.must(t, args{url: "https://api.example.com/text"}); got.status != 200 || got.body != "plain é" || got.get("content-type")[0] != "text/plain" {
		t.Errorf("got %+v", got)
	}
	if got := s.must(t, args{url: "https://api.example.com/text", method: "HEAD"}); got.body != "" {
		t.Errorf("got %+v", got)
	}
	if got := s.must(t, args{url: "https://api.example.com/list"}); got.body != "[1]" || got.get("content-type")[0] != "application/vnd.x+json" {
		t.Errorf("got %+v", got)
	}
	if got := s.must(t, args{url: "https://a.example.org/x"}); got.status != 404 || got.body != "" {
		t.Errorf("not the first match: %+v", got)
	}
	if got := s.must(t, args{url: "http://localhost:25/moved"}); got.body != "plain é" || !got.redirected {
		t.Errorf("got %+v", got)
	}
}

func TestMockRefuses(t *testing.T) {
	t.Parallel()
	s := newMockSession(t)
	if message := s.refused(t, args{url: "https://api.example.com/items?secret", method: "DELETE"}, codeNetwork); message != "fetch: no mock matches DELETE https://api.example.com/items" {
		t.Errorf("got %s", message)
	}
	s.refused(t, args{url: "http://10.0.0.1/evil"}, codeBlocked)
	s.refused(t, args{url: "https://big.example/"}, codeTooLarge)
	s.refused(t, args{url: "https://u:p@api.example.com/text"}, codeInvalid)
	s.refused(t, args{url: "https://api.example.com/text", headers: []string{"host", "x"}}, codeInvalid)
	s.refused(t, args{url: "https://api.example.com/text", body: strings.Repeat("x", 1<<20+1)}, codeTooLarge)
	s.fetches = 50
	s.refused(t, args{url: "https://api.example.com/text"}, codeBudget)
}

func TestMockLog(t *testing.T) {
	t.Parallel()
	_, report, err := newMockSession(t).try(t.Context(), args{url: "https://api.example.com/text?"})
	wantCode(t, err, codeNetwork)
	want := []string{"http HTTP request: GET https://api.example.com/text (0 bytes)", "http HTTP response: failed: ENETWORK after 0 ms"}
	if diff := cmp.Diff(want, report.lines); diff != "" {
		t.Errorf("lines differ (-want +got):\n%s", diff)
	}
	_, report, _ = newMockSession(t).try(t.Context(), args{url: "https://api.example.com/text"})
	if got := report.lines[1]; got != "http HTTP response: 200 OK (8 bytes, 0 ms)" {
		t.Errorf("got %s", got)
	}
}

func TestMockIsSharedByRuns(t *testing.T) {
	t.Parallel()
	m, err := NewMock([]byte(mockList))
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			run := m.Run()
			for n := range 51 {
				_, err := run(t.Context(), args{url: "https://api.example.com/text"}.call())
				if e := (*host.Exception)(nil); errors.As(err, &e) != (n == 50) {
					t.Errorf("%d: got %v", n, err)
				}
			}
		})
	}
}

func TestMockListIsChecked(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		``:                                           "JSON array",
		`null`:                                       "JSON array",
		`{"url": "x"}`:                               "JSON array",
		`[{"url": "x"}`:                              "unexpected end",
		`[{"url": "x"}] x`:                           "invalid character",
		`[{"url": "x"}, {"uri": "x"}]`:               `entry 1: json: unknown field "uri"`,
		`[{"url": "x"}, 7]`:                          "entry 1",
		`[{"method": "GET"}]`:                        "entry 0: url is missing",
		`[{"url": "x", "method": "a b"}]`:            "entry 0: method",
		`[{"url": "x", "status": 101}]`:              "entry 0: status 101",
		`[{"url": "x", "status": 600}]`:              "entry 0: status 600",
		`[{"url": "x", "status": "200"}]`:            "entry 0",
		`[{"url": "x", "headers": {"a": 1}}]`:        `entry 0: header "a" must be`,
		`[{"url": "x", "headers": {"a b": "1"}}]`:    `entry 0: header "a b"`,
		`[{"url": "x", "headers": {"a": "1\r\nb"}}]`: `entry 0: header "a"`,
		`[{"url": "x", "headers": ["a"]}]`:           "entry 0",
	}
	for text, want := range cases {
		if _, err := NewMock([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got the error %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{`[]`, ` [{"url": "*", "body": null}]`, `[{"url": "*", "body": 0}]`} {
		if _, err := NewMock([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
