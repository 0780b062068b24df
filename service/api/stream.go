package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"cloche/service"
	"cloche/storage/record"
)

const eventStreamType = "text/event-stream"

// stream is an answer that is written bit by bit. The server's deadlines are for
// whole answers: a stream moves its own on with every write, so that a client that
// takes nothing is still cut off.
type stream struct {
	w       http.ResponseWriter
	r       *http.Request
	control *http.ResponseController
}

func newStream(w http.ResponseWriter, r *http.Request) *stream {
	s := &stream{w, r, http.NewResponseController(w)}
	// A reading deadline that passes would count as the client's leaving.
	_ = s.control.SetReadDeadline(time.Time{}) // not every writer has one
	s.extend()
	return s
}

func (s *stream) extend() { _ = s.control.SetWriteDeadline(time.Now().Add(writeTimeout)) }

func (s *stream) printf(format string, args ...any) error {
	s.extend()
	_, err := fmt.Fprintf(s.w, format, args...)
	return err
}

// json writes value as one line of JSON.
func (s *stream) json(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return s.printf("%s\n", text)
}

// event writes a server-sent event.
func (s *stream) event(kind string, id int, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if id > 0 {
		return s.printf("id: %d\nevent: %s\ndata: %s\n\n", id, kind, text)
	}
	return s.printf("event: %s\ndata: %s\n\n", kind, text)
}

func (s *stream) flush() bool { return s.control.Flush() == nil }

// streamEvents writes server-sent events: a line for each line, numbered so that a
// client that was cut off can go on, and end with the run when it has ended. A
// comment now and then keeps proxies from closing a quiet connection.
func (a *api) streamEvents(w http.ResponseWriter, r *http.Request, run record.Run, want logRequest) {
	w.Header().Set("Content-Type", eventStreamType)
	w.Header().Set("X-Accel-Buffering", "no")
	s := newStream(w, r)
	if s.printf(": %s\n\n", run.ID) != nil || !s.flush() {
		return
	}
	want.delay = -1
	beat := func() bool { return s.printf(": alive\n\n") == nil && s.flush() }
	end := a.follow(s, run, want, func(line record.Line) bool {
		return s.event("line", line.Number, viewLine(line)) == nil
	}, beat)
	if end == nil {
		return
	}
	_ = s.event("end", 0, viewRun(*end)) // the client may have gone
}

// follow calls line with every line of the run from want.after on, and idle when
// none came for a while, until one of them returns false, the client goes, or the
// run has ended: then it returns the run.
func (a *api) follow(s *stream, run record.Run, want logRequest, line func(record.Line) bool, idle func() bool) *record.Run {
	ctx, cancel := context.WithCancel(s.r.Context())
	defer cancel()
	events := a.events(ctx, s, run, want.after)
	var deadline <-chan time.Time
	if want.delay >= 0 {
		timer := time.NewTimer(want.delay)
		defer timer.Stop()
		deadline = timer.C
	}
	beat := time.NewTicker(a.Heartbeat)
	defer beat.Stop()
	for {
		select {
		case event, more := <-events:
			switch {
			case !more:
				return nil
			case event.Run != nil:
				return event.Run
			case event.Line != nil && !line(*event.Line):
				return nil
			}
			if len(events) == 0 && !s.flush() {
				return nil
			}
		case <-beat.C:
			if !idle() {
				return nil
			}
		case <-deadline:
			return nil
		case <-a.Stop:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// events passes what the service tells of the run through a channel, which is
// closed at its end.
func (a *api) events(ctx context.Context, s *stream, run record.Run, after int) <-chan service.Event {
	events := make(chan service.Event, 64)
	go func() {
		defer close(events)
		defer func() {
			if cause := recover(); cause != nil { // no handler of the server's is above us
				a.Log.ErrorContext(ctx, "log stream panicked", "request", requestID(s.w), "panic", fmt.Sprint(cause))
			}
		}()
		for event, err := range a.Service.Follow(ctx, run.ProjectID, run.ID, after) {
			if err != nil {
				if ctx.Err() == nil {
					a.Log.ErrorContext(ctx, "log stream failed", "request", requestID(s.w), "error", err)
				}
				return
			}
			select {
			case events <- event:
			case <-ctx.Done():
				return
			}
		}
	}()
	return events
}
