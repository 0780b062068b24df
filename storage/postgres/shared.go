package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"cloche/storage/queue"
	"cloche/storage/record"
)

const (
	// mostShared is how many writes share a transaction at most: it bounds how long the
	// first of them waits for the others' work.
	mostShared = 64
	// A shared transaction waits for locks of others as long as this; those who need them
	// then wait by themselves, each as long as it takes.
	sharedLockTime = 250 * time.Millisecond
	// idleTime is after how long the server ends a transaction that its process has
	// forgotten, because it was stopped or cut off: others wait for its locks.
	idleTime = 15 * time.Second
)

var (
	setIdleTime = fmt.Sprintf("SET LOCAL idle_in_transaction_session_timeout = %d", idleTime.Milliseconds())
	beginAlone  = "BEGIN; " + setIdleTime
	beginShared = []string{"BEGIN", setIdleTime, fmt.Sprintf("SET LOCAL lock_timeout = %d", sharedLockTime.Milliseconds())}
)

// writes are the changes that wait for a connection. Those that come while a
// transaction is under way share the next one: they share its round trips, its messages
// and its commit, which are most of what a small change costs.
//
// Invariants: each queued write is either taken by the leader or withdrawn by its
// caller, never both; there is a leader whenever the queue is not empty.
type writes struct {
	*connections
	insert *queue.Client[pgx.Tx]
	// undone is told that writes were undone that may have seen each other's changes.
	undone func()

	mu      sync.Mutex
	queue   []*pendingWrite
	leading bool
}

type pendingWrite struct {
	// key is what the write concerns: those with the same do not share a transaction,
	// in which no lock keeps them apart. "" is of writes that need none.
	key  string
	work func(transaction) error
	done chan error // of capacity 1
}

// do runs work in a transaction, which writes with other keys may share; work may be
// called twice, when a transaction that it shared failed. The context ends the waiting for a
// connection, not the work once it has begun: so an error of the context always means
// that nothing was written.
func (w *writes) do(ctx context.Context, key string, work func(transaction) error) error {
	p := &pendingWrite{key: key, work: work, done: make(chan error, 1)}
	w.enqueue(p)
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
	}
	if w.withdraw(p) {
		return ctx.Err()
	}
	return <-p.done
}

func (w *writes) enqueue(p *pendingWrite) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(w.queue, p)
	if !w.leading {
		w.leading = true
		go w.lead()
	}
}

// withdraw takes a write out of the queue; false says that the leader has it.
func (w *writes) withdraw(p *pendingWrite) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := slices.Index(w.queue, p)
	if n < 0 {
		return false
	}
	w.queue = slices.Delete(w.queue, n, n+1)
	return true
}

// take returns the writes that share the next transaction. When there are none, there is
// no leader any more.
func (w *writes) take() []*pendingWrite {
	w.mu.Lock()
	defer w.mu.Unlock()
	var batch []*pendingWrite
	keys := make(map[string]bool)
	left := w.queue[:0]
	for _, p := range w.queue {
		if len(batch) == mostShared || p.key != "" && keys[p.key] {
			left = append(left, p)
			continue
		}
		keys[p.key] = true
		batch = append(batch, p)
	}
	clear(w.queue[len(left):])
	w.queue = left
	w.leading = len(batch) > 0
	return batch
}

// lead commits what is queued until nothing is.
func (w *writes) lead() {
	for w.next() {
	}
}

// next commits what is queued by the time that there is a connection, and reports
// whether there was anything.
func (w *writes) next() bool {
	ctx, cancel := context.WithTimeout(context.Background(), transactionTime)
	defer cancel()
	conn, err := w.pool.Acquire(ctx)
	batch := w.take()
	if err != nil {
		for _, p := range batch {
			p.done <- err
		}
		return len(batch) > 0
	}
	defer conn.Release()
	switch len(batch) {
	case 0:
		return false
	case 1:
		batch[0].done <- transact(ctx, conn, func(tx pgx.Tx) error { return w.workAlone(ctx, tx, batch[0]) })
		return true
	}
	results, err := w.share(ctx, conn, batch)
	if errors.Is(err, errUndone) {
		w.undone()
		// The failure may be due to one of them, or hit all: each learns its own.
		for _, p := range batch {
			go w.doAlone(p)
		}
		return true
	}
	for i, p := range batch {
		p.done <- cmp.Or(err, results[i])
	}
	return true
}

// doAlone runs a write in a transaction of its own.
func (w *writes) doAlone(p *pendingWrite) {
	ctx, cancel := context.WithTimeout(context.Background(), transactionTime)
	defer cancel()
	p.done <- w.transact(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return w.workAlone(ctx, tx, p)
	})
}

func (w *writes) workAlone(ctx context.Context, tx pgx.Tx, p *pendingWrite) error {
	return p.attempt(newTransaction(ctx, alone{Tx: tx, insert: w.insert}))
}

// attempt does the work. A panic becomes an errPanic, for it is not in its caller's
// goroutine, where somebody may be prepared for it.
func (p *pendingWrite) attempt(t transaction) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, r, debug.Stack())
		}
	}()
	return p.work(t)
}

var errPanic = errors.New("storage: panic in a transaction")

// errUndone says that nothing of a shared transaction was committed.
var errUndone = errors.New("the shared transaction was undone")

// share runs the writes of a batch in one transaction. The error is that of the whole
// transaction: errUndone, unless it is not known whether it was committed.
func (w *writes) share(ctx context.Context, conn *pgxpool.Conn, batch []*pendingWrite) ([]error, error) {
	tx := &lateTx{conn: conn, ctx: ctx}
	defer func() { _ = tx.Rollback(ctx) }() // after a commit this does nothing
	s := &shared{ctx: ctx, tx: tx, results: make([]error, len(batch)), asked: make(chan *request), ended: make(chan *member)}
	for i, p := range batch {
		go s.run(&member{shared: s, number: i}, p)
	}
	err := s.serve()
	if err == nil && len(s.wakes) > 0 {
		err = w.insert.Wake(ctx, tx, distinct(s.wakes))
	}
	if err != nil {
		return nil, errUndone
	}
	return s.results, tx.Commit(ctx)
}

// distinct returns each mailbox once, in their order.
func distinct(boxes []record.Mailbox) []record.Mailbox {
	slices.SortFunc(boxes, func(a, b record.Mailbox) int {
		return cmp.Or(cmp.Compare(a.ProjectID, b.ProjectID), cmp.Compare(a.Lane, b.Lane))
	})
	return slices.Compact(boxes)
}

// shared is a transaction that several writes share. Each runs in a goroutine of its
// own, and they go in step: when all of them wait for an answer, their statements are
// sent together.
type shared struct {
	ctx     context.Context
	tx      *lateTx
	asked   chan *request
	ended   chan *member
	results []error

	mu    sync.Mutex
	wakes []record.Mailbox
}

// member is one of the writes that share a transaction: what its statements run on.
type member struct {
	*shared
	number  int
	changed bool     // a statement of it has changed something; the server's to set
	reading *request // whose rows it has not read to the end
}

// request is what a member asks of the transaction.
type request struct {
	member     *member
	locks      []record.Mailbox // before its statements
	statements statements
	rows       bool // the only statement has rows
	checked    bool // the statements are to do what is hoped for

	answer chan answer   // of capacity 1
	read   chan struct{} // closed when the rows were read
}

type answer struct {
	tag  pgconn.CommandTag
	rows pgx.Rows
	err  error
}

// run does the work of one write.
func (s *shared) run(m *member, p *pendingWrite) {
	s.results[m.number] = p.attempt(newTransaction(s.ctx, m))
	m.finishReading()
	s.ended <- m
}

// serve answers the members until all have ended. Its error undoes the transaction: a
// statement failed, or a write failed that had changed something.
func (s *shared) serve() error {
	var failed error
	var waiting []*request
	for members := len(s.results); members > 0; {
		select {
		case r := <-s.asked:
			waiting = append(waiting, r)
		case m := <-s.ended:
			members--
			if err := s.results[m.number]; err != nil && m.changed {
				failed = cmp.Or(failed, err)
			}
		}
		if len(waiting) < members {
			continue
		}
		if failed == nil && len(waiting) > 0 {
			failed = s.serveStep(waiting)
		}
		for _, r := range waiting {
			if failed != nil { // who has an answer already does not look for another
				r.reply(answer{err: failed})
			}
		}
		waiting = waiting[:0]
	}
	return failed
}

// serveStep answers what all members ask: first the locks, everybody's at once and in
// order, then the statements.
func (s *shared) serveStep(requests []*request) error {
	batch := s.tx.batch()
	var locks []record.Mailbox
	for _, r := range requests {
		locks = append(locks, r.locks...)
	}
	if len(locks) > 0 {
		batch.Queue(lockStatement, lockNames(distinct(locks)))
	}
	for _, r := range requests {
		for _, one := range r.statements {
			batch.Queue(one.sql, one.args...)
		}
	}
	results, err := s.tx.send(batch)
	if err != nil {
		return err
	}
	err = readStep(results, len(locks) > 0, requests)
	return errors.Join(err, results.Close())
}

// readStep hands the results of a step's statements to those who asked for them.
func readStep(results pgx.BatchResults, locked bool, requests []*request) error {
	if locked {
		if _, err := results.Exec(); err != nil {
			return err
		}
	}
	for _, r := range requests {
		if r.rows {
			rows, err := results.Query()
			if err != nil {
				return err
			}
			r.reply(answer{rows: rows})
			<-r.read
			rows.Close() // its reader may have had enough
			if err := rows.Err(); err != nil {
				return err
			}
			r.member.note(rows.CommandTag())
			continue
		}
		var tag pgconn.CommandTag
		for range r.statements {
			var err error
			if tag, err = results.Exec(); err == nil && r.checked {
				err = check(tag)
			}
			if err != nil {
				return err
			}
			r.member.note(tag)
		}
		r.reply(answer{tag: tag})
	}
	return nil
}

// reply answers a request, unless it has been.
func (r *request) reply(a answer) {
	select {
	case r.answer <- a:
	default:
	}
}

func (m *member) note(tag pgconn.CommandTag) {
	if !tag.Select() && tag.RowsAffected() > 0 {
		m.changed = true
	}
}
