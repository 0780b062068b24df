package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// format writes a figure for people, with three digits.
func (u unit) format(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	switch u {
	case nanoseconds:
		return scaled(v, []string{"ns", "µs", "ms", "s"}, 1000)
	case bytesUnit:
		return scaled(v, []string{"B", "KiB", "MiB", "GiB"}, 1024)
	case perSecond:
		return digits(v) + "/s"
	case times, percent:
		return digits(v) + " " + string(u)
	}
	return digits(v)
}

func scaled(v float64, units []string, step float64) string {
	n := 0
	for math.Abs(v) >= step && n < len(units)-1 {
		v /= step
		n++
	}
	return digits(v) + " " + units[n]
}

func digits(v float64) string {
	switch a := math.Abs(v); {
	case a >= 1000:
		return thousands(fmt.Sprintf("%.0f", v))
	case a >= 100:
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a < 0.095 && a > 0:
		return fmt.Sprintf("%.3f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func thousands(text string) string {
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// printReport writes the report as Markdown whose columns line up.
func printReport(w io.Writer, r Report) error {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n%s, %d rounds", r.Machine, r.Time.Format("2006-01-02"), r.Rounds)
	if r.Quick {
		out.WriteString(", --quick")
	}
	out.WriteString("\n")
	for _, name := range slices.Sorted(maps.Keys(r.Engines)) {
		fmt.Fprintf(&out, "%s %s\n", name, r.Engines[name])
	}
	for _, t := range r.Tables {
		printTable(&out, t)
	}
	if len(r.Goals) > 0 {
		printGoals(&out, r.Goals)
	}
	if len(r.Errors) > 0 {
		out.WriteString("\n### Could not be measured\n\n")
		for _, problem := range r.Errors {
			fmt.Fprintf(&out, "- %s\n", problem)
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func printTable(out *strings.Builder, t Table) {
	fmt.Fprintf(out, "\n### %s\n\n", t.Title)
	head := []string{""}
	for _, c := range t.Columns {
		head = append(head, c.Title)
	}
	cells := [][]string{head}
	for _, r := range t.Rows {
		line := []string{r.Label}
		for n, v := range r.Values {
			line = append(line, t.Columns[n].Unit.format(float64(v)))
		}
		cells = append(cells, line)
	}
	printCells(out, cells)
	if t.Note != "" {
		fmt.Fprintf(out, "\n%s\n", t.Note)
	}
}

func printCells(out *strings.Builder, cells [][]string) {
	widths := make([]int, len(cells[0]))
	for _, line := range cells {
		for n, cell := range line {
			widths[n] = max(widths[n], utf8.RuneCountInString(cell))
		}
	}
	for i, line := range cells {
		printLine(out, line, widths)
		if i == 0 {
			printRule(out, widths)
		}
	}
}

func printLine(out *strings.Builder, line []string, widths []int) {
	for n, cell := range line {
		gap := strings.Repeat(" ", widths[n]-utf8.RuneCountInString(cell))
		if n == 0 {
			out.WriteString("| " + cell + gap)
		} else {
			out.WriteString(" | " + gap + cell)
		}
	}
	out.WriteString(" |\n")
}

func printRule(out *strings.Builder, widths []int) {
	for n, width := range widths {
		if n == 0 {
			out.WriteString("|" + strings.Repeat("-", width+2))
		} else {
			out.WriteString("|" + strings.Repeat("-", width+1) + ":")
		}
	}
	out.WriteString("|\n")
}

func printGoals(out *strings.Builder, goals []Goal) {
	cells := [][]string{{"", "goal", "measured", ""}}
	for _, g := range goals {
		sign, verdict := "≤ ", "met"
		if g.AtLeast {
			sign = "≥ "
		}
		if !g.Met {
			verdict = "MISSED"
		}
		cells = append(cells, []string{g.What, sign + g.Unit.format(float64(g.Goal)), g.Unit.format(float64(g.Measured)), verdict})
	}
	out.WriteString("\n### Goals\n\n")
	printCells(out, cells)
}
