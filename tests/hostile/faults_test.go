package hostile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"cloche/host"
	"cloche/hostfuncs"
	"cloche/storage"
	"cloche/storage/memory"
	"cloche/storage/storagetest"
)

// What fails around a script: its storage, its caller, its network. A fault of the
// host's ends the run, which no script can catch and of which it learns nothing; a
// fault of the network is the script's to deal with.

// faultSuite is shared by the tests of faults: none of them does anything to it.
var faultSuite = sync.OnceValues(func() (*Suite, error) {
	return NewSuite(context.Background(), host.Config{})
})

// play compiles and runs a script.
func play(t testing.TB, ctx context.Context, source string, options host.Run) (host.Result, error) {
	t.Helper()
	suite, err := faultSuite()
	if err != nil {
		t.Fatal(err)
	}
	script, err := suite.engine.Compile(context.Background(), "fault.js", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return script.Run(ctx, options)
}

// withStore grants a script a store.
func withStore(store storage.Store) host.Run {
	space := storage.Open(store, "fault", storage.Limits{})
	return host.Run{Functions: hostfuncs.Grants{Storage: &space}.Functions()}
}

// everyStorageCall makes each call of storage at least once and catches what can be
// caught.
const everyStorageCall = `
	const storage = require("storage");
	const calls = [
		() => storage.set("a", 1), () => storage.set("b", "two"), () => storage.get("a"), () => storage.get("none"),
		() => storage.has("a"), () => storage.keys(), () => storage.remove("a"), () => storage.remove("none"),
		() => storage.clear(), () => storage.set("c", true), () => storage.set("c", false), () => storage.get("c"),
	];
	for (let i = 0; i < calls.length; i++) {
		try { calls[i](); console.log("call", i + 1); } catch (e) { console.log("caught", e.name); } finally { console.log("finally"); }
	}
	console.log("end");
`

// hooked is a store that somebody looks at.
type hooked struct {
	storage.Store
	calls  int
	before func(call int) error // an error is the call's
	after  func(call int)
}

func (h *hooked) around(work func() error) error {
	h.calls++
	if h.before != nil {
		if err := h.before(h.calls); err != nil {
			return err
		}
	}
	err := work()
	if h.after != nil {
		h.after(h.calls)
	}
	return err
}

// Get implements storage.Store.
func (h *hooked) Get(ctx context.Context, scope storage.Scope, key string) (v storage.Value, found bool, err error) {
	err = h.around(func() error { v, found, err = h.Store.Get(ctx, scope, key); return err })
	return v, found, err
}

// Set implements storage.Store.
func (h *hooked) Set(ctx context.Context, scope storage.Scope, key string, v storage.Value, limits storage.Limits) error {
	return h.around(func() error { return h.Store.Set(ctx, scope, key, v, limits) })
}

// Remove implements storage.Store.
func (h *hooked) Remove(ctx context.Context, scope storage.Scope, key string) error {
	return h.around(func() error { return h.Store.Remove(ctx, scope, key) })
}

// Clear implements storage.Store.
func (h *hooked) Clear(ctx context.Context, scope storage.Scope) error {
	return h.around(func() error { return h.Store.Clear(ctx, scope) })
}

// Keys implements storage.Store.
func (h *hooked) Keys(ctx context.Context, scope storage.Scope) (keys []string, err error) {
	err = h.around(func() error { keys, err = h.Store.Keys(ctx, scope); return err })
	return keys, err
}

// contents returns what a store holds for the script.
func contents(t testing.TB, store storage.Store) string {
	t.Helper()
	keys, err := store.Keys(context.Background(), "fault")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(keys, " ")
}

// callsAndContents returns how many calls everyStorageCall makes, and what is stored
// after so many of them.
func callsAndContents(t *testing.T) (int, []string) {
	t.Helper()
	store := memory.New()
	after := []string{""}
	hooks := &hooked{Store: store, after: func(int) { after = append(after, contents(t, store)) }}
	result, err := play(t, t.Context(), everyStorageCall, withStore(hooks))
	if err != nil || !strings.HasSuffix(logText(result), "end") || strings.Contains(logText(result), "caught") {
		t.Fatalf("without a fault: %v, log %s", err, logText(result))
	}
	return hooks.calls, after
}

// wantEnded checks how a run ended, that the script went as far as its calls before
// the last and no further, and that it learnt nothing of the cause.
func wantEnded(t *testing.T, result host.Result, err error, code host.Code, calls int) {
	t.Helper()
	if !errors.Is(err, code) || result.Receipt.Code != code {
		t.Fatalf("it ended with %v and the receipt says %s, want %s", err, result.Receipt.Code, code)
	}
	var want []string
	for n := range calls - 1 {
		want = append(want, fmt.Sprintf("call %d\nfinally", n+1))
	}
	if got := logText(result); got != strings.Join(want, "\n") {
		t.Errorf("the log is %q, want %q", got, want)
	}
	made := 0
	for n := range maps.Values(result.Receipt.HostCalls) {
		made += n
	}
	if made != calls {
		t.Errorf("the receipt counts %v, want %d calls", result.Receipt.HostCalls, calls)
	}
	for _, line := range result.Log {
		if strings.Contains(line.Text, "injected") {
			t.Errorf("the log tells the cause: %q", line.Text)
		}
	}
}

// A store that fails ends the run with internal_error, at whatever call. What was
// stored before stays.
func TestStoreFailsAtEveryCall(t *testing.T) {
	t.Parallel()
	calls, after := callsAndContents(t)
	for n := 1; n <= calls; n++ {
		store := memory.New()
		result, err := play(t, t.Context(), everyStorageCall, withStore(storagetest.Faulty(store, n)))
		wantEnded(t, result, err, host.InternalError, n)
		if !errors.Is(err, storagetest.ErrFault) {
			t.Errorf("the operator does not find the cause in %v", err)
		}
		if got := contents(t, store); got != after[n-1] {
			t.Errorf("after a fault at call %d there is %q, want %q", n, got, after[n-1])
		}
	}
}

// A run that is cancelled ends with cancelled, at whatever call: whether the store
// noticed or not.
func TestCancelledAtEveryCall(t *testing.T) {
	t.Parallel()
	calls, after := callsAndContents(t)
	for _, notices := range []bool{true, false} {
		for n := 1; n <= calls; n++ {
			store := memory.New()
			ctx, cancel := context.WithCancel(t.Context())
			at := func(call int) {
				if call == n {
					cancel()
				}
			}
			hooks := &hooked{Store: store, after: at}
			want := after[n]
			if notices {
				hooks.before, hooks.after = func(call int) error { at(call); return ctx.Err() }, nil
				want = after[n-1]
			}
			result, err := play(t, ctx, everyStorageCall, withStore(hooks))
			wantEnded(t, result, err, host.Cancelled, n)
			if got := contents(t, store); got != want {
				t.Errorf("after call %d there is %q, want %q", n, got, want)
			}
			cancel()
		}
	}
}

// What a store may answer with, and what becomes of it.
func TestStoreOutcomes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault  error // nil: the store panics
		code   host.Code
		caught string // by the script
	}{
		"a panic":               {nil, host.InternalError, ""},
		"closed":                {storage.ErrClosed, host.InternalError, ""},
		"corrupt":               {fmt.Errorf("a row: %w", storage.ErrCorrupt), host.InternalError, ""},
		"not granted":           {storage.ErrNotGranted, host.InternalError, ""},
		"a bad scope":           {storage.ErrScope, host.InternalError, ""},
		"a deadline of its own": {context.DeadlineExceeded, host.InternalError, ""},
		"cancelled by itself":   {context.Canceled, host.InternalError, ""},
		"our own code":          {host.OK, host.InternalError, ""},
		"a quota":               {&storage.QuotaError{Which: storage.QuotaKeys, Limit: 1, Wanted: 2}, host.OK, "QuotaExceededError"},
		"a bad key":             {storage.ErrKey, host.OK, "TypeError"},
		"a bad value":           {storage.ErrValue, host.OK, "TypeError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hooks := &hooked{Store: memory.New(), before: func(int) error {
				if test.fault == nil {
					panic("injected")
				}
				return test.fault
			}}
			result, err := play(t, t.Context(), `
				try { require("storage").set("k", 1); } catch (e) { console.log(e.name); }`, withStore(hooks))
			if result.Receipt.Code != test.code || test.code != host.OK && !errors.Is(err, test.code) {
				t.Errorf("it ended with %v, want %s", err, test.code)
			}
			if got := logText(result); got != test.caught {
				t.Errorf("the script caught %q, want %q", got, test.caught)
			}
			if test.code == host.InternalError && test.fault != nil && !errors.Is(err, test.fault) {
				t.Errorf("the operator does not find the cause in %v", err)
			}
		})
	}
}

// fetchAndTell logs the status, or the code of what fetch threw.
const fetchAndTell = `
	try { console.log(fetch(variables.URL).status); }
	catch (e) { console.log(e instanceof TypeError, e.cause.code); }
`

func tellFetch(t testing.TB, fetch host.Func, url string) string {
	t.Helper()
	result, err := play(t, t.Context(), fetchAndTell, host.Run{
		Functions: hostfuncs.Grants{Fetch: fetch}.Functions(),
		Variables: fmt.Appendf(nil, `{"URL": %q}`, url),
	})
	if err != nil {
		return "the run ended: " + err.Error()
	}
	return logText(result)
}

// Whatever a server or the network does is a TypeError with one code.
func TestNetworkFaults(t *testing.T) {
	t.Parallel()
	suite, err := faultSuite()
	if err != nil {
		t.Fatal(err)
	}
	fetcher, err := hostfuncs.NewFetcher(hostfuncs.FetchConfig{
		AllowPrivate: true, MaxResponseBytes: 1 << 20, Timeout: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fetcher.Close)
	short := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("short"))
	}))
	t.Cleanup(short.Close)
	secret := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secret.Close)
	web, raw := suite.servers.addresses()["SERVER"], suite.servers.addresses()["RAW"]
	for name, test := range map[string]struct{ url, want string }{
		"an answer":                       {web + "/ok", "200"},
		"nothing there":                   {web + "/none", "404"},
		"1xx without end":                 {raw + "/1xx", "true ETOOLARGE"},
		"a header of 10 MB":               {raw + "/long-header", "true ETOOLARGE"},
		"10 MB of headers":                {web + "/many-headers", "true ETOOLARGE"},
		"a length of 100 GB":              {web + "/lie", "true ETOOLARGE"},
		"a length that is too large":      {short.URL, "true ENETWORK"},
		"a body without end":              {web + "/endless", "true ETOOLARGE"},
		"1 GiB of zeros, compressed":      {web + "/gzip", "true ETOOLARGE"},
		"a body compressed twice":         {web + "/nested", "true ENETWORK"},
		"a byte now and then":             {web + "/drip", "true ETIMEDOUT"},
		"silence":                         {raw + "/silent", "true ETIMEDOUT"},
		"no HTTP":                         {raw + "/garbage", "true ENETWORK"},
		"a header that is cut short":      {raw + "/cut", "true ENETWORK"},
		"another protocol":                {raw + "/upgrade", "true ENETWORK"},
		"redirects in a circle":           {web + "/loop", "true ENETWORK"},
		"a redirect to a file":            {web + "/to?url=file:///etc/passwd", "true EBLOCKED"},
		"a redirect to gopher":            {web + "/to?url=gopher://127.0.0.1/", "true EBLOCKED"},
		"a redirect to JavaScript":        {web + "/to?url=javascript:1", "true EBLOCKED"},
		"a redirect with a user name":     {web + "/to?url=http://user:pass@127.0.0.1/", "true EBLOCKED"},
		"a certificate that nobody knows": {secret.URL, "true ENETWORK"},
		"no TLS where some is expected":   {strings.Replace(web, "http:", "https:", 1), "true ENETWORK"},
		"nobody listens":                  {"http://127.0.0.1:1/", "true ENETWORK"},
		"another scheme":                  {"ftp://127.0.0.1/", "true EINVAL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tellFetch(t, fetcher.Run(), test.url); got != test.want {
				t.Errorf("the script saw %q, want %q", got, test.want)
			}
		})
	}
}

// nameServer answers questions for IPv4 addresses with one address after the other,
// the last again and again; with none at all it never answers.
type nameServer struct {
	conn    net.PacketConn
	answers []string
}

func startNameServer(t *testing.T, answers ...string) *nameServer {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &nameServer{conn: conn, answers: answers}
	var done sync.WaitGroup
	done.Go(n.serve)
	t.Cleanup(func() { _ = conn.Close(); done.Wait() })
	return n
}

func (n *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", n.conn.LocalAddr().String())
	}}
}

func (n *nameServer) serve() {
	buffer := make([]byte, 1500)
	for {
		size, from, err := n.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		var message dnsmessage.Message
		if message.Unpack(buffer[:size]) != nil || len(message.Questions) == 0 || len(n.answers) == 0 {
			continue
		}
		message.Response, message.Additionals = true, nil
		if question := message.Questions[0]; question.Type == dnsmessage.TypeA {
			message.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(n.answers[0]).As4()},
			}}
			if len(n.answers) > 1 {
				n.answers = n.answers[1:]
			}
		}
		if reply, err := message.Pack(); err == nil {
			_, _ = n.conn.WriteTo(reply, from)
		}
	}
}

// A name that leads to a public address at first and to a private one then is
// blocked at the second fetch, and so is a redirect there. 127.0.0.2 stands for the
// public address.
func TestNamesThatChange(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("this system has no 127.0.0.2")
	}
	private := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the private server was reached")
	}))
	t.Cleanup(private.Close)
	public := &httptest.Server{Listener: listener, Config: &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/to-private" {
				http.Redirect(w, r, private.URL, http.StatusFound)
			}
		}),
	}}
	public.Start()
	t.Cleanup(public.Close)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	for name, test := range map[string]struct {
		answers []string
		path    string
		wants   []string
	}{
		"public, then private":        {[]string{"127.0.0.2", "127.0.0.1"}, "/", []string{"200", "true EBLOCKED", "true EBLOCKED"}},
		"public, then metadata":       {[]string{"127.0.0.2", "169.254.169.254"}, "/", []string{"200", "true EBLOCKED"}},
		"private from the start":      {[]string{"10.0.0.1"}, "/", []string{"true EBLOCKED"}},
		"redirected to a private one": {[]string{"127.0.0.2"}, "/to-private", []string{"true EBLOCKED"}},
		"no answer":                   {nil, "/", []string{"true ETIMEDOUT"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fetcher, err := hostfuncs.NewFetcher(hostfuncs.FetchConfig{
				AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")},
				Resolver:      startNameServer(t, test.answers...).resolver(),
				Timeout:       time.Second,
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(fetcher.Close)
			fetch := fetcher.Run()
			for n, want := range test.wants {
				if got := tellFetch(t, fetch, "http://changes.example:"+port+test.path); got != want {
					t.Errorf("fetch %d gave %q, want %q", n+1, got, want)
				}
			}
		})
	}
}
