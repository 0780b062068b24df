package hostfuncs

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"

	"cloche/host"
)

// FuzzURL checks what holds for whatever a script passes as a URL: nothing
// panics, the parser and net/url agree on the host of what fetch accepts, a
// literal that is not public is not let through, and what the URL objects hold
// stays as it is when it is parsed again.
func FuzzURL(f *testing.F) {
	for _, literal := range literals() {
		f.Add("http://"+literal+"/", "", "", "")
	}
	for _, seed := range [][4]string{
		{"http://user:pass@h:80/a?b#c", "../x", "host", "[::1]:8080"},
		{"file:///C:/x", "/..", "pathname", "//x"},
		{"mailto:x", "#y", "protocol", "http"},
		{"x://h", "//@", "port", "\t99"},
		{"http://a%00b/", "\\\\h\\", "search", "?é"},
		{"http://h/|^%zz%2F//..%2e/", "?", "hash", ""},
		{"file:", "C|/", "host", ""},
		{"non-special:/..//p", ".", "hostname", "x"},
		{"http://[::1%25eth0]/", "http:x", "username", "\xff"},
		{"http://ｅxample.com:0/", "https:", "password", "@"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	policy, err := newPolicy(FetchConfig{}.withDefaults())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, reference, part, value string) {
		checkObjects(t, text, reference, part, value)
		checkFetch(t, policy, text, reference)
	})
}

// TestURLTokens does what FuzzURL does, with URLs that are put together of what
// parsers stumble over: bytes at random seldom get past the scheme.
func TestURLTokens(t *testing.T) {
	t.Parallel()
	tokens := []string{
		"http:", "https:", "file:", "x:", "blob:", "javascript:", "/", "//", `\`, `\\`, "@", ":", "?", "#", "[", "]", "::1",
		"127.0.0.1", "0x7f", "1", "é", "%2e", "%41", "%", "%zz", "..", ".", "C|", "a", "b.c", "xn--", "xn--a", "\t", "\n", " ",
		"\x00", "😀", "localhost", "::ffff:1.2.3.4", "80", "99999", "|", "^", "'", "<", "{", "\xff", "\u00ad", "-1", "+4", "_",
	}
	starts := []string{"", "", "http://", "https://", "file://", "x://", "http:", "x:"}
	parts := []string{"protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"}
	policy, err := newPolicy(FetchConfig{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	some := func() string {
		text := starts[random.IntN(len(starts))]
		for range 1 + random.IntN(8) {
			text += tokens[random.IntN(len(tokens))]
		}
		return text
	}
	for range 5000 {
		text, reference := some(), some()
		checkObjects(t, text, reference, parts[random.IntN(len(parts))], some())
		checkFetch(t, policy, text, reference)
	}
}

// checkFetch checks where fetch would go, and from there by a redirect.
func checkFetch(t *testing.T, policy *policy, text, reference string) {
	to, err := parseTarget(text)
	if err != nil {
		wantCode(t, err, codeInvalid)
		return
	}
	checkTarget(t, policy, to)
	next, err := to.resolve(reference)
	if err != nil {
		return
	}
	checkTarget(t, policy, next)
	if to.url.Scheme == "https" && next.url.Scheme != "https" {
		t.Errorf("%s leads to %s", to, next)
	}
}

// checkObjects checks the functions of the URL objects.
func checkObjects(t *testing.T, text, reference, part, value string) {
	parts := parse(t, text)
	if parts == nil {
		return
	}
	checkStable(t, parts[0])
	if relative := parse(t, reference, parts[0]); relative != nil {
		checkStable(t, relative[0])
	}
	set, err := callURL(t, host.URLSetFunction, host.StringValue(parts[0]), host.StringValue(part), host.StringValue(value))
	if err != nil || set.Kind() == host.Null {
		return
	}
	// The standard itself lets a setter make file://localhost/ of http://localhost/,
	// which parses as file:///.
	again := parse(t, texts(t, set)[0])
	if again == nil {
		t.Fatalf("%q is not valid", texts(t, set)[0])
	}
	checkStable(t, again[0])
}

func checkStable(t *testing.T, href string) {
	if again := parse(t, href); again == nil || again[0] != href {
		t.Errorf("%q becomes %q", href, again)
	}
}

// checkTarget checks what fetch would send a request to.
func checkTarget(t *testing.T, policy *policy, to *target) {
	if to.url.Host != to.parsed.Host() || to.url.User != nil || to.url.Scheme != to.parsed.Scheme() {
		t.Errorf("%q and %q differ", to.url, to.href)
	}
	wire, err := url.Parse(to.url.String())
	if err != nil || wire.Host != to.url.Host || wire.Hostname() != to.hostname {
		t.Errorf("%q is not what it was: %v", to.url, err)
	}
	request := (&request{method: http.MethodGet, target: to}).wire(t.Context())
	if line := request.URL.RequestURI(); !strings.HasPrefix(line, "/") || strings.ContainsAny(line, " \r\n\t") || request.Host != to.parsed.Host() {
		t.Errorf("the request line has %q", line)
	}
	if strings.ContainsAny(to.String(), "?#@\r\n\x1b ") && !strings.Contains(to.parsed.Pathname(), "@") {
		t.Errorf("the log would have %q", to)
	}
	address, err := netip.ParseAddr(strings.Trim(to.url.Hostname(), "[]"))
	if err != nil {
		return
	}
	address = address.Unmap()
	public := address.IsGlobalUnicast() && !address.IsPrivate()
	if !public && policy.check(to) == nil {
		t.Errorf("%s is let through", to)
	}
}

// FuzzHeaders checks that whatever passes for a request cannot break out of the
// line that it is written to.
func FuzzHeaders(f *testing.F) {
	f.Add("GET", "x-a", "b", "accept", "*/*", 0.0)
	f.Add("post", "Host", "evil", "content-length", "1", -1.0)
	f.Add("GET / HTTP/1.1\r\nX:", "a\r\nb", "c\r\nd: e", "", "", 1e300)
	f.Add("patch", "sec-x", " \t\x00", "x\x7f", "\u2028", 1e-300)
	f.Add("\u212a", "\u212aeep-alive", "a\r\n", "te", "trailers", 5.0)
	config := FetchConfig{}.withDefaults()
	f.Fuzz(func(t *testing.T, method, name, value, name2, value2 string, timeout float64) {
		a := args{url: "http://h.example/", method: method, timeout: timeout, headers: []string{name, value, name2, value2}}
		r, err := parseRequest(a.call(), config)
		if err != nil {
			var e *host.Exception
			if !errors.As(err, &e) || e.Code != codeInvalid {
				t.Errorf("got %v", err)
			}
			return
		}
		if r.timeout < 0 || r.timeout > config.Timeout {
			t.Errorf("the timeout is %v", r.timeout)
		}
		if upper := strings.ToUpper(r.method); upper == "CONNECT" || upper == "TRACE" || !httpguts.ValidHeaderFieldName(r.method) {
			t.Errorf("the method is %q", r.method)
		}
		var wire strings.Builder
		if err := r.wire(t.Context()).Write(&wire); err != nil {
			t.Fatalf("net/http does not send it: %v", err)
		}
		lines := strings.Split(wire.String(), "\r\n")
		// One line for the request, one for each header and for Host, two for the end.
		if most := 1 + 1 + 2 + 3 + 1 + 2; len(lines) > most || strings.Count(wire.String(), "\n") != len(lines)-1 {
			t.Errorf("%d lines: %q", len(lines), lines)
		}
		for _, line := range lines[2:] {
			field, _, _ := strings.Cut(strings.ToLower(line), ":")
			if field == "host" || field == "transfer-encoding" || field == "content-length" && r.method == "GET" {
				t.Errorf("the script set %q", line)
			}
		}
	})
}
