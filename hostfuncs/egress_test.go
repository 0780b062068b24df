package hostfuncs

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
)

// literals are ways to write an address that must not be reached.
func literals() []string {
	return []string{
		// Loopback, in the forms of inet_aton and of browsers.
		"127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0X7F.1", "0177.1",
		"0x7f.0x0.0x0.0x1", "017700000001", "0177.0.0.01", "127.0.0.1.", "0x7f.0.0.1", "127.0x1",
		"１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "127%2e0%2e0%2e1", "%31%32%37.0.0.1",
		// Unspecified, private, link-local, CGNAT, benchmarking, documentation.
		"0", "0.0.0.0", "0x0", "0.1.2.3", "10.0.0.1", "10.1", "012.1", "167772161", "172.16.0.1", "172.31.255.255",
		"192.168.0.1", "192.168.257", "3232235521", "169.254.1.1", "169.254.169.254", "2852039166", "0xa9fea9fe",
		"0251.0376.0251.0376", "100.64.0.1", "100.100.100.200", "198.18.0.1", "192.0.0.192", "192.0.2.1",
		"198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		"168.63.129.16", "0xa83f8110",
		// IPv6.
		"[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::127.0.0.1]", "[::7f00:1]", "[::ffff:127.0.0.1]",
		"[::ffff:7f00:1]", "[::FFFF:0a00:0001]", "[::ffff:169.254.169.254]", "[::ffff:168.63.129.16]",
		"[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::10.0.0.1]",
		"[64:ff9b::8.8.8.8]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2002:808:808::1]",
		"[2001:0:7f00:1::]", "[2001:0:808:808:0:0:80ff:fffe]", "[2001:db8::1]", "[2001:10::1]", "[2001:20::1]",
		"[3fff::1]", "[fe80::1]", "[febf::1]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[fd12:3456::1]", "[ff02::1]",
		"[ff0e::1]", "[100::1]", "[5f00::1]", "[4000::1]", "[2620:4f:8000::1]",
	}
}

func TestNoLiteralReachesWhatIsNotPublic(t *testing.T) {
	t.Parallel()
	f, err := NewFetcher(FetchConfig{MaxFetches: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var dialled atomic.Int32
	f.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		dialled.Add(1)
		return nil, io.EOF
	}
	s := f.client.session()
	for _, literal := range literals() {
		for _, form := range []string{"http://%s/", "https://%s:8443/x?y", "HTTP:\\\\%s", "http:////%s"} {
			message := s.refused(t, args{url: fmt.Sprintf(form, literal)}, codeBlocked)
			if !strings.Contains(message, "--allow-private") {
				t.Fatalf("%s: the message does not help: %s", literal, message)
			}
			s.fetches = 0
		}
	}
	if dialled.Load() != 0 {
		t.Errorf("%d connections were made", dialled.Load())
	}
	// The trick is not to refuse everything.
	for _, literal := range []string{"8.8.8.8", "[2606:4700::1111]", "[::ffff:8.8.8.8]", "134744072", "example.com"} {
		s.refused(t, args{url: "http://" + literal}, codeNetwork)
	}
	if dialled.Load() != 5 {
		t.Errorf("%d of 5 connections were tried", dialled.Load())
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		config  FetchConfig
		fine    []string
		refused []string
	}{
		{"public only", FetchConfig{},
			[]string{"1.1.1.1", "169.253.255.255", "168.63.129.15", "2606:4700::1111", "::ffff:1.1.1.1"},
			[]string{"127.0.0.1", "::1", "fe80::1%eth0", "2606:4700::1111%eth0", "64:ff9b::1.1.1.1", "168.63.129.16"}},
		{"an exception", FetchConfig{AllowNetworks: prefixes("10.1.0.0/16", "fd00:1::/32", "::1/128")},
			[]string{"10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5", "::1", "1.1.1.1"},
			[]string{"10.2.0.1", "127.0.0.1", "fd00:2::5", "::ffff:10.2.0.1", "2002:a01:203::1"}},
		{"an exception, written as mapped", FetchConfig{AllowNetworks: prefixes("::ffff:10.1.0.0/112")},
			[]string{"10.1.2.3", "::ffff:10.1.2.3"}, []string{"10.2.0.1"}},
		{"an exception that is denied in part", FetchConfig{AllowNetworks: prefixes("10.0.0.0/8"), DenyNetworks: prefixes("10.9.0.0/16")},
			[]string{"10.1.2.3"}, []string{"10.9.0.1", "::ffff:10.9.0.1"}},
		// What an operator in a network of IPv6 alone must allow does not open what
		// is behind it.
		{"NAT64", FetchConfig{AllowNetworks: prefixes("64:ff9b::/96")},
			[]string{"64:ff9b::1.1.1.1"}, []string{"64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::168.63.129.16"}},
		{"tunnels", FetchConfig{AllowNetworks: prefixes("2002::/16", "2001::/32", "::ffff:0:0:0/96", "::/96")},
			[]string{"2002:101:101::1", "2001:0:101:101:0:0:fefe:fefe"},
			[]string{"2002:7f00:1::1", "2001:0:101:101:0:0:80ff:fffe", "2001:0:7f00:1:0:0:fefe:fefe", "::ffff:0:7f00:1", "::7f00:1"}},
		{"private", FetchConfig{AllowPrivate: true},
			[]string{"127.0.0.1", "::1", "169.254.169.254", "168.63.129.16", "fd00:ec2::254", "64:ff9b::7f00:1"},
			[]string{"fe80::1%eth0"}},
		{"private, denied in part", FetchConfig{AllowPrivate: true, DenyNetworks: prefixes("169.254.0.0/16", "fd00:ec2::/32", "1.1.1.0/24")},
			[]string{"127.0.0.1", "1.1.2.1"},
			[]string{"169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fd00:ec2::254", "1.1.1.1"}},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g, err := newGuard(test.config)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range test.fine {
				if err := g.check(netip.MustParseAddr(text)); err != nil {
					t.Errorf("%s: %v", text, err)
				}
			}
			for _, text := range test.refused {
				if g.check(netip.MustParseAddr(text)) == nil {
					t.Errorf("%s is admitted", text)
				}
			}
		})
	}
	g, _ := newGuard(FetchConfig{AllowPrivate: true})
	for _, c := range [][2]string{{"udp4", "1.1.1.1:80"}, {"unix", "/run/x.sock"}, {"tcp4", "host:80"}, {"tcp", "1.1.1.1:80"}} {
		if g.control(c[0], c[1], nil) == nil {
			t.Errorf("%v is admitted", c)
		}
	}
}

func TestHostsAndPorts(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		config  FetchConfig
		fine    []string
		refused []string
	}{
		{"no list", FetchConfig{},
			[]string{"http://a.example/", "https://a.example", "http://a.example:8080/", "https://a.example:65535"},
			[]string{"http://a.example:25/", "http://a.example:22/", "https://a.example:1023/", "http://a.example:6379", "http://a.example:11211", "http://a.example:6667", "http://a.example:0"}},
		{"private", FetchConfig{AllowPrivate: true}, []string{"http://a.example:25/", "http://127.0.0.1:1/"}, nil},
		{"ports", FetchConfig{AllowPorts: []uint16{443, 25}}, []string{"https://a.example/", "http://a.example:25/"}, []string{"http://a.example/", "http://a.example:8080"}},
		{"ports and private", FetchConfig{AllowPrivate: true, AllowPorts: []uint16{443}}, []string{"https://127.0.0.1"}, []string{"http://127.0.0.1"}},
		{"hosts", FetchConfig{AllowHosts: []string{"*.Example.com", "api.example.org", "bücher.example", "10.0.0.1", "mail.example.net:25", "[2606:4700::0]:8443"}},
			[]string{
				"https://a.example.com/", "https://a.b.example.com", "https://A.EXAMPLE.com.:8080", "http://api.example.org", "http://xn--bcher-kva.example",
				"http://BÜCHER.example", "http://mail.example.net:25", "http://[2606:4700::]:8443",
			},
			[]string{
				"https://example.com/", "https://aexample.com", "http://a.example.com.evil.example", "http://a.example.com@evil.example",
				"http://example.org", "http://mail.example.net", "http://mail.example.net:26", "http://[2606:4700::]", "http://a.example.com:25",
				"http://10.0.0.1", "http://10.0.0.2",
			}},
		{"hosts with a private one", FetchConfig{AllowPrivate: true, AllowHosts: []string{"10.0.0.*"}}, []string{"http://10.0.0.7:9"}, []string{"http://10.0.1.7", "http://example.com"}},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, err := newPolicy(test.config)
			if err != nil {
				t.Fatal(err)
			}
			for _, url := range test.fine {
				if to, err := parseTarget(url); err != nil {
					t.Errorf("%s: %v", url, err)
				} else if err := p.check(to); err != nil {
					t.Errorf("%s: %v", url, err)
				}
			}
			for _, url := range test.refused {
				to, err := parseTarget(url)
				if err != nil {
					continue
				}
				if err := p.check(to); err == nil {
					t.Errorf("%s is admitted", url)
				} else if wantCode(t, err, codeBlocked); !strings.Contains(err.Error(), "--allow-") {
					t.Errorf("%s: the message does not help: %v", url, err)
				}
			}
		})
	}
}

func TestHostPatternsAreChecked(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", ":80", "a:", "a:0", "a:65536", "a:-1", "a:x", "a b", "a/b", "http://a", "u@a", "::1", "[::1", "a?", "a%41", "x0star0x.com", "*.1"} {
		if p, err := parseHostPattern(text); err == nil {
			t.Errorf("%q is taken for %v", text, p)
		}
	}
}

func TestMatchGlob(t *testing.T) {
	t.Parallel()
	cases := []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"**", "abc", true}, {"a*", "a", true}, {"a*c", "abc", true},
		{"a*c", "abcd", false}, {"*c", "abcbc", true}, {"*b*d", "abcd", true}, {"*b*d", "abc", false}, {"a", "ab", false},
		{"a?", "ab", false}, {"*.b", ".b", true}, {"*ab*ab", "abab", true}, {"*ab*ab", "aab", false},
		{strings.Repeat("*a", 100) + "b", strings.Repeat("a", 8192), false}, // at once
	}
	for _, test := range cases {
		if matchGlob(test.pattern, test.text) != test.want {
			t.Errorf("%q, %.20q: not %v", test.pattern, test.text, test.want)
		}
	}
}
