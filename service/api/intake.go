package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"cloche/service"
)

// intakeTimeout is how long the service may take to store an activity: less than
// writeTimeout, so that the sender hears of it.
const intakeTimeout = 25 * time.Second

// Accepted is the answer to an activity that was taken. By then it is stored and
// will be run, whatever happens.
type Accepted struct {
	ID        string   `json:"id" doc:"The activity; of the first delivery if this is a repetition."`
	Duplicate bool     `json:"duplicate" doc:"The delivery was known; nothing new comes of it."`
	Runs      []string `json:"runs" doc:"The runs that come of it."`
	Warnings  []string `json:"warnings" doc:"What is allowed but probably not meant."`
}

func viewAccepted(a service.Accepted) Accepted {
	return Accepted{a.ActivityID, a.Duplicate, orEmpty(a.Runs), orEmpty(a.Warnings)}
}

// hook takes an activity from its sender. The body is read once and stays as it
// is: the signature is over its bytes, and the script sees the same.
func (a *api) hook(w http.ResponseWriter, r *http.Request) {
	a.take(w, r, func(ctx context.Context, body []byte, hops int) (service.Accepted, error) {
		accepted, err := a.Service.Deliver(ctx, service.Intake{
			Project: r.PathValue("project"), Header: r.Header, Body: body, Hops: hops,
		})
		if errors.Is(err, service.ErrNotFound) {
			err = service.ErrDenied // which projects exist is nobody's business
		}
		return accepted, err
	})
}

// push takes an activity from whoever has a token for that.
func (a *api) push(w http.ResponseWriter, r *http.Request) {
	a.take(w, r, func(ctx context.Context, body []byte, hops int) (service.Accepted, error) {
		return a.Service.Push(ctx, r.PathValue("project"), body, hops)
	})
}

// take reads what came, hands it to accept and says what became of it.
func (a *api) take(w http.ResponseWriter, r *http.Request, accept func(context.Context, []byte, int) (service.Accepted, error)) {
	if a.stopping() {
		writeProblem(w, stopped())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), intakeTimeout)
	defer cancel()
	hops, err := hopsOf(r)
	var body []byte
	if err == nil {
		body, err = a.readActivity(w, r)
	}
	var accepted service.Accepted
	if err == nil {
		accepted, err = accept(ctx, body, hops)
	}
	if err != nil {
		writeProblem(w, unprocessable(a.answer(ctx, requestID(w), err)))
		return
	}
	writeJSON(w, http.StatusAccepted, viewAccepted(accepted))
}

// unprocessable makes wrong input 422, as senders of webhooks expect it, with the
// fields where readers of RFC 9457 look for them.
func unprocessable(p *Problem) *Problem {
	if p.Code != CodeInvalid || p.Status != http.StatusBadRequest || len(p.Detail.Fields) == 0 && p.Detail.Text == badHops {
		return p
	}
	q := problem(http.StatusUnprocessableEntity, CodeInvalid, "%s", p.Detail.String())
	q.Errors = p.Detail.Fields
	return q
}

const badHops = service.HopsHeader + " is not a whole number"

func hopsOf(r *http.Request) (int, error) {
	text := r.Header.Get(service.HopsHeader)
	if text == "" {
		return 0, nil
	}
	hops, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, problem(http.StatusBadRequest, CodeInvalid, badHops)
	}
	return int(hops), nil
}

// readActivity reads the body, and not one byte more than it may have.
func (a *api) readActivity(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := checkMediaType(r); err != nil {
		return nil, err
	}
	if r.ContentLength > a.MaxBody {
		return nil, a.tooLarge()
	}
	var body bytes.Buffer
	// What is claimed is not what comes: a claim alone takes no more than this.
	body.Grow(int(min(max(r.ContentLength, 0), 64<<10)) + bytes.MinRead)
	_, err := io.Copy(&body, http.MaxBytesReader(w, r.Body, a.MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, a.tooLarge()
	case err != nil:
		return nil, problem(http.StatusRequestTimeout, CodeInvalid, "the body did not arrive")
	}
	return body.Bytes(), nil
}

func (a *api) tooLarge() *Problem {
	return problem(http.StatusRequestEntityTooLarge, CodeTooLarge, "the body has more than %d bytes", a.MaxBody)
}
