package migrate

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"cloche/storage/sqlite"
)

// Source is a database that is copied. It holds the file against all other processes.
// Its methods must not be called at the same time.
type Source struct {
	frozen *sqlite.Frozen
	tables []table
}

// OpenSource opens the service's database in an SQLite file, and brings its schema up to
// date if it is older than this program's. Apart from that nothing in the file changes.
//
// The errors are those of sqlite.Freeze.
func OpenSource(ctx context.Context, path string) (*Source, error) {
	frozen, err := sqlite.Freeze(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &Source{frozen: frozen}
	if s.tables, err = readTables(ctx, frozen); err != nil {
		_ = frozen.Close() // nothing was written
		return nil, err
	}
	return s, nil
}

// Close frees the file.
func (s *Source) Close() error { return s.frozen.Close() }

// Sealed returns something that was encrypted with the service's key; "" if nothing was.
func (s *Source) Sealed(ctx context.Context) (string, error) {
	var sealed []byte
	err := s.frozen.Query(ctx, func(rows *sql.Rows) error { return rows.Scan(&sealed) }, `SELECT * FROM (
		SELECT hook_sealed FROM project WHERE hook_sealed <> ''
		UNION ALL SELECT value FROM variable WHERE kind = 'sensitive') LIMIT 1`)
	return string(sealed), err
}

// read calls each for the rows of a table whose keys are past after, in the order of
// keys. A row is each's to keep.
func (s *Source) read(ctx context.Context, t table, after []any, each func(row []any) error) error {
	query, args := t.query(after)
	return s.frozen.Query(ctx, func(rows *sql.Rows) error {
		row := make([]any, len(t.columns))
		into := make([]any, len(row))
		for n := range row {
			into[n] = &row[n]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := t.check(row); err != nil {
			return err
		}
		return each(row)
	}, query, args...)
}

// query returns what reads the table past a key; nil is all of it.
func (t table) query(after []any) (query string, args []any) {
	expressions := make([]string, len(t.columns))
	for n, column := range t.columns {
		expressions[n] = t.expression(column)
	}
	keys := make([]string, len(t.key))
	for n, name := range t.keyNames() {
		keys[n] = quoted(name)
	}
	key := strings.Join(keys, ", ")
	query = "SELECT " + strings.Join(expressions, ", ") + " FROM " + quoted(t.name)
	if len(after) > 0 {
		query += " WHERE (" + key + ") > (?" + strings.Repeat(", ?", len(keys)-1) + ")"
	}
	return query + " ORDER BY " + key, after
}

// check finds what PostgreSQL refuses: bytes that are no text in a column of text. The
// service takes none in there, but a file may have been changed by other means.
func (t table) check(row []any) error {
	for n, value := range row {
		if text, ok := value.(string); ok && (!utf8.ValidString(text) || strings.Contains(text, "\x00")) {
			return fmt.Errorf("table %s: the column %s of row %q is not a text that PostgreSQL can hold: change it and start again",
				t.name, t.columns[n], fmt.Sprint(t.keyOf(row)...))
		}
	}
	return nil
}

// digest reads a table.
func (s *Source) digest(ctx context.Context, t table, each func(rows int64)) (digest, error) {
	d := newDigester()
	err := s.read(ctx, t, nil, func(row []any) error {
		err := d.add(row)
		if d.rows%progressRows == 0 {
			each(progressRows)
		}
		return err
	})
	each(d.rows % progressRows)
	return d.sum(), err
}

// identity returns what tells a database from every other one, and from itself before
// and after a change.
func identity(tables []table, digests map[string]digest) []byte {
	hash := sha256.New()
	for _, t := range tables {
		sum := digests[t.name].hash
		fmt.Fprintf(hash, "%q", append([]string{t.name}, t.columns...))
		hash.Write(binary.BigEndian.AppendUint64(sum[:], uint64(t.last)))
	}
	return hash.Sum(nil)
}
