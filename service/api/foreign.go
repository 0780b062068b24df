package api

import (
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// foreign says why a request without a token does not come from a program on this
// machine, or returns "".
//
// A listener on loopback is not enough: a page in the user's browser can reach it
// too, by a form (CSRF) or by a name of its own that leads to 127.0.0.1 (DNS
// rebinding), and so can the world behind a proxy on the machine. A browser tells
// by Origin, Sec-Fetch-Site and the Host that it was sent to, a proxy by what it
// adds; a page cannot make any of them go away.
func foreign(r *http.Request) string {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return "the request came through a proxy"
		}
	}
	if !isLoopbackHost(r.Host) {
		return "the request was sent to another name than localhost"
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return "the request came from another web site"
	}
	if origin := r.Header.Get("Origin"); origin != "" && !sameHost(origin, r.Host) {
		return "the request came from another web site"
	}
	return ""
}

// isLoopbackHost reports whether host, with or without a port, is localhost or a
// loopback address.
func isLoopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, host)
}

// checkMediaType refuses bodies that are not JSON: forms of other web sites are
// not, and what is encoded could be a bomb.
func checkMediaType(r *http.Request) error {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return problem(http.StatusUnsupportedMediaType, CodeMediaType, "send the body without a Content-Encoding")
	}
	kind := r.Header.Get("Content-Type")
	if kind == "" {
		return nil
	}
	base, _, err := mime.ParseMediaType(kind)
	if err != nil || base != "application/json" && !(strings.HasPrefix(base, "application/") && strings.HasSuffix(base, "+json")) {
		return problem(http.StatusUnsupportedMediaType, CodeMediaType, "send the body as Content-Type: application/json")
	}
	return nil
}
