package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cloche/storage/record"
)

// logChunk is how many lines are read at a time.
const logChunk = 1000

// log answers with the log of a run: as server-sent events for who accepts them,
// else as the vendor's JSON lines. Both follow a run that has not ended.
func (a *api) log(w http.ResponseWriter, r *http.Request) {
	run, err := a.run(r.Context(), RunPath{
		IntegrationPath{ProjectPath{r.PathValue("project")}, r.PathValue("integration")}, r.PathValue("run"),
	})
	if err != nil {
		writeProblem(w, a.answer(r.Context(), requestID(w), err))
		return
	}
	want, err := logRequestOf(r)
	if err != nil {
		writeProblem(w, a.answer(r.Context(), requestID(w), err))
		return
	}
	if strings.Contains(r.Header.Get("Accept"), eventStreamType) {
		a.streamEvents(w, r, run, want)
		return
	}
	a.streamItems(w, r, run, want)
}

// logRequest says what of a log is wanted.
type logRequest struct {
	after int           // the last line that the client has
	max   int           // how many lines at most; 0 is all
	delay time.Duration // how long to wait for more lines; negative: until the run has ended
}

// logRequestOf reads start_at (the number of the first line), max_items and
// max_delay (milliseconds), all optional, and the Last-Event-ID of a client that
// was cut off.
func logRequestOf(r *http.Request) (logRequest, error) {
	want := logRequest{delay: -1}
	query := r.URL.Query()
	start, err := logNumber(query.Get("start_at"), "start_at")
	if err != nil {
		return want, err
	}
	want.after = max(start-1, 0)
	if want.max, err = logNumber(query.Get("max_items"), "max_items"); err != nil {
		return want, err
	}
	if text := query.Get("max_delay"); text != "" {
		delay, err := logNumber(text, "max_delay")
		if err != nil {
			return want, err
		}
		want.delay = time.Duration(delay) * time.Millisecond
	}
	if text := r.Header.Get("Last-Event-ID"); text != "" {
		want.after, err = logNumber(text, "Last-Event-ID")
	}
	return want, err
}

func logNumber(text, name string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, invalidProblem(map[string]string{name: "not a whole number of at most 10 digits"})
	}
	return int(n), nil
}

// LogItem is one line of the answer in JSON lines.
type LogItem struct {
	ID   int      `json:"_id,omitempty" doc:"The number of the line."`
	Seal bool     `json:"seal" doc:"True in the last item: the log is complete."`
	Data *LogData `json:"data,omitempty"`
}

// LogData is the content of a LogItem.
type LogData struct {
	Timestamp Time   `json:"timestamp"`
	Message   string `json:"message"`
}

// streamItems writes JSON lines: those that are stored, then those to come. The
// seal follows when the run has ended and all of its log was written.
func (a *api) streamItems(w http.ResponseWriter, r *http.Request, run record.Run, want logRequest) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	s := newStream(w, r)
	written := 0
	item := func(line record.Line) bool {
		view := viewLine(line)
		written++
		want.after = line.Number
		value := LogItem{ID: view.Number, Data: &LogData{view.Time, view.Message + "\n"}}
		return s.json(value) == nil && written != want.max
	}
	if more, err := a.storedLines(r.Context(), run, want.after, item); err != nil || !more {
		return // the client sees that there is no seal
	}
	// run was read before its lines, so one that had ended then has no others.
	ended := run.State.Finished()
	if !ended && want.delay != 0 {
		s.flush()
		ended = a.follow(s, run, want, item, func() bool { return true }) != nil
	}
	if ended {
		_ = s.json(LogItem{Seal: true}) // the client may have gone
	}
}

// storedLines calls line with every line after the one numbered after that is
// stored, and reports whether none of the calls returned false.
func (a *api) storedLines(ctx context.Context, run record.Run, after int, line func(record.Line) bool) (bool, error) {
	for {
		lines, err := a.Service.Lines(ctx, run, after, logChunk)
		if err != nil {
			a.Log.ErrorContext(ctx, "log cannot be read", "run", run.ID, "error", err)
			return false, err
		}
		for _, l := range lines {
			if !line(l) {
				return false, nil
			}
			after = l.Number
		}
		if len(lines) < logChunk {
			return true, nil
		}
	}
}
