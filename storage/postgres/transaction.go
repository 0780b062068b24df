package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"cloche/storage/queue"
	"cloche/storage/record"
	"cloche/storage/relational"
	"cloche/storage/relational/sqlc"

	pg "cloche/storage/postgres/sqlc"
)

// transaction is a relational.Tx.
type transaction struct {
	queries
	link
	ctx context.Context
}

var _ relational.Tx = transaction{}

// link is how a write reaches its transaction, which it may share with others.
type link interface {
	pg.DBTX
	// all locks mailboxes and then executes statements, in one message.
	all(ctx context.Context, boxes []record.Mailbox, list statements) error
	// wake wakes mailboxes before the transaction is committed.
	wake(ctx context.Context, boxes []record.Mailbox) error
	// complete marks a job as done.
	complete(ctx context.Context, job *queue.Job) error
}

func newTransaction(ctx context.Context, l link) transaction {
	return transaction{queries: queries{pg.New(l)}, link: l, ctx: ctx}
}

// Context implements relational.Tx.
func (t transaction) Context() context.Context { return t.ctx }

// Together implements relational.Tx.
func (t transaction) Together(work func(sqlc.Querier) error) error { return t.Queue(nil, work) }

// Queue implements relational.Tx. Numbers of rows are drawn before they are committed:
// without the locks, a run could be seen after one with a higher number had started.
// Everybody takes the locks in one order, and so nobody waits in a circle.
func (t transaction) Queue(boxes []record.Mailbox, work func(sqlc.Querier) error) error {
	var list statements
	if err := work(queries{pg.New(&list)}); err != nil {
		return err
	}
	return t.all(t.ctx, boxes, list)
}

// Wake implements relational.Tx.
func (t transaction) Wake(boxes ...record.Mailbox) error { return t.wake(t.ctx, boxes) }

// Claimed implements relational.Tx: what others know of a mailbox is in the database.
func (transaction) Claimed(record.Mailbox) {}

// Complete implements relational.Tx.
func (t transaction) Complete(ctx context.Context, job *queue.Job) error {
	return t.complete(ctx, job)
}

// statements collects what is executed on them.
type statements []statement

type statement struct {
	sql  string
	args []any
}

func (s *statements) add(sql string, args ...any) { *s = append(*s, statement{sql, args}) }

// Exec implements pg.DBTX. Its result is what is hoped for.
func (s *statements) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	s.add(sql, args...)
	return pgconn.NewCommandTag("UPDATE 1"), nil
}

// check holds a result against what was hoped for.
func check(tag pgconn.CommandTag) error {
	if tag.Update() && tag.RowsAffected() == 0 {
		return relational.ErrMoved
	}
	return nil
}

// Query implements pg.DBTX: nothing that is read can be collected.
func (*statements) Query(context.Context, string, ...any) (pgx.Rows, error) {
	return nil, errors.ErrUnsupported
}

// QueryRow implements pg.DBTX, as Query does.
func (*statements) QueryRow(context.Context, string, ...any) pgx.Row {
	return memberRow{err: errors.ErrUnsupported}
}

const lockStatement = "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) AS name"

func lockNames(boxes []record.Mailbox) []string {
	return mapped(boxes, lockName)
}

func lockName(box record.Mailbox) string { return fmt.Sprintf("%s/%d", box.ProjectID, box.Lane) }

// alone is the link of a write to a transaction of its own.
type alone struct {
	pgx.Tx
	insert *queue.Client[pgx.Tx]
}

func (a alone) all(ctx context.Context, boxes []record.Mailbox, list statements) error {
	var batch pgx.Batch
	if len(boxes) > 0 {
		batch.Queue(lockStatement, lockNames(boxes))
	}
	for _, one := range list {
		batch.Queue(one.sql, one.args...).Exec(check)
	}
	if batch.Len() == 0 {
		return nil
	}
	return a.SendBatch(ctx, &batch).Close()
}

func (a alone) wake(ctx context.Context, boxes []record.Mailbox) error {
	return a.insert.Wake(ctx, a.Tx, boxes)
}

func (a alone) complete(ctx context.Context, job *queue.Job) error {
	return queue.Complete[*riverpgxv5.Driver](ctx, a.Tx, job)
}

// ask has the request answered in the next step.
func (m *member) ask(r request) answer {
	m.finishReading()
	r.member, r.answer, r.read = m, make(chan answer, 1), make(chan struct{})
	m.asked <- &r
	a := <-r.answer
	if a.rows != nil {
		m.reading = &r
	}
	return a
}

// finishReading lets the next member have its rows.
func (m *member) finishReading() {
	if m.reading != nil {
		close(m.reading.read)
		m.reading = nil
	}
}

// Exec implements pg.DBTX. The context is that of the whole transaction, here and below.
func (m *member) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	a := m.ask(request{statements: []statement{{sql, args}}})
	return a.tag, a.err
}

// Query implements pg.DBTX.
func (m *member) Query(_ context.Context, sql string, args ...any) (pgx.Rows, error) {
	a := m.ask(request{statements: []statement{{sql, args}}, rows: true})
	if a.err != nil {
		return nil, a.err
	}
	return memberRows{a.rows, m}, nil
}

// QueryRow implements pg.DBTX.
func (m *member) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, err := m.Query(ctx, sql, args...)
	return memberRow{rows, err}
}

func (m *member) all(_ context.Context, boxes []record.Mailbox, list statements) error {
	if len(boxes) == 0 && len(list) == 0 {
		return nil
	}
	return m.ask(request{locks: boxes, statements: list, checked: true}).err
}

// wake leaves it to the end of the transaction, once for all members.
func (m *member) wake(_ context.Context, boxes []record.Mailbox) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wakes = append(m.wakes, boxes...)
	return nil
}

// complete would lock a job that an Accept of another mailbox may wait for.
func (*member) complete(context.Context, *queue.Job) error { return errors.ErrUnsupported }

// memberRows are rows after which others wait for theirs.
type memberRows struct {
	pgx.Rows
	member *member
}

func (r memberRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.member.finishReading()
	return false
}

func (r memberRows) Close() {
	r.Rows.Close()
	r.member.finishReading()
}

// memberRow is the first of some rows.
type memberRow struct {
	rows pgx.Rows
	err  error
}

// Scan implements pgx.Row.
func (r memberRow) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		return cmp.Or(r.rows.Err(), pgx.ErrNoRows)
	}
	if err := r.rows.Scan(into...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}
