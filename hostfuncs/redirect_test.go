package hostfuncs

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// echo answers with what it was asked.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	names := []string{}
	for name := range r.Header {
		names = append(names, strings.ToLower(name))
	}
	slices.Sort(names)
	w.Header().Set("X-Seen", strings.Join(names, " "))
	_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.RequestURI(), body)
}

// redirector redirects /STATUS/LOCATION there; anything else echoes.
func redirector(w http.ResponseWriter, r *http.Request) {
	var status int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d/", &status); err != nil {
		echo(w, r)
		return
	}
	_, to, _ := strings.Cut(r.URL.Path[1:], "/")
	w.Header()["Location"] = []string{to}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "moved")
}

func TestRedirectKinds(t *testing.T) {
	t.Parallel()
	server := serve(t, redirector)
	s := newSession(t, FetchConfig{AllowPrivate: true, MaxFetches: 1000})
	const kept, dropped = "accept accept-encoding connection content-length content-type user-agent x-key", "accept accept-encoding connection user-agent x-key"
	cases := []struct {
		status       int
		method, want string
		body         string
		seen         string
	}{
		{301, "POST", "GET /to ", "b", dropped}, {302, "POST", "GET /to ", "b", dropped}, {303, "POST", "GET /to ", "b", dropped},
		{307, "POST", "POST /to b", "b", kept}, {308, "POST", "POST /to b", "b", kept},
		{301, "PUT", "PUT /to b", "b", kept}, {302, "DELETE", "DELETE /to b", "b", kept}, {303, "PUT", "GET /to ", "b", dropped},
		{303, "PATCH", "GET /to ", "b", dropped}, {307, "PATCH", "PATCH /to b", "b", kept}, {302, "GET", "GET /to b", "b", kept},
	}
	for _, test := range cases {
		got := s.must(t, args{
			url: fmt.Sprintf("%s/%d//to#f", server.URL, test.status), method: test.method, body: test.body,
			headers: []string{"content-type", "text/plain", "x-key", "1"},
		})
		if got.body != test.want || !got.redirected || got.status != 200 || got.url != server.URL+"/to" {
			t.Errorf("%d %s: got %+v", test.status, test.method, got)
		}
		if seen := got.get("x-seen")[0]; seen != test.seen {
			t.Errorf("%d %s: the server saw the headers %q, want %q", test.status, test.method, seen, test.seen)
		}
	}
	if got := s.must(t, args{url: server.URL + "/303//to", method: "HEAD"}); got.url != server.URL+"/to" || got.body != "" {
		t.Errorf("HEAD became something else: %+v", got)
	}
}

func TestRedirectModes(t *testing.T) {
	t.Parallel()
	server := serve(t, redirector)
	s := newSession(t, loopback())
	got := s.must(t, args{url: server.URL + "/302//to", redirect: redirectManual})
	if got.status != 302 || got.redirected || got.body != "moved" || got.get("location")[0] != "/to" {
		t.Errorf("manual: got %+v", got)
	}
	if message := s.refused(t, args{url: server.URL + "/302//to", redirect: redirectError}, codeNetwork); !strings.Contains(message, "302") {
		t.Errorf("error: got %s", message)
	}
	if got := s.must(t, args{url: server.URL + "/to", redirect: redirectError}); got.status != 200 {
		t.Errorf("error without a redirect: got %+v", got)
	}
	// Without a Location, and with statuses that only look like it, it is an answer.
	for _, path := range []string{"/302/", "/300//to", "/304//to", "/305//to", "/306//to", "/201//to"} {
		if got := s.must(t, args{url: server.URL + path}); fmt.Sprintf("/%d", got.status) != path[:4] {
			t.Errorf("%s: got %+v", path, got)
		}
	}
}

func TestRedirectTargets(t *testing.T) {
	t.Parallel()
	server := serve(t, redirector)
	cases := map[string]string{
		"ftp://127.0.0.1/":                    codeBlocked,
		"file:///etc/passwd":                  codeBlocked,
		"gopher://127.0.0.1/":                 codeBlocked,
		"javascript:1":                        codeBlocked,
		"data:,x":                             codeBlocked,
		"http://user:secret@127.0.0.1/":       codeBlocked,
		"http://10.0.0.1/":                    codeBlocked,
		"//169.254.169.254/latest/meta-data/": codeBlocked,
		"http://0x0a.1/":                      codeBlocked,
		`\\10.0.0.1\`:                         codeBlocked,
		"https://[fd00::1]/":                  codeBlocked,
		"http://127.0.0.1:25/":                codeBlocked,
		"http://":                             codeNetwork,
		"http://a b/":                         codeNetwork,
		"http://h:99999/":                     codeNetwork,
		"http://a..b/":                        codeNetwork,
		"/" + strings.Repeat("a", 9000):       codeNetwork,
		"http://example.com/" + strings.Repeat("ü", 3000): codeNetwork,
	}
	for location, code := range cases {
		s := newSession(t, FetchConfig{AllowNetworks: prefixes("127.0.0.1/32")})
		front := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Location"] = []string{location}
			w.WriteHeader(302)
		})
		if message := s.refused(t, args{url: front.URL}, code); strings.Contains(message, "secret") || len(message) > 300 {
			t.Errorf("%.40s: got %s", location, message)
		}
	}
	s := newSession(t, loopback())
	for location, want := range map[string]string{
		"to": "/302/to", "?q": "/302/x?q", "../to": "/to", "//" + server.Listener.Addr().String() + "/to": "/to",
		"/to#frag": "/to", " /to\t": "/to", `\to`: "/to", "": "", "/a\tb": "/ab",
	} {
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/302/x" || r.URL.RawQuery != "" {
				echo(w, r)
				return
			}
			w.Header()["Location"] = []string{location}
			w.WriteHeader(302)
		}))
		got := s.must(t, args{url: front.URL + "/302/x"})
		front.Close()
		if location != "" && got.body != "GET "+want+" " {
			t.Errorf("%q: got %q, want %q", location, got.body, want)
		}
	}
}

func TestRedirectsAreCounted(t *testing.T) {
	t.Parallel()
	requests := 0
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		var left int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &left)
		if left > 0 {
			http.Redirect(w, r, fmt.Sprintf("/%d", left-1), http.StatusFound)
		}
	})
	s := newSession(t, loopback())
	if got := s.must(t, args{url: server.URL + "/5"}); got.url != server.URL+"/0" {
		t.Errorf("got %+v", got)
	}
	requests = 0
	s.refused(t, args{url: server.URL + "/6"}, codeNetwork)
	if requests != 6 {
		t.Errorf("%d requests were made", requests)
	}
	loop := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusMovedPermanently)
	})
	if message := s.refused(t, args{url: loop.URL + "/?secret"}, codeNetwork); message != "fetch: more than 5 redirects, the last from "+loop.Listener.Addr().String() {
		t.Errorf("got %s", message)
	}
}

func TestRedirectsToOtherHostsCarryNoSecrets(t *testing.T) {
	t.Parallel()
	var back string
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/back" {
			http.Redirect(w, r, back, http.StatusTemporaryRedirect)
			return
		}
		echo(w, r)
	})
	server := serve(t, redirector)
	back = server.URL + "/to"
	secrets := []string{
		"authorization", "s", "cookie", "s", "x-api-key", "s", "x-hub-signature-256", "s", "stripe-signature", "s",
		"accept", "application/json", "accept-language", "en", "content-type", "text/plain", "user-agent", "u",
	}
	s := newSession(t, loopback())
	const bare = "accept accept-encoding accept-language connection content-length content-type user-agent"
	const all = "accept accept-encoding accept-language authorization connection content-length content-type cookie stripe-signature user-agent x-api-key x-hub-signature-256"
	port := other.URL[strings.LastIndexByte(other.URL, ':'):]
	for location, want := range map[string]string{
		"/to":                           all,
		server.URL + "/to":              all,
		other.URL + "/to":               bare, // another port
		"http://localhost" + port + "/": bare, // another name
		other.URL + "/back":             bare, // what was dropped stays dropped
	} {
		got := s.must(t, args{url: server.URL + "/307/" + location, method: "POST", body: "b", headers: secrets})
		if seen := got.get("x-seen")[0]; seen != want || !strings.HasSuffix(got.body, " b") {
			t.Errorf("%s: the server saw %q and %q", location, seen, got.body)
		}
	}
}

func TestRedirectsBetweenSchemes(t *testing.T) {
	t.Parallel()
	secure, roots := serveTLS(t, redirector)
	plain := serve(t, redirector)
	config := loopback()
	config.RootCAs = roots
	s := newSession(t, config)
	if got := s.must(t, args{url: plain.URL + "/302/" + secure.URL + "/to"}); got.url != secure.URL+"/to" {
		t.Errorf("http to https: got %+v", got)
	}
	message := s.refused(t, args{url: secure.URL + "/302/" + plain.URL + "/to"}, codeBlocked)
	if !strings.Contains(message, "https to http") {
		t.Errorf("got %s", message)
	}
}
