//go:build cgo

package sqlite

import (
	"context"
	"database/sql"
	"time"

	"cloche/storage/queue"
	"cloche/storage/record"
)

// wakes collects the mailboxes to wake of all writes that share a transaction, and
// inserts their jobs at its end: when many activities come in at a time, they are for
// few mailboxes, and inserting a job takes longer than all the rest of accepting one.
//
// A mailbox whose job was inserted, and that nobody has claimed or given up since, needs
// no other: whoever does will see what was written before. This process is the only one
// that does either, so it knows without asking.
//
// A write that failed leaves its mailboxes behind. Waking one that has no work does
// no harm.
type wakes struct {
	insert *queue.Client[*sql.Tx]
	forget func()
	bell   bell
	boxes  []record.Mailbox
	seen   map[record.Mailbox]struct{}
	queued map[record.Mailbox]struct{}
	doubt  time.Time // when queued is forgotten
}

// doubtAfter is how long it is believed that a job which was inserted will be worked on:
// less than it takes until all mailboxes with work are woken in any case.
const doubtAfter = sweepAll / 2

// sweepAll is how often package relational does that.
const sweepAll = time.Minute

// add is for writes, which run one at a time.
func (w *wakes) add(boxes ...record.Mailbox) {
	for _, box := range boxes {
		_, again := w.seen[box]
		_, queued := w.queued[box]
		if !again && !queued {
			w.seen[box] = struct{}{}
			w.boxes = append(w.boxes, box)
		}
	}
}

// worked is told that a mailbox was claimed or given up: what comes to it from now on
// may be seen too late, and needs a job of its own.
func (w *wakes) worked(box record.Mailbox) {
	delete(w.queued, box)
	delete(w.seen, box)
}

func (w *wakes) begin() {
	w.boxes = w.boxes[:0]
	if now := time.Now(); w.seen == nil || now.After(w.doubt) {
		w.seen, w.queued = make(map[record.Mailbox]struct{}), make(map[record.Mailbox]struct{})
		w.doubt = now.Add(doubtAfter)
	}
	clear(w.seen)
}

func (w *wakes) end(tx *sql.Tx) error {
	return w.insert.Wake(context.Background(), tx, w.boxes)
}

func (w *wakes) committed() {
	for box := range w.seen {
		w.queued[box] = struct{}{}
	}
	if len(w.boxes) > 0 {
		w.bell.ring()
	}
}

func (w *wakes) undone() {
	clear(w.queued)
	w.forget()
}
