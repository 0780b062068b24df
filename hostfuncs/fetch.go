package hostfuncs

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"cloche/host"
)

// maxTimeout is the longest that scripts are promised to be able to wait.
const maxTimeout = 30 * time.Second

// FetchConfig says what fetch may reach and how much it may move. The zero
// FetchConfig is ready for use: every public address, nothing else.
type FetchConfig struct {
	// AllowHosts are the hosts that may be reached: names, addresses, or globs in
	// which * stands for any characters, dots included. "*.example.com" is every
	// sub-domain of example.com and not example.com itself. With a port, as in
	// "mail.example.com:25" or "[2001:db8::1]:99", an entry admits that port alone,
	// even one that AllowPorts does not. It does not make a private address
	// reachable. Empty: every host.
	AllowHosts []string
	// AllowPrivate admits addresses that are not public: loopback, private,
	// link-local, the metadata services of clouds, and the rest. It also admits
	// every port when AllowPorts is empty. For a developer's machine; a service
	// that runs the scripts of others leaves it off.
	AllowPrivate bool
	// AllowNetworks are exceptions from what is not public, such as the one
	// internal service that scripts are meant to call.
	AllowNetworks []netip.Prefix
	// DenyNetworks are never reached, whatever else allows them. An IPv4 network
	// covers the IPv6 addresses that embed its addresses (NAT64, 6to4, Teredo).
	DenyNetworks []netip.Prefix
	// AllowPorts are the ports that may be reached. Empty: 80, 443 and 1024 to
	// 65535, without those of protocols that an HTTP request could be mistaken for:
	// the bad ports of the Fetch Standard, 6379 (Redis) and 11211 (memcached).
	AllowPorts []uint16
	// MaxFetches is how often a run may call fetch; calls that fail count,
	// redirects do not. Default 50.
	MaxFetches int
	// MaxRequestBytes is the largest body of a request. Default 1 MiB, at most 1 GiB.
	MaxRequestBytes int64
	// MaxResponseBytes is the largest body of a response, after decompression.
	// Default 5 MiB, at most 1 GiB.
	MaxResponseBytes int64
	// MaxLookups is how many different host names a run may look up: names carry
	// data to whoever answers for their domain. Default 50.
	MaxLookups int
	// Timeout is the time that a fetch has in all, redirects and body included,
	// and the most that a script may ask for. Default and maximum 30 s.
	Timeout time.Duration
	// UserAgent is sent unless the script sets the header. Default
	// "cloche-runner/1".
	UserAgent string
	// RootCAs are the authorities that certificates are checked with. Nil: those of
	// the system.
	RootCAs *x509.CertPool
	// Resolver looks names up. Nil: the system's.
	Resolver *net.Resolver
	// Now measures the durations in the log; a fixed clock makes them 0 ms. It has
	// no say in timeouts. Nil: time.Now.
	Now func() time.Time
}

// withDefaults returns a copy of the configuration that shares nothing with it
// and whose zero fields have their defaults.
func (c FetchConfig) withDefaults() FetchConfig {
	c.AllowHosts = slices.Clone(c.AllowHosts)
	c.AllowNetworks = slices.Clone(c.AllowNetworks)
	c.DenyNetworks = slices.Clone(c.DenyNetworks)
	c.AllowPorts = slices.Clone(c.AllowPorts)
	setDefault(&c.MaxFetches, 50)
	setDefault(&c.MaxRequestBytes, 1<<20)
	setDefault(&c.MaxResponseBytes, 5<<20)
	setDefault(&c.MaxLookups, 50)
	setDefault(&c.Timeout, maxTimeout)
	setDefault(&c.UserAgent, "cloche-runner/1")
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c FetchConfig) validate() error {
	const most = 1 << 30
	switch {
	case c.MaxFetches < 0:
		return errors.New("MaxFetches is negative")
	case c.MaxLookups < 0:
		return errors.New("MaxLookups is negative")
	case c.MaxRequestBytes < 0 || c.MaxRequestBytes > most:
		return errors.New("MaxRequestBytes must be between 0 and 1 GiB")
	case c.MaxResponseBytes < 0 || c.MaxResponseBytes > most:
		return errors.New("MaxResponseBytes must be between 0 and 1 GiB")
	case c.Timeout < 0 || c.Timeout > maxTimeout:
		return fmt.Errorf("the field Timeout must be between 0 and %v", maxTimeout)
	case !httpguts.ValidHeaderFieldValue(c.UserAgent):
		return errors.New("UserAgent is no valid header value")
	}
	return nil
}

// Fetcher makes HTTP requests for scripts. It is safe for concurrent use.
type Fetcher struct {
	client    client
	transport *http.Transport
}

// NewFetcher returns a Fetcher. The error names the field of the configuration
// that is wrong.
func NewFetcher(config FetchConfig) (*Fetcher, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("hostfuncs: fetch: %w", err)
	}
	policy, err := newPolicy(config)
	if err != nil {
		return nil, fmt.Errorf("hostfuncs: fetch: %w", err)
	}
	transport := newTransport(config, policy.guard)
	return &Fetcher{
		client:    client{config: config, policy: policy, transport: transport},
		transport: transport,
	}, nil
}

// Run returns fetch for one run: its budget of requests and look-ups is that
// run's. Like every host.Func of one run it is for one goroutine at a time.
//
// Arguments: the URL (absolute, http or https, at most 8 KiB, without user name),
// the method (a token of at most 64 bytes, not CONNECT, TRACE or TRACK), the body
// (null, a string or bytes), redirect ("follow", "manual" or "error"), the timeout
// in milliseconds (0: as long as FetchConfig.Timeout), then names and values of at
// most 100 headers of 32 KiB together. Values are sent as UTF-8.
//
// Answer: a list of status, status text, the URL that answered, whether that was
// after a redirect, the headers as a flat list (names in lower case and sorted,
// Set-Cookie lines apart, without Content-Encoding and Content-Length when the body
// was gzip), and the body.
//
// Failures are TypeErrors, with a code in host.Exception.Code:
//   - EINVAL: an argument is wrong, or a header is one that fetch sets itself.
//   - EBLOCKED: the host, its port or an address it has is not to be reached, or
//     a redirect leads there, from https to http or to another scheme.
//   - ETIMEDOUT: the time of the request is over, or the 5 s that a connection and
//     a TLS handshake have each.
//   - ENETWORK: the name is unknown, the connection failed, the certificate is not
//     trusted, the response is malformed or cut short, its encodings are nested, or
//     it redirects a sixth time.
//   - ETOOLARGE: the request body or the response body is past its cap, or the
//     response headers past 64 KiB. No part of such a body is returned.
//   - EBUDGET: MaxFetches or MaxLookups is used up.
//
// When ctx ends, it returns the error of ctx at once. Whatever happens, there are
// two lines in the log of the run, under the level http. Redirects are followed as
// the Fetch Standard says (https://fetch.spec.whatwg.org/#http-redirect-fetch), but
// at most 5, and every header that may hold a credential is left behind where the
// host or the port changes.
func (f *Fetcher) Run() host.Func { return f.client.run(Marks{}) }

// RunMarked is Run with headers that say where the requests come from.
func (f *Fetcher) RunMarked(m Marks) host.Func { return f.client.run(m) }

// Marks are headers that the host adds to the requests of a run. Names and values
// must be valid; they do not count against what a script may send.
type Marks struct {
	// Always are set on every request, redirected ones included, whatever the script
	// sets.
	Always map[string]string
	// Otherwise are set where the script sets no header of that name, and stay behind
	// like its own when a redirect leads to another host.
	Otherwise map[string]string
}

// Close releases what the Fetcher holds. Requests under way are not interrupted:
// they end with the contexts of their runs.
func (f *Fetcher) Close() { f.transport.CloseIdleConnections() }

// client is what the fetches of all runs share; the mock has one too.
type client struct {
	config    FetchConfig // with defaults
	policy    *policy
	transport http.RoundTripper
}

func (c client) run(m Marks) host.Func {
	s := c.session()
	s.marks = m
	return func(ctx context.Context, call *host.Call) (host.Value, error) {
		return s.fetch(ctx, call, call)
	}
}

func (c client) session() *session {
	return &session{client: c, names: make(map[string]struct{})}
}

// session is one run's use of a client.
type session struct {
	client
	marks   Marks
	fetches int
	names   map[string]struct{} // host names, against MaxLookups
}

// reporter takes what a fetch tells about itself: a *host.Call.
type reporter interface {
	Log(level, text string)
	Transferred(out, in int64)
}

// levelHTTP is the level of the log lines.
const levelHTTP = "http"

// fetch does one call. Its log lines tell neither query nor headers nor bodies:
// that is where credentials are.
func (s *session) fetch(ctx context.Context, call *host.Call, report reporter) (host.Value, error) {
	began := s.config.Now()
	r, err := parseRequest(call, s.config)
	for name, value := range s.marks.Otherwise {
		r.headers = addHeader(r.headers, strings.ToLower(name), value)
	}
	report.Log(levelHTTP, "HTTP request: "+r.describe())
	var answer *response
	var moved traffic
	s.fetches++
	switch {
	case err != nil:
	case s.fetches > s.config.MaxFetches:
		err = failf(codeBudget, "the run has made its %d requests", s.config.MaxFetches)
	default:
		answer, err = s.perform(ctx, r, &moved)
	}
	took := s.config.Now().Sub(began).Milliseconds()
	report.Transferred(moved.out, moved.in)
	if err != nil {
		report.Log(levelHTTP, fmt.Sprintf("HTTP response: failed: %s after %d ms", logCode(err), took))
		return host.Value{}, err
	}
	report.Log(levelHTTP, fmt.Sprintf("HTTP response: %s (%d bytes, %d ms)", answer.statusLine(), len(answer.body), took))
	return answer.value(), nil
}

// logCode names a failure in the log.
func logCode(err error) string {
	if e := (*host.Exception)(nil); errors.As(err, &e) {
		return e.Code
	}
	return "the run ended"
}

// traffic counts the bytes of bodies on the wire.
type traffic struct{ out, in int64 }

// perform sends the request under its deadline. When it is the run that ended,
// the error is that of the run's context and no Exception.
func (s *session) perform(run context.Context, r *request, moved *traffic) (*response, error) {
	ctx, cancel := context.WithTimeout(run, r.timeout)
	defer cancel()
	answer, at, err := s.follow(ctx, r, moved)
	switch {
	case err == nil:
		return answer, nil
	case run.Err() != nil:
		return nil, run.Err()
	}
	if e := (*host.Exception)(nil); errors.As(err, &e) {
		return nil, e
	}
	if ctx.Err() != nil {
		return nil, failf(codeTimedOut, "%s took longer than the %d ms that the request had",
			at.host(), r.timeout.Milliseconds())
	}
	return nil, s.explain(at, err)
}
