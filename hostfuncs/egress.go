package hostfuncs

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// This file decides what a script may reach. A target is checked by name and port
// before anything is done, and every address by number at the moment it is
// dialled: what a name resolved to a moment ago proves nothing.

const (
	dialTimeout            = 5 * time.Second
	handshakeTimeout       = 5 * time.Second
	maxResponseHeaderBytes = 64 << 10
	// maxConnsPerHost keeps a burst of events from becoming an attack on whoever
	// all the scripts call.
	maxConnsPerHost = 64
)

// newTransport returns a transport whose connections all pass the guard.
func newTransport(config FetchConfig, guard *guard) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: -1, Resolver: config.Resolver, Control: guard.control}
	// HTTP/1.1 alone, and one connection for each request: runs of different owners
	// share the transport, and what one of them did to a connection (logged in by
	// NTLM, left half a response behind, was let share it by HTTP/2) must not meet
	// the request of another. Runs make few requests; a handshake is cheaper than
	// the proof that sharing is safe.
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  nil, // the guard would see the proxy's address only
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: config.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    handshakeTimeout,
		ResponseHeaderTimeout:  config.Timeout,
		MaxResponseHeaderBytes: maxResponseHeaderBytes,
		MaxConnsPerHost:        maxConnsPerHost,
		DisableKeepAlives:      true,
		DisableCompression:     true, // readBody decodes, with a cap
		Protocols:              protocols,
	}
}

var (
	errBlocked = errors.New("the address is not public")
	errDenied  = errors.New("the address is denied")
)

// guard decides about addresses.
type guard struct {
	public  *ssrf.Guardian
	private bool // everything but denied is fine
	denied  []netip.Prefix
}

func newGuard(config FetchConfig) (*guard, error) {
	allowed, err := plainPrefixes("AllowNetworks", config.AllowNetworks)
	if err != nil {
		return nil, err
	}
	denied, err := plainPrefixes("DenyNetworks", config.DenyNetworks)
	if err != nil {
		return nil, err
	}
	var v4, v6 []netip.Prefix
	for _, prefix := range allowed {
		if prefix.Addr().Is4() {
			v4 = append(v4, prefix)
		} else {
			v6 = append(v6, prefix)
		}
	}
	return &guard{
		public: ssrf.New(
			ssrf.WithAnyPort(), // policy.check has looked at the port
			ssrf.WithAllowedV4Prefixes(v4...),
			ssrf.WithAllowedV6Prefixes(v6...),
			// The platform service of Azure's hosts; its address is a public one.
			ssrf.WithDeniedV4Prefixes(netip.PrefixFrom(netip.AddrFrom4([4]byte{168, 63, 129, 16}), 32)),
		),
		private: config.AllowPrivate,
		denied:  denied,
	}, nil
}

// plainPrefixes returns prefixes with IPv4-mapped ones as IPv4.
func plainPrefixes(field string, prefixes []netip.Prefix) ([]netip.Prefix, error) {
	plain := make([]netip.Prefix, 0, len(prefixes))
	for _, prefix := range prefixes {
		if !prefix.IsValid() {
			return nil, fmt.Errorf("%s has an invalid network", field)
		}
		if prefix.Addr().Is4In6() && prefix.Bits() >= 96 {
			prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
		}
		plain = append(plain, prefix.Masked())
	}
	return plain, nil
}

// control is the Control of the dialer: address is the one that is about to be
// connected to.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: %s %s", errBlocked, network, address)
	}
	return g.check(to.Addr())
}

// check returns errDenied or errBlocked for an address that must not be connected
// to. An IPv6 address that stands for an IPv4 one must pass as both.
func (g *guard) check(address netip.Addr) error {
	if !address.IsValid() || address.Zone() != "" {
		return errBlocked
	}
	address = address.Unmap()
	faces := append(embeddedIPv4(address), address)
	for _, face := range faces {
		inFace := func(p netip.Prefix) bool { return p.Contains(face) }
		if slices.ContainsFunc(g.denied, inFace) {
			return errDenied
		}
		if !g.private && g.public.SafeAddr(face) != nil {
			return errBlocked
		}
	}
	return nil
}

// embeddedIPv4 returns the IPv4 addresses that an IPv6 address leads to by way of
// a translator or a tunnel.
func embeddedIPv4(address netip.Addr) []netip.Addr {
	if !address.Is6() {
		return nil
	}
	b := address.As16()
	at := func(i int) netip.Addr { return netip.AddrFrom4([4]byte(b[i : i+4])) }
	prefix := func(bytes ...byte) bool { return slices.Equal(b[:len(bytes)], bytes) }
	switch {
	case prefix(0x00, 0x64, 0xff, 0x9b): // NAT64 (RFC 6052, RFC 8215)
		return []netip.Addr{at(12)}
	case prefix(0x20, 0x02): // 6to4 (RFC 3056)
		return []netip.Addr{at(2)}
	case prefix(0x20, 0x01, 0, 0): // Teredo (RFC 4380): server, and client inverted
		client := [4]byte{^b[12], ^b[13], ^b[14], ^b[15]}
		return []netip.Addr{at(4), netip.AddrFrom4(client)}
	case prefix(0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0): // SIIT (RFC 2765)
		return []netip.Addr{at(12)}
	case prefix(make([]byte, 12)...) && b[12] != 0: // IPv4-compatible; not :: and ::1
		return []netip.Addr{at(12)}
	}
	return nil
}

// policy decides about names and ports. The guard is nil for the mock, which
// reaches nothing.
type policy struct {
	hosts []hostPattern
	ports []uint16 // empty: anyPort or the usual ones
	any   bool
	guard *guard
}

func newPolicy(config FetchConfig) (*policy, error) {
	guard, err := newGuard(config)
	if err != nil {
		return nil, err
	}
	hosts, err := parseHostPatterns(config.AllowHosts)
	if err != nil {
		return nil, err
	}
	return &policy{hosts: hosts, ports: config.AllowPorts, any: config.AllowPrivate, guard: guard}, nil
}

// check decides about a target as far as it can be done without a look-up.
func (p *policy) check(t *target) error {
	named, port := p.matchHost(t)
	if !named {
		return failf(codeBlocked, "%s is not among the hosts that this run may reach; --allow-host %s would admit it",
			t.host(), t.hostname)
	}
	if !port && !p.allowsPort(t.port) {
		return failf(codeBlocked, "port %d of %s is not among the ports that this run may reach; --allow-host %s would admit it",
			t.port, t.hostname, t.authority())
	}
	if p.guard == nil || !t.address.IsValid() {
		return nil
	}
	switch p.guard.check(t.address) {
	case nil:
		return nil
	case errDenied:
		return failDenied(t)
	}
	return failf(codeBlocked, "%s is not a public address (%s); the operator can admit it with --allow-private",
		t.hostname, addressClass(t.address))
}

func failDenied(t *target) error {
	return failf(codeBlocked, "%s is in a network that the operator denied", t.host())
}

// matchHost reports whether the host is admitted, and whether its port is with it.
func (p *policy) matchHost(t *target) (host, port bool) {
	for _, pattern := range p.hosts {
		switch {
		case !pattern.matches(t.hostname):
		case pattern.port == 0:
			host = true
		case pattern.port == t.port:
			return true, true
		}
	}
	return host || len(p.hosts) == 0, false
}

func (p *policy) allowsPort(port uint16) bool {
	if len(p.ports) > 0 {
		return slices.Contains(p.ports, port)
	}
	return p.any || usualPort(port)
}

// usualPort reports whether a port is one that HTTP may be spoken at when nobody
// said more. The numbers are the bad ports of the Fetch Standard from 1024 on, and
// two services that take lines of an HTTP request for commands.
func usualPort(port uint16) bool {
	switch port {
	case 80, 443:
		return true
	case 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566,
		6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211:
		return false
	}
	return port >= 1024
}

// hostPattern is an entry of AllowHosts.
type hostPattern struct {
	glob string
	port uint16 // 0: those that AllowPorts admits
}

func (p hostPattern) matches(hostname string) bool {
	return matchGlob(p.glob, strings.TrimSuffix(hostname, "."))
}

func parseHostPatterns(texts []string) ([]hostPattern, error) {
	patterns := make([]hostPattern, 0, len(texts))
	for _, text := range texts {
		pattern, err := parseHostPattern(text)
		if err != nil {
			return nil, fmt.Errorf("AllowHosts: %q: %w", text, err)
		}
		patterns = append(patterns, pattern)
	}
	return patterns, nil
}

// parseHostPattern reads an entry; what stands for one host is normalised the way
// the hosts of URLs are.
func parseHostPattern(text string) (hostPattern, error) {
	var pattern hostPattern
	name, port := text, ""
	if at := strings.LastIndexByte(text, ':'); at > strings.LastIndexByte(text, ']') {
		name, port = text[:at], text[at+1:]
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil || number == 0 {
			return pattern, errors.New("the port must be a number from 1 to 65535")
		}
		pattern.port = uint16(number)
	}
	if name == "" || strings.ContainsAny(name, "/\\@?# \t\r\n%") {
		return pattern, errors.New(`write a host like api.example.com or *.example.com, with :port at most`)
	}
	// A letter stands in for *, which a host name does not hold.
	const stand = "x0star0x"
	parsed, err := parseURL("http://"+strings.ReplaceAll(name, "*", stand)+"/", nil)
	if err != nil || parsed.Port() != "" || strings.Contains(name, stand) {
		return pattern, errors.New("this is no host name")
	}
	pattern.glob = strings.ReplaceAll(strings.Trim(parsed.Hostname(), "[]"), stand, "*")
	pattern.glob = strings.TrimSuffix(pattern.glob, ".")
	return pattern, nil
}

// matchGlob reports whether text matches pattern, in which * stands for any
// characters. It takes at most len(pattern) × len(text) steps.
func matchGlob(pattern, text string) bool {
	star, back := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, back = p, t
			p++
		case p < len(pattern) && pattern[p] == text[t]:
			p++
			t++
		case star >= 0:
			back++
			p, t = star+1, back
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// addressClass says why an address is not public.
func addressClass(address netip.Addr) string {
	address = address.Unmap()
	switch {
	case address.IsLoopback():
		return "loopback"
	case address.IsPrivate():
		return "private network"
	case address.IsLinkLocalUnicast():
		return "link-local"
	case address.IsMulticast():
		return "multicast"
	}
	return "reserved"
}
