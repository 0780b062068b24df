package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cloche/service/api"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 64 << 20

// client talks to a server, or to the same handler in this process.
type client struct {
	base  string // without a slash at the end
	token string
	http  *http.Client
}

// answerTime is how long a server may think before it answers.
const answerTime = time.Minute

// newHTTP returns a client for servers. It follows no redirects: the token must not
// go where it was not meant to.
func newHTTP(transport http.RoundTripper) *http.Client {
	if transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.ResponseHeaderTimeout = answerTime
		transport = t
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// apiPath joins the parts of a path below /api.
func apiPath(parts ...string) string {
	escaped := make([]string, len(parts))
	for i, part := range parts {
		escaped[i] = url.PathEscape(part)
	}
	return "/api/" + strings.Join(escaped, "/")
}

// get decodes what is at path.
func get[T any](ctx context.Context, c *client, path string) (T, error) {
	return call[T](ctx, c, http.MethodGet, path, nil)
}

// call sends input as JSON, unless it is nil, and decodes the answer. Errors of the
// server are *serverError.
func call[T any](ctx context.Context, c *client, method, path string, input any) (T, error) {
	var output T
	var body []byte
	if input != nil {
		var err error
		if body, err = json.Marshal(input); err != nil {
			return output, err
		}
	}
	response, err := c.send(ctx, method, path, body, nil)
	if err != nil {
		return output, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return output, unreachable(c.base, err)
	}
	if err := json.Unmarshal(text, &output); err != nil {
		return output, c.strange(response)
	}
	return output, nil
}

// send sends a request and returns the answer if it is a success.
func (c *client) send(ctx context.Context, method, path string, body []byte, header http.Header) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, usage("--server %s: not an address", c.base)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, unreachable(c.base, err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		defer response.Body.Close()
		return nil, c.problem(response)
	}
	return response, nil
}

// problem reads the error that a server answered with.
func (c *client) problem(response *http.Response) error {
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	var p api.Problem
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil || kind != "application/problem+json" || json.Unmarshal(text, &p) != nil {
		return c.strange(response)
	}
	p.Status = response.StatusCode
	return &serverError{p}
}

func (c *client) strange(response *http.Response) error {
	return &exitError{exitUnreachable, fmt.Errorf("%s does not answer like a server of runner (status %d): is that the right address?", c.base, response.StatusCode)}
}

func unreachable(base string, err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		err = dial.Err
	}
	return &exitError{exitUnreachable, fmt.Errorf("cannot reach %s: %w", base, err)}
}

// serverError is an answer that is not a success.
type serverError struct{ problem api.Problem }

// Error returns what is wrong, with a hint where one helps.
func (e *serverError) Error() string {
	switch e.problem.Code {
	case api.CodeDenied:
		return "the server refuses us: give it a token with RUNNER_TOKEN or --token, or use 'runner login'"
	case api.CodeInternal:
		return "the server failed; its log knows more of request " + e.problem.RequestID
	}
	return e.problem.Error()
}

// exitCode returns the code of the command line for the problem.
func (e *serverError) exitCode() int {
	switch e.problem.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return exitUnreachable
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		return exitInvalid
	}
	return exitFailed
}

// isProblem reports whether err is the server's answer with one of the codes.
func isProblem(err error, codes ...api.Code) bool {
	var e *serverError
	if !errors.As(err, &e) {
		return false
	}
	for _, code := range codes {
		if e.problem.Code == code {
			return true
		}
	}
	return false
}
