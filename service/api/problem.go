package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cloche/service"
)

// problemType is the media type of a Problem, from RFC 9457.
const problemType = "application/problem+json"

// Code says what kind of problem it is, for programs. The list may grow.
type Code string

// The codes of problems.
const (
	CodeInvalid     Code = "invalid"      // what was sent is wrong; Detail says where
	CodeDenied      Code = "denied"       // token or signature missing or wrong
	CodeForbidden   Code = "forbidden"    // the token may not do that
	CodeNotFound    Code = "not_found"    // there is no such thing
	CodeMethod      Code = "method"       // the address does not take that method
	CodeAmbiguous   Code = "ambiguous"    // several IDs begin so
	CodeConflict    Code = "conflict"     // not in the state that this needs
	CodeUnchanged   Code = "unchanged"    // the update would change nothing
	CodeTooLarge    Code = "too_large"    // the body has too many bytes
	CodeMediaType   Code = "media_type"   // the body is not JSON, or encoded
	CodeLoop        Code = "loop"         // scripts set each other off
	CodeRateLimited Code = "rate_limited" // too fast; see Retry-After
	CodeBusy        Code = "busy"         // too much waits; see Retry-After
	CodeInternal    Code = "internal"     // our fault; the log knows
)

// Problem is the body of every answer that is not a success, by RFC 9457 with the
// vendor's habit: Detail is an object of messages by field when fields are wrong.
type Problem struct {
	Title  string `json:"title" doc:"What the status means, the same every time."`
	Status int    `json:"status" doc:"The HTTP status."`
	Code   Code   `json:"code" doc:"The kind of problem, for programs."`
	Detail Detail `json:"detail,omitzero" doc:"What is wrong: a text, or an object of texts by field."`
	// Errors are the fields again, for readers of RFC 9457 alone; webhooks only.
	Errors map[string]string `json:"errors,omitempty" doc:"What is wrong by field; webhooks only."`
	// RequestID finds the request in the server's log; of internal problems only.
	RequestID string `json:"request_id,omitempty" doc:"Names the request in the server's log."`

	retryAfter time.Duration
}

// Error returns the title and what is wrong in one line.
func (p *Problem) Error() string {
	if text := p.Detail.String(); text != "" {
		return text
	}
	return p.Title
}

// GetStatus returns the HTTP status, for huma.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the headers that belong to the status, for huma.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="runner"`)
	}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	return h
}

// ContentType returns the media type of a Problem, for huma.
func (p *Problem) ContentType(string) string { return problemType }

func problem(status int, code Code, format string, args ...any) *Problem {
	return &Problem{
		Title:  http.StatusText(status),
		Status: status,
		Code:   code,
		Detail: Detail{Text: fmt.Sprintf(format, args...)},
	}
}

// denied is the one answer to whoever does not prove who they are. It is the same
// whatever the reason is.
func denied() *Problem {
	return problem(http.StatusUnauthorized, CodeDenied, "a valid token or signature is needed")
}

func notFound() *Problem {
	return problem(http.StatusNotFound, CodeNotFound, "there is no such thing here")
}

// busyDelay is what a sender is told to wait when too much waits already.
const busyDelay = 5 * time.Second

// later is the answer of a server that cannot do it at present.
func later(text string) *Problem {
	p := problem(http.StatusServiceUnavailable, CodeBusy, "%s", text)
	p.retryAfter = busyDelay
	return p
}

// stopped is the answer of a server that shuts down; another, or the same one after
// a while, will take what this one does not.
func stopped() *Problem { return later("the server is stopping") }

// problemOf says err in HTTP. It returns nil for what is nobody's business outside:
// then the answer is a bare 500.
func problemOf(err error) *Problem {
	var known *Problem
	var invalid *service.Invalid
	var limited *service.RateLimited
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &invalid):
		return invalidProblem(invalid.Fields)
	case errors.As(err, &limited):
		p := problem(http.StatusTooManyRequests, CodeRateLimited, "too many deliveries: try again later")
		p.retryAfter = max(limited.After, time.Second)
		return p
	case errors.Is(err, service.ErrBusy), errors.Is(err, context.DeadlineExceeded):
		return later("too much to do: try again later")
	case errors.Is(err, service.ErrUnavailable):
		return later("the server cannot store anything at present: try again later")
	}
	return plainProblem(err)
}

func plainProblem(err error) *Problem {
	switch {
	case errors.Is(err, service.ErrNotFound):
		return notFound()
	case errors.Is(err, service.ErrAmbiguous):
		return problem(http.StatusConflict, CodeAmbiguous, "%v", err)
	case errors.Is(err, service.ErrUnchanged):
		return problem(http.StatusConflict, CodeUnchanged, "No changed values were provided to update.")
	case errors.Is(err, service.ErrConflict):
		return problem(http.StatusConflict, CodeConflict, "%v", err)
	case errors.Is(err, service.ErrDenied):
		return denied()
	case errors.Is(err, service.ErrLoop):
		return problem(http.StatusUnprocessableEntity, CodeLoop, "%v", service.ErrLoop)
	case errors.Is(err, service.ErrTooLarge):
		return problem(http.StatusRequestEntityTooLarge, CodeTooLarge, "%v", err)
	}
	return nil
}

// invalidProblem has the shape of the vendor's validation errors. What is wrong
// with the whole, and no field, is a text.
func invalidProblem(fields map[string]string) *Problem {
	p := problem(http.StatusBadRequest, CodeInvalid, "")
	if text, whole := fields[""]; whole && len(fields) == 1 {
		p.Detail = Detail{Text: text}
		return p
	}
	p.Detail = Detail{Fields: fields}
	return p
}

// answer turns any error of the service into a Problem, and logs it if it is ours.
func (a *api) answer(ctx context.Context, requestID string, err error) *Problem {
	if errors.Is(err, service.ErrUnavailable) {
		a.Log.WarnContext(ctx, "request refused", "request", requestID, "error", err)
	}
	if p := problemOf(err); p != nil {
		return p
	}
	if errors.Is(err, context.Canceled) {
		return problem(http.StatusServiceUnavailable, CodeBusy, "the request was given up")
	}
	a.Log.ErrorContext(ctx, "request failed", "request", requestID, "error", err)
	p := problem(http.StatusInternalServerError, CodeInternal, "something went wrong on the server")
	p.RequestID = requestID
	return p
}

// writeProblem writes p as the answer.
func writeProblem(w http.ResponseWriter, p *Problem) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	writeJSON(w, p.Status, p)
}

// writeJSON writes value as the body. That the client has gone is no error of ours.
func writeJSON(w http.ResponseWriter, status int, value any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
}

var (
	_ huma.StatusError       = (*Problem)(nil)
	_ huma.HeadersError      = (*Problem)(nil)
	_ huma.ContentTypeFilter = (*Problem)(nil)
)
