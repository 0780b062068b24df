package hostfuncs

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"cloche/host"
)

// Places of the arguments of fetch; headers follow as name, value, name, value.
const (
	argURL = iota
	argMethod
	argBody
	argRedirect
	argTimeout
	argHeaders
)

// What becomes of a redirect.
const (
	redirectFollow = "follow"
	redirectManual = "manual"
	redirectError  = "error"
)

const maxMethod = 64 // bytes

// request is one hop of a fetch, checked.
type request struct {
	method   string
	target   *target
	headers  []header
	body     string // immutable: a copy of nothing that a script can reach
	redirect string
	timeout  time.Duration
}

// parseRequest checks the arguments of a call. The guest may be taken over, so
// nothing that the script's side has checked counts. With an error it returns the
// parts that are valid, for the log.
func parseRequest(call *host.Call, config FetchConfig) (*request, error) {
	r := &request{}
	if err := r.setShape(call); err != nil {
		return r, err
	}
	target, err := parseTarget(call.Arg(argURL).Text())
	if err != nil {
		return r, err
	}
	r.target = target
	if err := r.setMethod(call.Arg(argMethod).Text()); err != nil {
		return r, err
	}
	if size := int64(len(r.body)); size > config.MaxRequestBytes {
		return r, failf(codeTooLarge, "the body has %d bytes, at most %d may be sent", size, config.MaxRequestBytes)
	}
	r.timeout, err = parseTimeout(call.Arg(argTimeout).Number(), config.Timeout)
	if err != nil {
		return r, err
	}
	r.headers, err = parseHeaders(call, config.UserAgent)
	return r, err
}

// setShape checks the kinds of the arguments.
func (r *request) setShape(call *host.Call) error {
	body := call.Arg(argBody)
	switch body.Kind() {
	case host.String, host.Bytes:
		r.body = body.Text()
	case host.Null:
	default:
		return failf(codeInvalid, "the body must be a string or bytes")
	}
	if call.Arg(argURL).Kind() != host.String {
		return failf(codeInvalid, "the URL must be a string")
	}
	if call.Arg(argMethod).Kind() != host.String {
		return failf(codeInvalid, "method must be a string")
	}
	switch r.redirect = call.Arg(argRedirect).Text(); r.redirect {
	case redirectFollow, redirectManual, redirectError:
		return nil
	}
	return failf(codeInvalid, `redirect must be "follow", "manual" or "error"`)
}

// setMethod writes the common methods in capitals, as the Fetch Standard does,
// and patch too: no server means anything else by it.
func (r *request) setMethod(method string) error {
	if len(method) > maxMethod || !httpguts.ValidHeaderFieldName(method) {
		return failf(codeInvalid, "method must be a word such as GET or POST")
	}
	switch upper := strings.ToUpper(method); upper {
	case "CONNECT", "TRACE", "TRACK":
		return failf(codeInvalid, "the method %s is not allowed", upper)
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		method = upper
	}
	r.method = method
	return nil
}

// parseTimeout returns the time that a request has: what the script asks for
// within what it may, which is also what 0 means.
func parseTimeout(ms float64, most time.Duration) (time.Duration, error) {
	if !(ms >= 0) {
		return 0, failf(codeInvalid, "timeout must be a number of milliseconds")
	}
	if ms == 0 || ms >= float64(most.Milliseconds()) {
		return most, nil
	}
	return time.Duration(ms * float64(time.Millisecond)), nil
}

// describe returns what the log says of the request.
func (r *request) describe() string {
	if r.target == nil {
		return "the URL is not valid"
	}
	method := r.method
	if method == "" {
		method = "(invalid method)"
	}
	return fmt.Sprintf("%s %s (%d bytes)", method, r.target, len(r.body))
}

// wire returns the request as net/http sends it.
func (r *request) wire(ctx context.Context) *http.Request {
	target := *r.target.url
	wire := &http.Request{
		Method: r.method,
		URL:    &target,
		Host:   target.Host,
		Header: make(http.Header, len(r.headers)+1),
		Proto:  "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	for _, h := range r.headers {
		wire.Header.Add(h.name, h.value)
	}
	// Always ours: what comes back is decoded here, with a cap on its size.
	wire.Header.Set("Accept-Encoding", "gzip")
	if r.body != "" {
		wire.Body = io.NopCloser(strings.NewReader(r.body))
		wire.ContentLength = int64(len(r.body))
	}
	return wire.WithContext(ctx)
}
