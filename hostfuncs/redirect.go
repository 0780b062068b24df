package hostfuncs

import (
	"context"
	"net/http"
)

const maxRedirects = 5

// follow sends a request and those that its redirects ask for. Every hop passes
// the same checks as the first. The target is the one that the result, or the
// error, comes from.
func (s *session) follow(ctx context.Context, r *request, moved *traffic) (*response, *target, error) {
	for hops := 0; ; hops++ {
		if err := s.admit(r.target); err != nil {
			return nil, r.target, err
		}
		wire := r.wire(ctx)
		for name, value := range s.marks.Always {
			wire.Header.Set(name, value)
		}
		received, err := s.transport.RoundTrip(wire)
		if err != nil {
			return nil, r.target, err
		}
		moved.out += int64(len(r.body))
		next, err := r.next(received, hops)
		if next == nil && err == nil {
			answer, err := s.read(r, received, moved)
			if answer != nil {
				answer.redirected = hops > 0
			}
			return answer, r.target, err
		}
		_ = received.Body.Close()
		if err != nil {
			return nil, r.target, err
		}
		r = next
	}
}

// admit checks a target before anything is sent, and counts its name.
func (s *session) admit(t *target) error {
	if err := s.policy.check(t); err != nil {
		return err
	}
	if t.address.IsValid() {
		return nil
	}
	if _, known := s.names[t.hostname]; !known && len(s.names) >= s.config.MaxLookups {
		return failf(codeBudget, "the run has looked up its %d host names", s.config.MaxLookups)
	}
	s.names[t.hostname] = struct{}{}
	return nil
}

// next returns the request that a response redirects to, nil when the response
// is the answer.
func (r *request) next(received *http.Response, hops int) (*request, error) {
	location := received.Header.Get("Location")
	if !isRedirect(received.StatusCode) || location == "" || r.redirect == redirectManual {
		return nil, nil
	}
	if r.redirect == redirectError {
		return nil, failf(codeNetwork, `%s answered with a redirect (%d), which redirect: "error" refuses`,
			r.target.host(), received.StatusCode)
	}
	if hops == maxRedirects {
		return nil, failf(codeNetwork, "more than %d redirects, the last from %s", maxRedirects, r.target.host())
	}
	to, err := r.target.resolve(location)
	if err != nil {
		return nil, err
	}
	next := *r
	next.target = to
	if dropsBody(received.StatusCode, r.method) {
		if r.method != http.MethodHead {
			next.method = http.MethodGet
		}
		next.body = ""
		next.headers = withoutContent(next.headers)
	}
	// A sub-domain or another port is another host: its owner may be another.
	if to.authority() != r.target.authority() {
		next.headers = travellingHeaders(next.headers)
	}
	return &next, nil
}

func isRedirect(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// dropsBody reports whether the redirected request is one without body (Fetch
// Standard, HTTP-redirect fetch, step 12).
func dropsBody(status int, method string) bool {
	switch status {
	case 301, 302:
		return method == http.MethodPost
	case 303:
		return true
	}
	return false
}
