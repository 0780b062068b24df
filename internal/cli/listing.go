package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"cloche/service/api"
)

// column is a column of a list: its name for --columns and JSON, and its title.
type column struct {
	name  string
	title string
	extra bool // shown only when it is asked for
}

// listing is a list of rows to print.
type listing struct {
	columns []column
	rows    [][]any // a value for each column: string, bool, int, float64, api.Time, *api.Time, []string or json.RawMessage
	// heading is said on stderr above a table.
	heading string
}

// listOptions are the flags of every list.
type listOptions struct {
	format   string
	columns  []string
	noHeader bool
	dateFmt  string
}

func (o *listOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.format, "format", "", "table, json, csv, tsv or plain (default table on a terminal, plain in a pipe)")
	f.StringSliceVarP(&o.columns, "columns", "c", nil, "columns to show, with * as a wildcard; + stands for the default ones")
	f.BoolVar(&o.noHeader, "no-header", false, "leave out the line with the columns' titles")
	f.StringVar(&o.dateFmt, "date-fmt", "c", "format of times, as in PHP's date()")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json", "csv", "tsv", "plain"}, cobra.ShellCompDirectiveNoFileComp))
}

// print writes the list in the format that was asked for.
func (o listOptions) print(s Streams, l listing) error {
	chosen, err := o.choose(l.columns)
	if err != nil {
		return err
	}
	format := o.format
	if format == "" {
		format = "plain"
		if isTerminal(s.Out) {
			format = "table"
		}
	}
	if format == "table" && l.heading != "" {
		fmt.Fprintln(s.Err, escapeControls(l.heading, false))
	}
	switch format {
	case "table":
		return o.printTable(s.Out, l, chosen)
	case "json":
		return printJSON(s.Out, l, chosen)
	case "csv":
		return o.printCSV(s.Out, l, chosen)
	case "tsv", "plain":
		return o.printPlain(s.Out, l, chosen)
	}
	return usage("--format %s: choose table, json, csv, tsv or plain", o.format)
}

// choose returns the numbers of the columns to show.
func (o listOptions) choose(columns []column) ([]int, error) {
	var standard, chosen []int
	for i, c := range columns {
		if !c.extra {
			standard = append(standard, i)
		}
	}
	add := func(numbers ...int) {
		for _, n := range numbers {
			if !slices.Contains(chosen, n) {
				chosen = append(chosen, n)
			}
		}
	}
	if len(o.columns) == 0 {
		return standard, nil
	}
	for _, field := range strings.FieldsFunc(strings.Join(o.columns, ","), func(r rune) bool { return r == ',' || r == ' ' }) {
		pattern, plus := strings.CutPrefix(field, "+")
		if plus {
			add(standard...)
		}
		if pattern == "" {
			continue
		}
		found := matchColumns(columns, pattern)
		if len(found) == 0 {
			return nil, usage("--columns %s: there is no such column; there are %s", pattern, columnNames(columns))
		}
		add(found...)
	}
	return chosen, nil
}

// matchColumns returns the columns whose name or title is like pattern.
func matchColumns(columns []column, pattern string) []int {
	pattern = strings.ToLower(strings.ReplaceAll(pattern, "%", "*"))
	var found []int
	for i, c := range columns {
		byName, _ := path.Match(pattern, c.name)
		byTitle, _ := path.Match(pattern, strings.ToLower(c.title))
		if byName || byTitle {
			found = append(found, i)
		}
	}
	return found
}

func columnNames(columns []column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

func (o listOptions) titles(l listing, chosen []int) []string {
	titles := make([]string, len(chosen))
	for i, n := range chosen {
		titles[i] = l.columns[n].title
	}
	return titles
}

// texts returns the chosen values of a row as text; lists are joined by separator.
func (o listOptions) texts(row []any, chosen []int, separator string) []string {
	texts := make([]string, len(chosen))
	for i, n := range chosen {
		texts[i] = o.text(row[n], separator)
	}
	return texts
}

func (o listOptions) text(value any, separator string) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []string:
		return strings.Join(v, separator)
	case api.Time:
		return formatDate(v.Local(), o.dateFmt)
	case *api.Time:
		if v == nil {
			return ""
		}
		return formatDate(v.Local(), o.dateFmt)
	case json.RawMessage:
		return string(v)
	}
	return fmt.Sprint(value)
}

func (o listOptions) printTable(w io.Writer, l listing, chosen []int) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleDefault)
	t.Style().Format.Header = 0 // as they are
	t.SetColumnConfigs(fitColumns(w, len(chosen)))
	if !o.noHeader {
		t.AppendHeader(tableRow(o.titles(l, chosen)))
	}
	for _, row := range l.rows {
		t.AppendRow(tableRow(o.texts(row, chosen, ", ")))
	}
	_, err := fmt.Fprintln(w, t.Render())
	return err
}

// tableRow makes texts safe for the cells of a table, which is for people: line
// breaks stay, control characters do not.
func tableRow(texts []string) table.Row {
	row := make(table.Row, len(texts))
	for i, text := range texts {
		row[i] = strings.ReplaceAll(escapeControls(strings.TrimRight(text, "\n"), true), "\t", "  ")
	}
	return row
}

func (o listOptions) printCSV(w io.Writer, l listing, chosen []int) error {
	out := csv.NewWriter(w)
	if !o.noHeader {
		if err := out.Write(o.titles(l, chosen)); err != nil {
			return err
		}
	}
	for _, row := range l.rows {
		if err := out.Write(o.texts(row, chosen, ",")); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// printPlain writes a line for each row, with tabs between the values. Tabs and
// line breaks inside of them are written as \t and \n.
func (o listOptions) printPlain(w io.Writer, l listing, chosen []int) error {
	escape := strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	line := func(texts []string) error {
		for i := range texts {
			texts[i] = escape.Replace(texts[i])
		}
		text := strings.Join(texts, "\t")
		if isTerminal(w) {
			text = escapeControls(text, false)
		}
		_, err := fmt.Fprintln(w, text)
		return err
	}
	if !o.noHeader {
		if err := line(o.titles(l, chosen)); err != nil {
			return err
		}
	}
	for _, row := range l.rows {
		if err := line(o.texts(row, chosen, ",")); err != nil {
			return err
		}
	}
	return nil
}

// printJSON writes an array of objects whose members are the columns, in order.
func printJSON(w io.Writer, l listing, chosen []int) error {
	objects := make([]object, len(l.rows))
	for i, row := range l.rows {
		for _, n := range chosen {
			text, err := json.Marshal(row[n])
			if err != nil {
				return err
			}
			objects[i] = append(objects[i], member{l.columns[n].name, text})
		}
	}
	return writeIndented(w, objects)
}

func writeIndented(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// fitColumns keeps tables within the width of a terminal: the last column, which
// holds the longest texts, is wrapped.
func fitColumns(w io.Writer, columns int) []table.ColumnConfig {
	if !isTerminal(w) {
		return nil
	}
	width, _, err := term.GetSize(int(w.(*os.File).Fd()))
	if err != nil || width < minTable {
		return nil
	}
	return []table.ColumnConfig{{Number: columns, WidthMax: width / 2, WidthMaxEnforcer: text.WrapHard}}
}

// minTable is the narrowest terminal that tables are fitted to.
const minTable = 40
