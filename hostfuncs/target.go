package hostfuncs

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	whatwg "github.com/nlnwa/whatwg-url/url"
)

const (
	maxFetchURL = 8 << 10 // bytes, as given and as normalised
	maxHostName = 253     // bytes (RFC 1035, section 2.3.4, as text)
	maxLabel    = 63      // bytes
	maxShown    = 1 << 10 // bytes of a URL in the log
)

// target is where a request goes. There is one reading of its URL: the URL
// Standard's, which net/http was made to agree with.
type target struct {
	parsed   *whatwg.Url
	href     string   // normalised, without fragment
	url      *url.URL // the same for net/http
	hostname string   // in lower case, IPv6 without brackets
	port     uint16
	address  netip.Addr // when hostname is a literal
}

// parseTarget checks the URL that a script gave.
func parseTarget(text string) (*target, error) {
	if len(text) > maxFetchURL {
		return nil, failf(codeInvalid, "the URL is longer than %d bytes", maxFetchURL)
	}
	parsed, err := parseURL(text, nil)
	if err != nil {
		return nil, failf(codeInvalid, "the URL is not valid; it must be complete, as in https://example.com/path")
	}
	switch parsed.Scheme() {
	case "http", "https":
	default:
		return nil, failf(codeInvalid, "the URL must begin with https:// or http://, not with %s:", clip(parsed.Scheme()))
	}
	if parsed.Username() != "" || parsed.Password() != "" {
		return nil, failf(codeInvalid, "the URL has a user name or password in it; send an Authorization header instead")
	}
	t, err := newTarget(parsed)
	if err != nil {
		return nil, failf(codeInvalid, "%s", err)
	}
	return t, nil
}

// resolve checks where a Location header leads.
func (t *target) resolve(location string) (*target, error) {
	from := t.host()
	if len(location) > maxFetchURL {
		return nil, failf(codeNetwork, "%s redirects to a URL longer than %d bytes", from, maxFetchURL)
	}
	parsed, err := parseURL(location, t.parsed)
	if err != nil {
		return nil, failf(codeNetwork, "%s redirects to an invalid URL", from)
	}
	scheme := parsed.Scheme()
	switch {
	case scheme != "http" && scheme != "https":
		return nil, failf(codeBlocked, "%s redirects to a %s: URL; only https: and http: are followed", from, clip(scheme))
	case scheme == "http" && t.url.Scheme == "https":
		return nil, failf(codeBlocked, "%s redirects from https to http, which is not followed", from)
	case parsed.Username() != "" || parsed.Password() != "":
		return nil, failf(codeBlocked, "%s redirects to a URL with a user name or password, which is not followed", from)
	}
	to, err := newTarget(parsed)
	if err != nil {
		return nil, failf(codeNetwork, "%s redirects elsewhere, but %s", from, err)
	}
	return to, nil
}

// newTarget turns a parsed http or https URL into a target. The error is for a
// message.
func newTarget(parsed *whatwg.Url) (*target, error) {
	t := &target{parsed: parsed, href: parsed.Href(true), port: portOf(parsed)}
	if len(t.href) > maxFetchURL {
		return nil, fmt.Errorf("the URL is longer than %d bytes", maxFetchURL)
	}
	t.hostname = strings.TrimSuffix(strings.TrimPrefix(parsed.Hostname(), "["), "]")
	if address, err := netip.ParseAddr(t.hostname); err == nil && address.Zone() == "" {
		t.address = address
	} else if err := checkName(t.hostname); err != nil {
		return nil, err
	}
	if t.url = wireURL(parsed, t.href); t.url == nil {
		return nil, errors.New("the URL is not one that can be sent")
	}
	return t, nil
}

// portOf returns the port that will be connected to. It reads the text, for the
// parser's own number is the scheme's port when a URL has port 0.
func portOf(parsed *whatwg.Url) uint16 {
	port, err := strconv.ParseUint(parsed.Port(), 10, 16)
	switch {
	case err == nil:
		return uint16(port)
	case parsed.Scheme() == "https":
		return 443
	}
	return 80
}

// checkName refuses names that the DNS does not have. Each label of a name is
// also something that is told to whoever runs the domain.
func checkName(name string) error {
	if len(strings.TrimSuffix(name, ".")) > maxHostName {
		return fmt.Errorf("the host name is longer than %d bytes", maxHostName)
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label == "" || len(label) > maxLabel {
			return fmt.Errorf("a part of the host name is empty or longer than %d bytes", maxLabel)
		}
	}
	return nil
}

// wireURL returns the URL for net/http, nil when net/url does not see the same
// scheme, host, path and query in it.
func wireURL(parsed *whatwg.Url, href string) *url.URL {
	// The URL Standard leaves in a path what net/url writes differently; then
	// net/http would send its own idea of the path, with %2F turned into a slash.
	path := wirePath(parsed.Pathname())
	query := ""
	if at := strings.IndexByte(href, '?'); at >= 0 {
		query = href[at:]
	}
	u, err := url.Parse(parsed.Protocol() + "//" + parsed.Host() + path + query)
	if err != nil {
		return nil
	}
	same := u.Scheme == parsed.Scheme() && u.Host == parsed.Host() &&
		u.Hostname() == strings.Trim(parsed.Hostname(), "[]") && u.Port() == parsed.Port() &&
		u.User == nil && u.Opaque == "" && u.Fragment == "" &&
		u.EscapedPath() == path && u.RawQuery == strings.TrimPrefix(query, "?")
	if !same {
		return nil
	}
	return u
}

// wirePath percent-encodes what net/url has no place for in a path.
func wirePath(path string) string {
	var out strings.Builder
	for i := range len(path) {
		c := path[i]
		switch {
		case c == '%' && !(i+2 < len(path) && isHex(path[i+1]) && isHex(path[i+2])):
			out.WriteString("%25")
		case c <= ' ', c >= 0x7f, strings.IndexByte("\"<>\\^`{|}", c) >= 0:
			fmt.Fprintf(&out, "%%%02X", c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// host returns host and port for messages, the port only when the URL has one.
func (t *target) host() string { return t.parsed.Host() }

// authority returns host and port, by which two targets are the same or not.
func (t *target) authority() string {
	return net.JoinHostPort(t.hostname, strconv.Itoa(int(t.port)))
}

// String returns the URL without its query, for logs and messages.
func (t *target) String() string {
	text, _, _ := strings.Cut(t.href, "?")
	if len(text) > maxShown {
		return text[:maxShown] + "…"
	}
	return text
}
