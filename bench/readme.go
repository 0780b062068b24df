package main

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// The part of a README that a run writes anew lies between these lines.
const (
	readmeBegin = "<!-- bench: begin -->\n"
	readmeEnd   = "<!-- bench: end -->\n"
)

// readmeTables are the tables of the report that a README shows, and readmeCharts
// the charts.
var (
	readmeTables = []string{"handler"}
	readmeCharts = []string{"start.svg", "compute.svg", "memory.svg"}
)

// updateReadme replaces what lies between the two lines in file by the most
// important of the report. Charts are shown from charts, as the file sees it.
func updateReadme(file, charts string, r Report) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, found := bytes.Cut(text, []byte(readmeBegin))
	_, after, closed := bytes.Cut(rest, []byte(readmeEnd))
	if !found || !closed {
		return fmt.Errorf("%s: there are no lines %q and %q to write between", file, strings.TrimSpace(readmeBegin), strings.TrimSpace(readmeEnd))
	}
	var out bytes.Buffer
	out.Write(before)
	out.WriteString(readmeBegin)
	out.WriteString(readmePart(charts, r))
	out.WriteString(readmeEnd)
	out.Write(after)
	return os.WriteFile(file, out.Bytes(), 0o644)
}

func readmePart(charts string, r Report) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %s, %d rounds", r.Machine, r.Time.Format("2006-01-02"), r.Rounds)
	if r.Quick {
		out.WriteString(", --quick")
	}
	out.WriteString(".\n")
	for _, t := range r.Tables {
		if slices.Contains(readmeTables, t.Name) {
			printTable(&out, t)
		}
	}
	if len(r.Goals) > 0 {
		printGoals(&out, r.Goals)
	}
	for _, c := range r.Charts {
		if charts != "" && slices.Contains(readmeCharts, c.File) {
			fmt.Fprintf(&out, "\n![%s](%s)\n", c.Title, path.Join(charts, c.File))
		}
	}
	return out.String()
}
