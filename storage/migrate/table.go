package migrate

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"cloche/storage/sqlite"
)

// table is a table of the service, as the source describes it: what it gains later is
// copied without a word here.
type table struct {
	name    string
	columns []string
	// key holds the positions of the primary key's columns.
	key []int
	// parents are the tables that its rows refer to.
	parents []string
	rows    int64
	// last is the largest number that was given to a row; 0 if none are.
	last int64
}

// skipped reports whether a table is not the service's: River's, goose's, SQLite's own,
// and the one that is written to see whether that is possible.
func skipped(name string) bool {
	return name == "goose_db_version" || name == "pulse" || strings.HasPrefix(name, "river_") || strings.HasPrefix(name, "sqlite_")
}

// readTables returns the tables of the source, each after those it refers to.
func readTables(ctx context.Context, source *sqlite.Frozen) ([]table, error) {
	names, err := readTexts(ctx, source, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
	if err != nil {
		return nil, err
	}
	var tables []table
	for _, name := range slices.DeleteFunc(names, skipped) {
		t, err := readTable(ctx, source, name)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return sorted(tables)
}

func readTable(ctx context.Context, source *sqlite.Frozen, name string) (table, error) {
	t := table{name: name}
	place := make(map[int]int) // of the key's columns: from their place in it to that in the row
	err := source.Query(ctx, func(rows *sql.Rows) error {
		var column string
		var inKey int
		err := rows.Scan(&column, &inKey)
		if inKey > 0 {
			place[inKey] = len(t.columns)
		}
		t.columns = append(t.columns, column)
		return err
	}, "SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", name)
	if err != nil {
		return t, err
	}
	for n := range len(place) {
		t.key = append(t.key, place[n+1])
	}
	if len(t.key) == 0 {
		return t, fmt.Errorf("table %s has no primary key", name)
	}
	if t.parents, err = readTexts(ctx, source, `SELECT DISTINCT "table" FROM pragma_foreign_key_list(?)`, name); err != nil {
		return t, err
	}
	err = source.Query(ctx, func(rows *sql.Rows) error { return rows.Scan(&t.rows) }, "SELECT count(*) FROM "+quoted(name))
	if err != nil {
		return t, err
	}
	// A pruned run had the largest number, too: it is not given again.
	err = source.Query(ctx, func(rows *sql.Rows) error { return rows.Scan(&t.last) },
		"SELECT seq FROM sqlite_sequence WHERE name = ?", name)
	return t, err
}

func readTexts(ctx context.Context, source *sqlite.Frozen, query string, args ...any) ([]string, error) {
	var texts []string
	err := source.Query(ctx, func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		texts = append(texts, text)
		return err
	}, query, args...)
	return texts, err
}

// sorted returns the tables in an order in which they can be filled: always the same.
func sorted(tables []table) ([]table, error) {
	var order []table
	placed := make(map[string]bool)
	for len(order) < len(tables) {
		before := len(order)
		for _, t := range tables {
			waits := slices.ContainsFunc(t.parents, func(parent string) bool { return !placed[parent] && parent != t.name })
			if !placed[t.name] && !waits {
				placed[t.name] = true
				order = append(order, t)
			}
		}
		if len(order) == before {
			return nil, fmt.Errorf("the tables refer to each other in a circle")
		}
	}
	return order, nil
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// keyNames returns the names of the primary key's columns.
func (t table) keyNames() []string {
	names := make([]string, len(t.key))
	for n, column := range t.key {
		names[n] = t.columns[column]
	}
	return names
}

// keyOf returns the primary key of a row.
func (t table) keyOf(row []any) []any {
	key := make([]any, len(t.key))
	for n, column := range t.key {
		key[n] = row[column]
	}
	return key
}

// expression returns what is read of a column of the source. A run in progress keeps
// when it was started: by that, who starts it again knows that it has left lines.
func (t table) expression(column string) string {
	switch t.name + "." + column {
	case "run.state":
		return "CASE state WHEN 'in_progress' THEN 'pending' ELSE state END"
	case "mailbox.until":
		return "0"
	}
	return quoted(column)
}
