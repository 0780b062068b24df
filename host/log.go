package host

import (
	"fmt"
	"strings"
	"time"
)

// LogLine is one line that a run wrote; its text may hold line breaks, and
// whatever else the script put there: escape it before it reaches a terminal.
type LogLine struct {
	// Number counts the lines of the run from 1, dropped ones included.
	Number int `json:"number"`
	// Time is the run's clock, 1 ms resolution.
	Time time.Time `json:"time"`
	// Level is log, info, debug, warn or error for console, http for fetch, and
	// cloche for what the host itself has to say.
	Level string `json:"level"`
	// Text is UTF-8.
	Text string `json:"text"`
}

// levelHost marks the lines that the host writes by itself.
const levelHost = "cloche"

// lineOverhead is what a line counts towards the limit beside its text, so that
// empty lines are not free.
const lineOverhead = 16

// runLog keeps the first and the last lines of a log within a limit in bytes.
type runLog struct {
	now     func() time.Time
	emit    func(LogLine) // may be nil
	half    int
	number  int
	head    []LogLine
	size    int // of head
	full    bool
	tail    []LogLine // a queue: tail[first:] are its lines
	first   int
	kept    int   // size of tail
	dropped int64 // bytes of text
}

func newRunLog(limit int, now func() time.Time, emit func(LogLine)) *runLog {
	return &runLog{now: now, emit: emit, half: limit / 2}
}

// longest returns how many bytes of a text append looks at, and a few more: at least
// as many as the name of a level has.
func (l *runLog) longest() int { return max(l.half, 64) }

// append adds a line. A text longer than half of the limit is cut.
func (l *runLog) append(level, text string) {
	l.number++
	if most := max(l.half-lineOverhead, 0); len(text) > most {
		l.dropped += int64(len(text) - most)
		text = text[:most]
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	line := LogLine{Number: l.number, Time: l.now(), Level: level, Text: text}
	cost := len(text) + lineOverhead
	if !l.full && l.size+cost <= l.half {
		l.head = append(l.head, line)
		l.size += cost
		if l.emit != nil {
			l.emit(line)
		}
		return
	}
	l.full = true
	l.tail = append(l.tail, line)
	l.kept += cost
	l.trim()
}

// trim drops lines from the front of the tail until it fits.
func (l *runLog) trim() {
	for l.kept > l.half && l.first < len(l.tail)-1 {
		oldest := &l.tail[l.first]
		l.kept -= len(oldest.Text) + lineOverhead
		l.dropped += int64(len(oldest.Text))
		*oldest = LogLine{}
		l.first++
	}
	if l.first > 1024 && l.first > len(l.tail)/2 {
		l.tail = append([]LogLine(nil), l.tail[l.first:]...)
		l.first = 0
	}
}

// finish returns all lines that were kept. It is called once.
func (l *runLog) finish() []LogLine {
	rest := l.tail[l.first:]
	if l.dropped > 0 {
		at := l.now()
		if len(rest) > 0 {
			at = rest[0].Time
		}
		marker := LogLine{
			Number: l.number + 1, Time: at, Level: levelHost,
			Text: fmt.Sprintf("%d bytes of the log were dropped here; the limit is %d bytes", l.dropped, 2*l.half),
		}
		if len(rest) > 0 {
			marker.Number = rest[0].Number - 1
		}
		rest = append([]LogLine{marker}, rest...)
	}
	if l.emit != nil {
		for _, line := range rest {
			l.emit(line)
		}
	}
	return append(l.head, rest...)
}
