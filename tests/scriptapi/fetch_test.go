package scriptapi

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cloche/host"
	"cloche/hostfuncs"
)

// newFetch returns a fetch that may reach loopback.
func newFetch(t *testing.T) host.Func {
	t.Helper()
	fetcher, err := hostfuncs.NewFetcher(hostfuncs.FetchConfig{AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fetcher.Close)
	return fetcher.Run()
}

func TestPostArrivesByteForByte(t *testing.T) {
	t.Parallel()
	bodies := make(chan string, 2)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- r.Method + " " + r.Header.Get("Content-Type") + " " + string(body)
		w.Header().Add("X-Twice", "a")
		w.Header().Add("X-Twice", "b")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, "\xef\xbb\xbf{\"ok\": true}")
	}))
	defer server.Close()
	got, err := run(t, fmt.Sprintf(`
		const resp = fetch(%q, { method: "POST", headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ s: "é漢😀\u2028\ud800", n: [1, 2.5, null] }) });
		console.log(resp.status, resp.ok, resp.statusText, resp.redirected, resp.headers.get("x-TWICE"), resp.headers.has("nope"));
		console.log(resp.body.text() === resp.text(), resp.body.json(), resp.json().ok, resp.bytes().length);
		console.log(typeof resp.then, [...resp.headers.keys()].includes("x-twice"));
		(async () => console.log((await fetch(%q)).status))();
	`, server.URL+"/x", server.URL), newFetch(t))
	if err != nil {
		t.Fatal(err)
	}
	if first, want := <-bodies, "POST application/json {\"s\":\"é漢😀\u2028\\ud800\",\"n\":[1,2.5,null]}"; first != want {
		t.Errorf("the server got %q, want %q", first, want)
	}
	lines := strings.Split(got, "\n")
	for n, want := range map[int]string{
		2: "418 false I'm a teapot false a, b false",
		3: "true { ok: true } true 15",
		4: "undefined true",
		7: "418",
	} {
		if n >= len(lines) || lines[n] != want {
			t.Errorf("line %d of the log is not %q:\n%s", n, want, got)
		}
	}
}

func TestRequestBodies(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %q %q", r.Method, r.Header.Get("Content-Type"), body)
	}))
	defer server.Close()
	for _, test := range []struct{ options, want string }{
		{`undefined`, `GET "" ""`},
		{`{method: undefined}`, `GET "" ""`},
		{`{method: "POST", body: "é\ud800"}`, `POST "text/plain;charset=UTF-8" "é�"`},
		{`{method: "PUT", body: new Uint8Array([0, 255])}`, `PUT "" "\x00\xff"`},
		{`{method: "PATCH", body: new Uint8Array([1, 2, 3]).subarray(1).buffer}`, `PATCH "" "\x01\x02\x03"`},
		{`{method: "POST", body: new URLSearchParams({a: "1 2"})}`, `POST "application/x-www-form-urlencoded;charset=UTF-8" "a=1+2"`},
		{`{method: "POST", headers: [["content-type", "x/y"]], body: "b"}`, `POST "x/y" "b"`},
		{`{method: "DELETE", body: null, unknown: 1}`, `DELETE "" ""`},
	} {
		got, err := run(t, fmt.Sprintf("console.log(fetch(%q, %s).text())", server.URL, test.options), newFetch(t))
		if err != nil || !strings.HasSuffix(got, "\n"+test.want) {
			t.Errorf("%s: log is\n%s\nerror %v, want at its end %s", test.options, got, err, test.want)
		}
	}
}

func TestBadJSONNamesTheResponse(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "<html>bad gateway</html>")
	}))
	defer server.Close()
	got, err := run(t, fmt.Sprintf(`try { fetch(%q).json() } catch (e) { console.log(e.name, e.message) }`, server.URL), newFetch(t))
	if err != nil || !strings.Contains(got, "SyntaxError the response (502) is no JSON") || !strings.Contains(got, "'<html>bad gateway</html>'") {
		t.Errorf("log is\n%s\nerror %v", got, err)
	}
}

// Waiting for an answer is no computing: it counts as wall time alone.
func TestWaitingIsNotCPUTime(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(120 * time.Millisecond)
	}))
	defer server.Close()
	grants := hostfuncs.Grants{Fetch: newFetch(t)}
	_, err := runWith(t, fmt.Sprintf("for (let i = 0; i < 3; i++) fetch(%q)", server.URL),
		host.Run{Functions: grants.Functions(), Limits: host.Limits{CPU: 100 * time.Millisecond}})
	if err != nil {
		t.Error(err)
	}
}
