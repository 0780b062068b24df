package hostfuncs

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers look-ups of IPv4 addresses: each question gets the next of
// the answers, the last one again and again.
type nameServer struct {
	conn    net.PacketConn
	mu      sync.Mutex
	answers [][]string
	asked   map[string]int
}

func newNameServer(t *testing.T, answers ...[]string) *nameServer {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &nameServer{conn: conn, answers: answers, asked: make(map[string]int)}
	t.Cleanup(func() { _ = conn.Close() })
	go n.serve()
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
		if message.Unpack(buffer[:size]) != nil || len(message.Questions) == 0 {
			continue
		}
		message.Response, message.Additionals = true, nil
		n.fill(&message)
		if reply, err := message.Pack(); err == nil {
			_, _ = n.conn.WriteTo(reply, from)
		}
	}
}

func (n *nameServer) fill(message *dnsmessage.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	question := message.Questions[0]
	if len(n.answers[0]) == 0 {
		message.RCode = dnsmessage.RCodeNameError
	}
	if question.Type != dnsmessage.TypeA {
		return
	}
	n.asked[question.Name.String()]++
	for _, text := range n.answers[0] {
		message.Answers = append(message.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET},
			Body:   &dnsmessage.AResource{A: netip.MustParseAddr(text).As4()},
		})
	}
	if len(n.answers) > 1 {
		n.answers = n.answers[1:]
	}
}

// twoHosts listens at 127.0.0.2, which stands for a public address in these
// tests, and at the same port of 127.0.0.1, which must see nothing.
func twoHosts(t *testing.T) (port string) {
	t.Helper()
	public, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("no 127.0.0.2 on this system")
	}
	_, port, _ = net.SplitHostPort(public.Addr().String())
	private, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Skip(err)
	}
	for listener, reached := range map[net.Listener]bool{public: true, private: false} {
		server := &httptest.Server{Listener: listener, Config: &http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "public") }),
			ConnState: func(net.Conn, http.ConnState) {
				if !reached {
					t.Error("the private address was connected to")
				}
			},
		}}
		server.Start()
		t.Cleanup(server.Close)
	}
	return port
}

func TestRebindingIsRefusedAtTheDial(t *testing.T) {
	t.Parallel()
	port := twoHosts(t)
	names := newNameServer(t, []string{"127.0.0.2"}, []string{"127.0.0.1"})
	s := newSession(t, FetchConfig{AllowNetworks: prefixes("127.0.0.2/32"), Resolver: names.resolver()})
	url := "http://rebind.example:" + port + "/"
	if got := s.must(t, args{url: url}); got.body != "public" {
		t.Errorf("got %q", got.body)
	}
	message := s.refused(t, args{url: url}, codeBlocked)
	if strings.Contains(message, "127.0.0.1") || !strings.Contains(message, "rebind.example") {
		t.Errorf("got %s", message)
	}
}

func TestSeveralAddresses(t *testing.T) {
	t.Parallel()
	port := twoHosts(t)
	for _, addresses := range [][]string{{"127.0.0.1", "127.0.0.2"}, {"127.0.0.2", "127.0.0.1"}} {
		names := newNameServer(t, addresses)
		s := newSession(t, FetchConfig{AllowNetworks: prefixes("127.0.0.2/32"), Resolver: names.resolver()})
		if got := s.must(t, args{url: "http://several.example:" + port + "/"}); got.body != "public" {
			t.Errorf("got %q", got.body)
		}
	}
	names := newNameServer(t, []string{"127.0.0.1", "10.0.0.1", "169.254.169.254"})
	s := newSession(t, FetchConfig{Resolver: names.resolver()})
	s.refused(t, args{url: "http://several.example:" + port + "/"}, codeBlocked)
}

func TestDeniedNetworkBehindAName(t *testing.T) {
	t.Parallel()
	names := newNameServer(t, []string{"127.0.0.1"})
	s := newSession(t, FetchConfig{AllowPrivate: true, DenyNetworks: prefixes("127.0.0.0/8"), Resolver: names.resolver()})
	for _, url := range []string{"http://denied.example/", "http://127.0.0.1/"} {
		if message := s.refused(t, args{url: url}, codeBlocked); !strings.Contains(message, "denied") {
			t.Errorf("got %s", message)
		}
	}
}

func TestLookupsAreCounted(t *testing.T) {
	t.Parallel()
	names := newNameServer(t, []string{"127.0.0.1"})
	s := newSession(t, FetchConfig{MaxLookups: 2, Resolver: names.resolver(), MaxFetches: 100})
	for range 3 {
		s.refused(t, args{url: "http://a.example/"}, codeBlocked)
		s.refused(t, args{url: "http://b.example/"}, codeBlocked)
	}
	for _, url := range []string{"http://c.example/", "http://secret-data.evil.example/"} {
		s.refused(t, args{url: url}, codeBudget)
	}
	s.refused(t, args{url: "http://127.0.0.1/"}, codeBlocked) // needs none
	names.mu.Lock()
	defer names.mu.Unlock()
	if len(names.asked) != 2 {
		t.Errorf("asked for %v", names.asked)
	}
}

func TestBlockedHostsAreNotLookedUp(t *testing.T) {
	t.Parallel()
	names := newNameServer(t, []string{"127.0.0.1"})
	s := newSession(t, FetchConfig{AllowHosts: []string{"api.example"}, Resolver: names.resolver()})
	s.refused(t, args{url: "http://data.evil.example/"}, codeBlocked)
	s.refused(t, args{url: "http://api.example:25/"}, codeBlocked)
	names.mu.Lock()
	defer names.mu.Unlock()
	if len(names.asked) != 0 {
		t.Errorf("asked for %v", names.asked)
	}
}

func TestNetworkFailuresTellNoAddresses(t *testing.T) {
	t.Parallel()
	names := newNameServer(t, nil)
	s := newSession(t, FetchConfig{AllowPrivate: true, Resolver: names.resolver()})
	message := s.refused(t, args{url: "http://nowhere.example/?secret"}, codeNetwork)
	if want := "fetch: nowhere.example: the name cannot be looked up: no such host"; message != want {
		t.Errorf("got %s", message)
	}
	message = s.refused(t, args{url: "http://127.0.0.1:1/"}, codeNetwork)
	if want := "fetch: 127.0.0.1:1: dial: connect: connection refused"; message != want {
		t.Errorf("got %s", message)
	}
}

func TestTimeoutsOfConnectionsAreTimeouts(t *testing.T) {
	t.Parallel()
	to, err := parseTarget("https://slow.example:8443/?secret")
	if err != nil {
		t.Fatal(err)
	}
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
	lookup := &net.DNSError{Err: "i/o timeout", Server: "10.0.0.53:53", IsTimeout: true}
	for _, cause := range []error{dial, lookup} {
		e := wantCode(t, new(client).explain(to, cause), codeTimedOut)
		if e.Message != "fetch: slow.example:8443 could not be connected to in time" {
			t.Errorf("got %s", e.Message)
		}
	}
}

func TestRedirectsAreLookedUpToo(t *testing.T) {
	t.Parallel()
	names := newNameServer(t, []string{"127.0.0.1"})
	server := serve(t, redirector)
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	s := newSession(t, FetchConfig{AllowPrivate: true, MaxLookups: 1, Resolver: names.resolver()})
	s.must(t, args{url: server.URL + "/302/http://a.example" + port + "/"})
	s.refused(t, args{url: server.URL + "/302/http://b.example" + port + "/"}, codeBudget)
}
