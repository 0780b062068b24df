package hostfuncs

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"cloche/host"
)

func TestFetchRefusesBadRequests(t *testing.T) {
	t.Parallel()
	many := make([]string, 0, 202)
	for range 101 {
		many = append(many, "x-a", "b")
	}
	cases := map[string]struct {
		args args
		code string
	}{
		"no url":               {args{url: ""}, codeInvalid},
		"relative":             {args{url: "/path"}, codeInvalid},
		"ftp":                  {args{url: "ftp://example.com/"}, codeInvalid},
		"file":                 {args{url: "file:///etc/passwd"}, codeInvalid},
		"data":                 {args{url: "data:,x"}, codeInvalid},
		"javascript":           {args{url: "javascript:1"}, codeInvalid},
		"user":                 {args{url: "http://user@example.com/"}, codeInvalid},
		"password":             {args{url: "http://:secret@example.com/"}, codeInvalid},
		"long url":             {args{url: "http://example.com/" + strings.Repeat("a", 8192)}, codeInvalid},
		"long normalised url":  {args{url: "http://example.com/" + strings.Repeat("é", 3000)}, codeInvalid},
		"long label":           {args{url: "http://" + strings.Repeat("a", 64) + ".com/"}, codeInvalid},
		"long name":            {args{url: "http://" + strings.Repeat("abcdefg.", 32) + "com/"}, codeInvalid},
		"empty label":          {args{url: "http://a..b/"}, codeInvalid},
		"zone":                 {args{url: "http://[fe80::1%25eth0]/"}, codeInvalid},
		"port":                 {args{url: "http://example.com:65536/"}, codeInvalid},
		"NUL in host":          {args{url: "http://a\x00b/"}, codeInvalid},
		"bad UTF-8 host":       {args{url: "http://\xff/"}, codeInvalid},
		"connect":              {args{method: "CONNECT"}, codeInvalid},
		"trace":                {args{method: "trace"}, codeInvalid},
		"track":                {args{method: "Track"}, codeInvalid},
		"method with space":    {args{method: "GET /x HTTP/1.1\r\nA:"}, codeInvalid},
		"method in unicode":    {args{method: "GÉT"}, codeInvalid},
		"long method":          {args{method: strings.Repeat("A", 65)}, codeInvalid},
		"redirect":             {args{redirect: "sometimes"}, codeInvalid},
		"negative timeout":     {args{timeout: -1}, codeInvalid},
		"header without value": {args{headers: []string{"x-a"}}, codeInvalid},
		"header CRLF":          {args{headers: []string{"x-a", "b\r\nHost: evil"}}, codeInvalid},
		"header LF":            {args{headers: []string{"x-a", "b\nx: y"}}, codeInvalid},
		"header NUL":           {args{headers: []string{"x-a", "b\x00"}}, codeInvalid},
		"header bad UTF-8":     {args{headers: []string{"x-a", "b\xff"}}, codeInvalid},
		"header name CRLF":     {args{headers: []string{"x-a: b\r\nx", "c"}}, codeInvalid},
		"header name colon":    {args{headers: []string{"x:", "c"}}, codeInvalid},
		"header name empty":    {args{headers: []string{"", "c"}}, codeInvalid},
		"header name unicode":  {args{headers: []string{"x-é", "c"}}, codeInvalid},
		"too many headers":     {args{headers: many}, codeInvalid},
		"too large headers":    {args{headers: []string{"x-a", strings.Repeat("a", 33<<10)}}, codeInvalid},
		"too large body":       {args{body: strings.Repeat("a", 1<<20+1)}, codeTooLarge},
	}
	for _, name := range []string{
		"Host", "transfer-encoding", "content-length", "connection", "keep-alive", "upgrade",
		"te", "trailer", "expect", "proxy-authorization", "proxy-x", "sec-fetch-mode", "SEC-x",
	} {
		cases["forbidden "+name] = struct {
			args args
			code string
		}{args{headers: []string{name, "1"}}, codeInvalid}
	}
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a bad request was sent") })
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.args.url == "" && name != "no url" {
				test.args.url = server.URL + "/?secret"
			}
			message := newSession(t, loopback()).refused(t, test.args, test.code)
			if strings.Contains(message, "secret") || len(message) > 300 {
				t.Errorf("the message tells too much: %s", message)
			}
			if strings.HasPrefix(name, "forbidden ") && !strings.Contains(message, strings.ToLower(test.args.headers[0])) {
				t.Errorf("the message does not name the header: %s", message)
			}
		})
	}
}

func TestFetchSurvivesAnyArguments(t *testing.T) {
	t.Parallel()
	values := []host.Value{
		{}, host.NullValue(), host.BoolValue(true), host.NumberValue(7), host.StringValue("http://127.0.0.1/"),
		host.BytesValue([]byte("GET")), host.JSONValue([]byte("[]")), host.ListValue(), host.StringValue("follow"),
	}
	s := newSession(t, FetchConfig{MaxFetches: 1 << 20})
	for shift := range values {
		for length := range 12 {
			call := make([]host.Value, length)
			for i := range call {
				call[i] = values[(i*i+shift)%len(values)]
			}
			_, err := s.fetch(t.Context(), host.NewCall(call...), &recorder{})
			wantCode(t, err, codeInvalid)
		}
	}
}

func TestFetchSendsItsOwnUserAgentAndEncoding(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%q %q", r.Header["User-Agent"], r.Header["Accept-Encoding"])
	})
	cases := map[string][]string{
		`["cloche-runner/1"] ["gzip"]`: {"user-agent", "", "accept-encoding", "br, zstd"},
		`["mine"] ["gzip"]`:            {"user-agent", "mine"},
	}
	for want, headers := range cases {
		if got := newSession(t, loopback()).must(t, args{url: server.URL, headers: headers}); got.body != want {
			t.Errorf("got %s, want %s", got.body, want)
		}
	}
}

func TestFetchMethods(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Method", r.Method)
	})
	s := newSession(t, loopback())
	for method, want := range map[string]string{
		"get": "GET", "Put": "PUT", "patch": "PATCH", "delete": "DELETE", "options": "OPTIONS",
		"PROPFIND": "PROPFIND", "mkcol": "mkcol", "x!#$%&'*+-.^_`|~": "x!#$%&'*+-.^_`|~",
	} {
		if got := s.must(t, args{url: server.URL, method: method}).get("x-method"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s arrived as %v", method, got)
		}
	}
}
