//go:build cgo

package sqlite

import (
	"context"
	"database/sql"

	"cloche/storage/queue"
	"cloche/storage/record"
)

// wakes collects the mailboxes to wake of all writes that share a transaction, and
// inserts their jobs at its end: when many activities come in at a time, they are for
// few mailboxes, and inserting a job takes longer than all the rest of accepting one.
//
// A write that failed leaves its mailboxes behind. Waking one that has no work does
// no harm.
type wakes struct {
	insert *queue.Client[*sql.Tx]
	forget func()
	bell   bell
	boxes  []record.Mailbox
	seen   map[record.Mailbox]struct{}
}

// add is for writes, which run one at a time.
func (w *wakes) add(boxes ...record.Mailbox) {
	for _, box := range boxes {
		if _, again := w.seen[box]; !again {
			w.seen[box] = struct{}{}
			w.boxes = append(w.boxes, box)
		}
	}
}

func (w *wakes) begin() {
	w.boxes = w.boxes[:0]
	if w.seen == nil {
		w.seen = make(map[record.Mailbox]struct{})
	}
	clear(w.seen)
}

func (w *wakes) end(tx *sql.Tx) error {
	return w.insert.Wake(context.Background(), tx, w.boxes)
}

func (w *wakes) committed() {
	if len(w.boxes) > 0 {
		w.bell.ring()
	}
}

func (w *wakes) undone() { w.forget() }
