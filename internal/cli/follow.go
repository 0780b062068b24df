package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"cloche/host"
	"cloche/service/api"
)

// logFormat are the flags of commands that print logs.
type logFormat struct {
	timestamps bool
	dateFmt    string
}

func (o *logFormat) flags(c *cobra.Command) {
	c.Flags().BoolVarP(&o.timestamps, "timestamps", "t", false, "begin every line with its time")
	c.Flags().StringVar(&o.dateFmt, "date-fmt", "c", "format of times, as in PHP's date()")
}

// printer returns a function that prints lines of a log after prefix. The functions
// of one logFormat may be called at the same time.
func (o *logFormat) printer(s Streams, prefix string) func(api.Line) {
	out := newLogPrinter(s)
	return func(line api.Line) {
		text := prefix
		if o.timestamps {
			text += "[" + formatDate(line.Time.Local(), o.dateFmt) + "] "
		}
		out.print(host.LogLine{Level: line.Level, Text: text + line.Message})
	}
}

// maxEvent bounds one server-sent event, in bytes: a whole log could be one line.
const maxEvent = 8 << 20

// reconnects is how often a stream that broke off is taken up again in a row.
const reconnects = 5

// followRun calls line with the lines of a run's log until the run has ended, and
// returns it. A connection that breaks off is made anew, from the next line on.
func followRun(ctx context.Context, s *session, r api.Run, line func(api.Line)) (api.Run, error) {
	last, failures := 0, 0
	for {
		before := last
		ended, err := streamRun(ctx, s.client, runPath(r)+"/log", &last, line)
		if err != nil || ended != nil {
			if ended == nil {
				ended = &r
			}
			return *ended, err
		}
		if failures++; last != before {
			failures = 0
		}
		if failures > reconnects {
			return r, unreachable(s.client.base, errors.New("the log broke off"))
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-time.After(200 * time.Millisecond << failures):
		}
	}
}

// streamRun reads one stream. It returns nil and nil if that broke off.
func streamRun(ctx context.Context, c *client, path string, last *int, line func(api.Line)) (*api.Run, error) {
	header := http.Header{"Accept": {"text/event-stream"}, "Last-Event-Id": {strconv.Itoa(*last)}}
	response, err := c.send(ctx, http.MethodGet, path, nil, header)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	events := newEventReader(response.Body)
	for {
		kind, data, ok := events.next()
		switch {
		case !ok:
			return nil, ctx.Err()
		case kind == "line":
			var l api.Line
			if err := json.Unmarshal(data, &l); err != nil {
				return nil, c.strange(response)
			}
			*last = l.Number
			line(l)
		case kind == "end":
			var r api.Run
			if err := json.Unmarshal(data, &r); err != nil {
				return nil, c.strange(response)
			}
			return &r, nil
		}
	}
}

// eventReader reads server-sent events.
type eventReader struct{ lines *bufio.Scanner }

func newEventReader(r io.Reader) *eventReader {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxEvent)
	return &eventReader{lines}
}

// next returns the next event, of one line of data. ok is false at the end.
func (e *eventReader) next() (kind string, data []byte, ok bool) {
	for e.lines.Scan() {
		name, value, _ := strings.Cut(e.lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			kind = value
		case "data":
			data = []byte(value)
		case "":
			if data != nil {
				return kind, data, true
			}
		}
	}
	return "", nil, false
}

// followAttempts follows a run and, while it fails and is tried again, what follows.
// It returns the last attempt.
func followAttempts(ctx context.Context, s *session, r api.Run, line func(api.Line)) (api.Run, error) {
	for {
		ended, err := followRun(ctx, s, r, line)
		if err != nil || succeeded(ended) || ended.Dead {
			return ended, err
		}
		// A retry is made in the transaction that records the failure.
		again, err := runsOf(ctx, s, ended.Project, ended.Parameters.Activity, func(other api.Run) bool {
			return other.Integration == ended.Integration && other.Parameters.Attempt == ended.Parameters.Attempt+1
		})
		if err != nil || len(again) == 0 {
			return ended, err
		}
		fmt.Fprintf(s.Err, "Activity %s of the integration %s: %s; it is tried again as %s\n", ended.ID, ended.Integration, ended.Code, again[0].ID)
		r = again[0]
	}
}

// runsOf returns the runs that an activity caused and that are wanted.
func runsOf(ctx context.Context, s *session, project, activity string, wanted func(api.Run) bool) ([]api.Run, error) {
	all, err := get[[]api.Run](ctx, s.client, apiPath("projects", project, "activities", activity, "runs"))
	return slices.DeleteFunc(all, func(r api.Run) bool { return !wanted(r) }), err
}

// awaitRuns prints the logs of the runs that an activity caused, retries included,
// until they have ended, and returns an error if the last attempt of one failed.
func awaitRuns(ctx context.Context, s *session, project, activity string, format *logFormat) error {
	runs, err := runsOf(ctx, s, project, activity, func(r api.Run) bool { return r.Parameters.Attempt == 1 })
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		fmt.Fprintln(s.Err, "No integration wants this activity.")
		return nil
	}
	s.work()
	// The lines of several runs come between each other, but each in one piece.
	together := *s
	together.Out, together.Err = synchronized(s.Out), synchronized(s.Err)
	ended := make([]api.Run, len(runs))
	failures := make([]error, len(runs))
	var group sync.WaitGroup
	for i, r := range runs {
		prefix := ""
		if len(runs) > 1 {
			prefix = "[" + r.Integration + "] "
		}
		group.Go(func() {
			ended[i], failures[i] = followAttempts(ctx, &together, r, format.printer(together.Streams, prefix))
		})
	}
	group.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	return judge(s, ended)
}

// judge says how runs ended, and returns an error if one failed.
func judge(s *session, runs []api.Run) error {
	worst := exitOK
	for _, r := range runs {
		text := r.State
		if r.Code != "" {
			text = r.Code
		}
		fmt.Fprintf(s.Err, "Activity %s of the integration %s: %s\n", r.ID, r.Integration, text)
		if !succeeded(r) {
			worst = max(worst, runExitCode(host.Code(r.Code)), exitFailed)
		}
	}
	if worst != exitOK {
		return &exitError{worst, errSilent}
	}
	return nil
}

func succeeded(r api.Run) bool { return r.Result != nil && *r.Result == "success" }

// synchronized makes a writer safe for concurrent use, a terminal still being one.
func synchronized(w io.Writer) io.Writer {
	if isTerminal(w) {
		return w // a file's writes do not mix
	}
	return &lockedWriter{w: w}
}

type lockedWriter struct {
	mutex sync.Mutex
	w     io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.w.Write(p)
}
