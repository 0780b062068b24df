package cli

import (
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"cloche/internal/measure"
)

// notesWidth is how wide a terminal must be for notes at the end of the lines.
const notesWidth = 120

// writeBenchTable writes a report as aligned text, a table for every section.
func writeBenchTable(w io.Writer, report measure.Report) {
	color := newPalette(w)
	fmt.Fprintf(w, "%s\n", color.dim(benchMachine(report.Machine)))
	for _, section := range report.Sections {
		fmt.Fprintf(w, "\n%s\n", color.paint("1", section.Title))
		if len(section.Metrics) > 0 {
			fmt.Fprintln(w, benchRows(section, color, noteSpace(w)))
		}
		if section.Note != "" {
			fmt.Fprintf(w, "%s\n", color.dim(section.Note))
		}
		for _, problem := range section.Problems {
			fmt.Fprintf(w, "%s\n", color.red("failed: "+escapeControls(problem, false)))
		}
	}
}

// noteSpace reports whether there is room for notes: always in a pipe.
func noteSpace(w io.Writer) bool {
	if !isTerminal(w) {
		return true
	}
	width, _, err := term.GetSize(int(w.(*os.File).Fd()))
	return err == nil && width >= notesWidth
}

func benchMachine(m measure.Machine) string {
	line := fmt.Sprintf("%s, %d cores, %s, %s, QuickJS-NG %s, engine %.16s", m.CPU, m.Cores, m.System, m.Go, m.QuickJS, m.Artifact)
	if m.Interpreted {
		line += "\nThere is no compiler for this architecture: the guest is interpreted."
	}
	return escapeControls(line, true)
}

// nameWidth aligns the tables with each other.
const nameWidth = 32

func benchRows(section measure.Section, color palette, notes bool) string {
	t := table.NewWriter()
	t.SetStyle(benchStyle())
	columns := []table.ColumnConfig{{Number: 1, WidthMin: nameWidth}}
	for n := 2; n <= 6; n++ {
		columns = append(columns, table.ColumnConfig{Number: n, WidthMin: 7, Align: text.AlignRight})
	}
	columns[1].WidthMin, columns[5].WidthMin = 10, 5
	t.SetColumnConfigs(columns)
	header := table.Row{"", color.dim("median"), color.dim("p90"), color.dim("p99"), color.dim("max"), color.dim("count")}
	if !hasDistributions(section) {
		header = table.Row{"", "", "", "", "", ""}
	}
	t.AppendRow(header)
	for _, m := range section.Metrics {
		row := table.Row{m.Name, formatQuantity(m.Unit, m.Value), "", "", "", ""}
		if d := m.Distribution; d != nil {
			row = table.Row{
				m.Name, formatQuantity(m.Unit, d.P50), formatQuantity(m.Unit, d.P90),
				formatQuantity(m.Unit, d.P99), formatQuantity(m.Unit, d.Max), groupDigits(float64(d.Count)),
			}
		}
		if notes && m.Note != "" {
			row = append(row, color.dim(m.Note))
		}
		t.AppendRow(row)
	}
	return trimLines(t.Render())
}

func hasDistributions(section measure.Section) bool {
	for _, m := range section.Metrics {
		if m.Distribution != nil {
			return true
		}
	}
	return false
}

// benchStyle is a table without lines.
func benchStyle() table.Style {
	style := table.StyleDefault
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Options = table.OptionsNoBordersAndSeparators
	return style
}

// trimLines drops blanks at the ends of lines, and lines without anything else.
func trimLines(table string) string {
	var lines []string
	for line := range strings.Lines(table) {
		if line = strings.TrimRight(line, " \n"); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// formatQuantity writes a result with three digits and a unit that fits.
func formatQuantity(unit measure.Unit, value float64) string {
	switch unit {
	case measure.Nanoseconds:
		return scaled(value, 1000, []string{"ns", "µs", "ms", "s"})
	case measure.Bytes:
		return scaled(value, 1024, []string{"B", "KiB", "MiB", "GiB"})
	case measure.PerSecond:
		return threeDigits(value) + " /s"
	}
	return groupDigits(value)
}

func scaled(value, step float64, units []string) string {
	n := 0
	for ; n < len(units)-1 && math.Round(value) >= step; n++ {
		value /= step
	}
	if n == 0 {
		return fmt.Sprintf("%.0f %s", value, units[0])
	}
	return threeDigits(value) + " " + units[n]
}

// threeDigits writes a number with three significant digits, or as many as it has
// before the point.
func threeDigits(value float64) string {
	switch {
	case value >= 99.95:
		return groupDigits(value)
	case value >= 9.995:
		return strconv.FormatFloat(value, 'f', 1, 64)
	}
	return strconv.FormatFloat(value, 'f', 2, 64)
}

// groupDigits writes a whole number with commas.
func groupDigits(value float64) string {
	digits := strconv.FormatFloat(math.Round(value), 'f', 0, 64)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
