package migrate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"cloche/storage/postgres"
)

// Phase is what is being done.
type Phase string

// The phases, in their order.
const (
	Reading  Phase = "reading"  // the source, to know it again
	Copying  Phase = "copying"  // rows to the target
	Checking Phase = "checking" // the target against what was read
)

// Progress says how far a copy is.
type Progress struct {
	Phase Phase
	Table string
	// Done counts rows of the table in this phase, Rows are all it has.
	Done, Rows int64
	// Overall counts rows of all tables and phases, of Total.
	Overall, Total int64
}

// Options set up a copy. The zero value is the recommended one.
type Options struct {
	// Rows is how many rows are copied in a transaction, at most. Default 10,000.
	Rows int
	// Bytes is how many bytes of them: the last row may exceed it. Default 8 MiB.
	Bytes int
	// Progress is told of progress, unless it is nil: for every table when a phase comes
	// to it, and then for some thousands of rows at a time.
	Progress func(Progress)
	// Log gets what concerns the operator. Nil: nothing.
	Log *slog.Logger
}

const (
	defaultRows  = 10_000
	defaultBytes = 8 << 20
	// progressRows is after how many rows that are read there is progress.
	progressRows = 5_000
)

// Result is what a copy has come to.
type Result struct {
	Tables int
	Rows   int64
	// Resumed says that a copy that was interrupted was completed.
	Resumed bool
}

// Run copies the source into the PostgreSQL database of a connection string, which must
// be empty, or hold a part of a copy of the same source. When it returns without an
// error, both sides were read and are equal, mailboxes with work are woken, and servers
// may open the copy. After an error, or a death of the process, the next Run goes on.
//
// Beside the errors of this package it returns those of postgres.Open. They name the
// table if they are of one.
func Run(ctx context.Context, source *Source, dsn string, options Options) (_ Result, err error) {
	if options.Rows == 0 {
		options.Rows = defaultRows
	}
	if options.Bytes == 0 {
		options.Bytes = defaultBytes
	}
	database, err := postgres.OpenImport(ctx, dsn, postgres.Options{Log: options.Log})
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	m := &migration{Options: options, source: source, target: target{database}, digests: make(map[string]digest)}
	return m.run(ctx)
}

// migration is a copy under way.
type migration struct {
	Options
	source   *Source
	target   target
	identity []byte
	digests  map[string]digest // of the source, by table
	at       position
	progress Progress
}

func (m *migration) run(ctx context.Context) (Result, error) {
	result := Result{Tables: len(m.source.tables)}
	for _, t := range m.source.tables {
		result.Rows += t.rows
	}
	m.progress.Total = 3 * result.Rows
	err := m.target.look(ctx, m.source.tables)
	if err != nil {
		return result, err
	}
	if err := m.read(ctx); err != nil {
		return result, err
	}
	if m.at, result.Resumed, err = m.target.begin(ctx, m.identity, m.source.tables); err != nil {
		return result, err
	}
	if err := m.copy(ctx); err != nil {
		return result, err
	}
	if err := m.target.analyze(ctx, m.source.tables); err != nil {
		return result, err
	}
	if err := m.check(ctx); err != nil {
		return result, err
	}
	if err := m.target.number(ctx, m.source.tables); err != nil {
		return result, err
	}
	if err := m.target.Sweep(ctx); err != nil {
		return result, err
	}
	return result, m.target.end(ctx)
}

// read makes the digests of the source: by them the copy is compared, and the source
// known again.
func (m *migration) read(ctx context.Context) (err error) {
	for _, t := range m.source.tables {
		m.begin(Reading, t)
		if m.digests[t.name], err = m.source.digest(ctx, t, m.advance); err != nil {
			return err
		}
	}
	m.identity = identity(m.source.tables, m.digests)
	return nil
}

func (m *migration) copy(ctx context.Context) error {
	begun := false
	for _, t := range m.source.tables {
		begun = begun || t.name == m.at.table
		m.begin(Copying, t)
		if begun {
			if err := m.copyTable(ctx, t); err != nil {
				return err
			}
		}
		m.advance(t.rows - m.progress.Done) // what was copied before
	}
	if !begun {
		return fmt.Errorf("the source has no table %s, which the copy has come to", m.at.table)
	}
	return nil
}

// batch is rows that are copied in one transaction, and the position after them.
type batch struct {
	rows  [][]any
	bytes int
	end   position
}

func (b *batch) add(row []any) {
	b.rows = append(b.rows, row)
	for _, value := range row {
		switch value := value.(type) {
		case string:
			b.bytes += len(value)
		case []byte:
			b.bytes += len(value)
		}
	}
}

// copyTable copies what the target does not have yet of a table.
func (m *migration) copyTable(ctx context.Context, t table) error {
	last := ""
	if m.at.table == t.name {
		last = m.at.last
	}
	after, err := decodeKey(last)
	if err != nil {
		return err
	}
	rows := new(batch)
	err = m.source.read(ctx, t, after, func(row []any) error {
		if rows.add(row); len(rows.rows) < m.Rows && rows.bytes < m.Bytes {
			return nil
		}
		return m.put(ctx, t, rows)
	})
	if err != nil || len(rows.rows) == 0 {
		return err
	}
	return m.put(ctx, t, rows)
}

// put copies a batch, and empties it for the next.
func (m *migration) put(ctx context.Context, t table, rows *batch) error {
	if err := m.target.put(ctx, t, m.identity, m.at, rows); err != nil {
		return err
	}
	m.at = rows.end
	m.advance(int64(len(rows.rows)))
	clear(rows.rows)
	rows.rows, rows.bytes = rows.rows[:0], 0
	return nil
}

func (m *migration) check(ctx context.Context) error {
	for _, t := range m.source.tables {
		m.begin(Checking, t)
		got, err := m.target.digest(ctx, t, m.advance)
		if err != nil {
			return err
		}
		want := m.digests[t.name]
		if got.rows != want.rows {
			return fmt.Errorf("%w: table %s has %d rows in the source and %d in the target", ErrDifferent, t.name, want.rows, got.rows)
		}
		if got.hash != want.hash {
			return fmt.Errorf("%w: the %d rows of table %s differ", ErrDifferent, want.rows, t.name)
		}
	}
	return nil
}

// begin tells that a phase has come to a table.
func (m *migration) begin(phase Phase, t table) {
	m.progress.Phase, m.progress.Table, m.progress.Done, m.progress.Rows = phase, t.name, 0, t.rows
	m.tell()
}

// advance tells of rows that are done.
func (m *migration) advance(rows int64) {
	if rows == 0 {
		return
	}
	m.progress.Done += rows
	m.progress.Overall += rows
	m.tell()
}

func (m *migration) tell() {
	if m.Progress != nil {
		m.Progress(m.progress)
	}
}
