package hostfuncs

import (
	"context"
	"errors"
	"strings"

	whatwg "github.com/nlnwa/whatwg-url/url"

	"cloche/host"
)

const (
	// maxURLBytes is the longest URL that the script's URL objects hold.
	maxURLBytes = 64 << 10
	// maxAuthorityBytes bounds user name, password and host together. The parser
	// takes time quadratic in it: 6 s for 64 KiB of @, 8 ms for this much.
	maxAuthorityBytes = 2 << 10
	// maxPathWork bounds slashes times length of a path, for the same reason: 64 KiB
	// of slashes take 1.2 s, what is within this bound 10 ms at most. 512 segments
	// fit into 64 KiB, and any number into 5 KiB.
	maxPathWork = 32 << 20
)

// URLFunctions returns url.parse(url, base or null) and url.set(href, part, value),
// which answer with the eleven strings href, origin, protocol, username, password,
// host, hostname, port, pathname, search and hash of the URL Standard
// (https://url.spec.whatwg.org/), or with null for what is not a valid URL. A URL
// has at most 64 KiB; past that parse answers with null and set throws a
// RangeError. Safe for concurrent use. fetch has the same parser, so that it never
// sees another host in a URL than the script did.
func URLFunctions() map[string]host.Func {
	return map[string]host.Func{
		host.URLParseFunction: urlParse,
		host.URLSetFunction:   urlSet,
	}
}

func urlParse(_ context.Context, call *host.Call) (host.Value, error) {
	call.Computes()
	if call.Arg(0).Kind() != host.String {
		return host.NullValue(), nil
	}
	var u *whatwg.Url
	var err error
	switch base := call.Arg(1); base.Kind() {
	case host.Null, host.Undefined:
		u, err = parseURL(call.Arg(0).Text(), nil)
	case host.String:
		var against *whatwg.Url
		if against, err = parseURL(base.Text(), nil); err == nil {
			u, err = parseURL(call.Arg(0).Text(), against)
		}
	default:
		return host.NullValue(), nil
	}
	if err != nil {
		return host.NullValue(), nil
	}
	href := u.Href(false)
	if unwieldy(href, maxURLBytes) {
		return host.NullValue(), nil
	}
	return urlParts(u, href), nil
}

func urlSet(_ context.Context, call *host.Call) (host.Value, error) {
	call.Computes()
	u, err := parseURL(call.Arg(0).Text(), nil)
	if err != nil {
		return host.NullValue(), nil
	}
	part, value := call.Arg(1).Text(), strings.ToValidUTF8(call.Arg(2).Text(), "\uFFFD")
	if part == "href" {
		if u, err = parseURL(value, nil); err != nil {
			return host.NullValue(), nil
		}
	} else if longPart(part, value) || !setPart(u, part, value) {
		return host.Value{}, errLongURL()
	}
	href := u.Href(false)
	if unwieldy(href, maxURLBytes) {
		return host.Value{}, errLongURL()
	}
	return urlParts(u, href), nil
}

func errLongURL() error {
	return &host.Exception{Name: "RangeError", Message: "URL: the URL would become too long"}
}

// longPart reports whether a value is too much to be set at all.
func longPart(part, value string) bool {
	switch part {
	case "username", "password", "host", "hostname":
		return len(value) > maxAuthorityBytes
	case "pathname":
		return strings.Count(value, "/")*len(value) > maxPathWork || len(value) > maxURLBytes
	}
	return len(value) > maxURLBytes
}

// setPart calls the setter of the URL Standard, which leaves alone what it cannot
// set. It reports false for a part that has none.
func setPart(u *whatwg.Url, part, value string) bool {
	switch part {
	case "protocol":
		u.SetProtocol(value)
	case "username":
		u.SetUsername(value)
	case "password":
		u.SetPassword(value)
	case "host", "hostname":
		setHost(u, part, value)
	case "port":
		u.SetPort(value)
	case "pathname":
		u.SetPathname(value)
	case "search":
		u.SetSearch(value)
	case "hash":
		u.SetHash(value)
	default:
		return false
	}
	return true
}

// setHost leaves the URL as it was when the new host would be none.
func setHost(u *whatwg.Url, part, value string) {
	before := u.Host()
	if part == "host" {
		u.SetHost(value)
	} else {
		u.SetHostname(value)
	}
	if !hasStableHost(u) {
		u.SetHost(before)
	}
}

func urlParts(u *whatwg.Url, href string) host.Value {
	parts := []string{
		href, origin(u), u.Protocol(), u.Username(), u.Password(), u.Host(),
		u.Hostname(), u.Port(), u.Pathname(), u.Search(), u.Hash(),
	}
	values := make([]host.Value, len(parts))
	for i, part := range parts {
		values[i] = host.StringValue(part)
	}
	return host.ListValue(values...)
}

// origin returns what the standard calls the serialisation of a URL's origin.
func origin(u *whatwg.Url) string {
	switch u.Scheme() {
	case "http", "https", "ws", "wss", "ftp":
		return u.Protocol() + "//" + u.Host()
	case "blob":
		inner, err := parseURL(u.Pathname(), nil)
		if err == nil && (inner.Scheme() == "http" || inner.Scheme() == "https") {
			return origin(inner)
		}
	}
	return "null"
}

var errBadURL = errors.New("the URL is not valid")

// parseURL parses text against base, which may be nil.
func parseURL(text string, base *whatwg.Url) (*whatwg.Url, error) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if unwieldy(text, maxURLBytes) {
		return nil, errBadURL
	}
	var u *whatwg.Url
	var err error
	if base == nil {
		u, err = whatwg.Parse(text)
	} else {
		u, err = base.Parse(text)
	}
	if err == nil && !hasStableHost(u) {
		return nil, errBadURL
	}
	return u, err
}

// hasStableHost reports whether the host of u, when that is an internationalised
// name, is still itself when it is parsed again. The library maps characters after it
// looked whether there are any that read from right to left, and so takes names that
// the rule of RFC 5893 forbids.
func hasStableHost(u *whatwg.Url) bool {
	name := u.Hostname()
	if !strings.Contains(name, "xn--") {
		return true
	}
	again, err := whatwg.Parse("http://" + name)
	return err == nil && again.Hostname() == name
}

// unwieldy reports whether a URL is longer than limit, or such that parsing or
// writing it would take longer than a call of the host may.
func unwieldy(text string, limit int) bool {
	if len(text) > limit {
		return true
	}
	if strings.ContainsAny(text, "\t\r\n") { // which the parser removes, too
		text = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(text)
	}
	if end := strings.IndexAny(text, "?#"); end >= 0 {
		text = text[:end]
	}
	rest, hierarchical := afterScheme(text)
	if !hierarchical {
		return false
	}
	slashes := strings.Count(rest, "/") + strings.Count(rest, `\`)
	return slashes*len(rest) > maxPathWork || len(authority(rest)) > maxAuthorityBytes
}

// afterScheme returns what is behind the scheme, or all of a text without one, and
// whether that consists of segments: not so in data:, javascript: or mailto: URLs.
// It adds the slashes that may be left out behind some schemes.
func afterScheme(text string) (rest string, hierarchical bool) {
	text = strings.TrimLeftFunc(text, func(c rune) bool { return c <= ' ' })
	colon := strings.IndexByte(text, ':')
	if colon < 0 || strings.ContainsAny(text[:colon], `/\`) {
		return text, true
	}
	rest = text[colon+1:]
	switch strings.ToLower(text[:colon]) {
	case "http", "https", "ws", "wss", "ftp", "file":
		return "//" + rest, true
	}
	// What stands before the colon may be no scheme but the start of a path.
	return rest, strings.HasPrefix(rest, "/") || !isScheme(text[:colon])
}

func isScheme(text string) bool {
	for i := range len(text) {
		c := text[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		other := '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return text != ""
}

// authority returns what the parser may take for user name, password, host and
// port in what is behind a scheme: that much or more of it.
func authority(rest string) string {
	after := strings.TrimLeft(rest, `/\`)
	if len(rest)-len(after) < 2 {
		return ""
	}
	if end := strings.IndexAny(after, `/\`); end >= 0 {
		after = after[:end]
	}
	return after
}
