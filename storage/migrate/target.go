package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"cloche/storage/postgres"
)

// The errors of a target that cannot be copied into. Match them with errors.Is.
var (
	// ErrNotEmpty says that the target holds something that is not of this copy.
	ErrNotEmpty = errors.New("the target is not empty")

	// ErrOtherSource says that a copy into the target was begun, of another database or
	// of this one before it was changed.
	ErrOtherSource = errors.New("the target holds a part of another database, or of this one before it was changed: empty the target to begin anew")

	// ErrServing says that a server works on the target.
	ErrServing = errors.New("a server has the target open, or had it seconds ago: stop it first")

	// ErrBusy says that another copy into the target is under way.
	ErrBusy = errors.New("another copy into the target is under way")

	// ErrDifferent says that the copy is not the same as the source.
	ErrDifferent = errors.New("the copy is not the same")
)

// target is the database that is copied into.
type target struct {
	*postgres.Import
}

// note is the table that says how far the copy is: postgres.Open refuses a database that
// has it.
const note = postgres.ImportTable

// look finds what speaks against the target before anything is read.
func (t target) look(ctx context.Context, tables []table) error {
	serving, err := t.Serving(ctx)
	if err != nil {
		return err
	}
	if serving {
		return ErrServing
	}
	return t.Transact(ctx, "look", func(tx pgx.Tx) error {
		_, err := inspect(ctx, tx, tables)
		return err
	})
}

// inspect reports whether the target holds a part of a copy. If not, it is empty.
func inspect(ctx context.Context, tx pgx.Tx, tables []table) (begun bool, err error) {
	if err := checkColumns(ctx, tx, tables); err != nil {
		return false, err
	}
	err = tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", note).Scan(&begun)
	if err == nil && !begun {
		err = checkEmpty(ctx, tx, tables)
	}
	return begun, err
}

// begin notes the source and where the copy begins, or returns how far it is.
func (t target) begin(ctx context.Context, source []byte, tables []table) (at position, resumed bool, err error) {
	err = t.Transact(ctx, "begin", func(tx pgx.Tx) (err error) {
		if resumed, err = inspect(ctx, tx, tables); err != nil {
			return err
		}
		if resumed {
			at, err = readNote(ctx, tx, source)
			return err
		}
		at = position{table: tables[0].name}
		if _, err := tx.Exec(ctx, "CREATE TABLE "+note+" (source bytea NOT NULL, copying text NOT NULL, last text NOT NULL)"); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO "+note+" VALUES ($1, $2, $3)", source, at.table, at.last)
		return err
	})
	return at, resumed, err
}

// readNote returns how far the copy is. Until the transaction ends, nobody else can go
// on with it.
func readNote(ctx context.Context, tx pgx.Tx, source []byte) (at position, err error) {
	var begun []byte
	err = tx.QueryRow(ctx, "SELECT source, copying, last FROM "+note+" FOR UPDATE").Scan(&begun, &at.table, &at.last)
	if err == nil && string(begun) != string(source) {
		err = ErrOtherSource
	}
	return at, err
}

// checkColumns compares the tables of both sides.
func checkColumns(ctx context.Context, tx pgx.Tx, tables []table) error {
	for _, t := range tables {
		rows, err := tx.Query(ctx, `SELECT attname::text FROM pg_attribute
			WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`, quoted(t.name))
		if err != nil {
			return err
		}
		have, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		want := slices.Sorted(slices.Values(t.columns))
		slices.Sort(have)
		if !slices.Equal(have, want) {
			return fmt.Errorf("table %s has the columns %s in the source and %s in the target", t.name, strings.Join(want, ", "), strings.Join(have, ", "))
		}
	}
	return nil
}

func checkEmpty(ctx context.Context, tx pgx.Tx, tables []table) error {
	for _, t := range tables {
		var some bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+quoted(t.name)+")").Scan(&some); err != nil {
			return err
		}
		if some {
			return fmt.Errorf("%w: its table %s has rows, and no copy into it is unfinished", ErrNotEmpty, t.name)
		}
	}
	return nil
}

// put copies rows into a table and notes the new position, or does neither.
func (t target) put(ctx context.Context, into table, source []byte, from position, rows *batch) error {
	return t.Transact(ctx, "copy table "+into.name, func(tx pgx.Tx) error {
		at, err := readNote(ctx, tx, source)
		if err != nil {
			return err
		}
		if at != from {
			return ErrBusy
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{into.name}, into.columns, pgx.CopyFromRows(rows.rows)); err != nil {
			return err
		}
		last, err := encodeKey(into.keyOf(rows.rows[len(rows.rows)-1]))
		if err != nil {
			return err
		}
		rows.end = position{into.name, last}
		_, err = tx.Exec(ctx, "UPDATE "+note+" SET copying = $1, last = $2", into.name, last)
		return err
	})
}

// digest reads a table of the target.
func (t target) digest(ctx context.Context, of table, each func(rows int64)) (digest, error) {
	d := newDigester()
	columns := make([]string, len(of.columns))
	for n, column := range of.columns {
		columns[n] = quoted(column)
	}
	err := t.Transact(ctx, "read table "+of.name, func(tx pgx.Tx) error {
		order, err := keyOrder(ctx, tx, of)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+quoted(of.name)+" ORDER BY "+order)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			row, err := rows.Values()
			if err != nil {
				return err
			}
			if err := d.add(row); err != nil {
				return err
			}
			if d.rows%progressRows == 0 {
				each(progressRows)
			}
		}
		return rows.Err()
	})
	each(d.rows % progressRows)
	return d.sum(), err
}

// keyOrder returns what sorts a table of the target as SQLite does: texts byte by byte.
func keyOrder(ctx context.Context, tx pgx.Tx, of table) (string, error) {
	var terms []string
	for _, name := range of.keyNames() {
		var text bool
		err := tx.QueryRow(ctx, "SELECT atttypid = 'text'::regtype FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2",
			quoted(of.name), name).Scan(&text)
		if err != nil {
			return "", err
		}
		term := quoted(name)
		if text {
			term += ` COLLATE "C"`
		}
		terms = append(terms, term)
	}
	return strings.Join(terms, ", "), nil
}

// number has the target give numbers past all that the source has given.
func (t target) number(ctx context.Context, tables []table) error {
	return t.Transact(ctx, "set numbers", func(tx pgx.Tx) error {
		for _, table := range tables {
			if table.last == 0 {
				continue
			}
			if _, err := tx.Exec(ctx, "SELECT setval(pg_get_serial_sequence($1, $2), $3)",
				quoted(table.name), table.keyNames()[0], table.last); err != nil {
				return err
			}
		}
		return nil
	})
}

// analyze has the planner know the sizes of the tables before the first server asks.
func (t target) analyze(ctx context.Context, tables []table) error {
	return t.Transact(ctx, "analyze", func(tx pgx.Tx) error {
		for _, table := range tables {
			if _, err := tx.Exec(ctx, "ANALYZE "+quoted(table.name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// end removes the note: the copy is complete.
func (t target) end(ctx context.Context) error {
	return t.Transact(ctx, "end", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "DROP TABLE "+note)
		return err
	})
}
