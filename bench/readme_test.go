package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestUpdateReadme(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	const before, after = "# Title\n\n", "\n## What comes behind\n"
	if err := os.WriteFile(file, []byte(before+readmeBegin+"old\n"+readmeEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
	r := Report{
		Machine: "a machine",
		Time:    time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		Rounds:  7,
		Tables: []Table{
			{Name: "handler", Title: "Shown", Columns: []Column{{"p50", nanoseconds}}, Rows: []Row{row("cloche", 60e3)}},
			{Name: "sizes", Title: "Not shown"},
		},
		Goals:  []Goal{{What: "p50", Unit: nanoseconds, Goal: 60e3, Measured: 61e3}},
		Charts: []Chart{{File: "start.svg", Title: "Start"}, {File: "pauses.svg", Title: "Pauses"}},
	}
	for range 2 { // the second run finds what the first wrote
		if err := updateReadme(file, "bench/charts", r); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	if !strings.HasPrefix(got, before+readmeBegin) || !strings.HasSuffix(got, readmeEnd+after) {
		t.Errorf("what is around has changed:\n%s", got)
	}
	for _, want := range []string{"a machine, 2026-11-23, 7 rounds.", "| cloche | 60.0 µs |", "MISSED", "![Start](bench/charts/start.svg)"} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%q is there %d times, want once:\n%s", want, strings.Count(got, want), got)
		}
	}
	for _, unwanted := range []string{"old", "Not shown", "pauses.svg"} {
		if strings.Contains(got, unwanted) {
			t.Errorf("%q is there:\n%s", unwanted, got)
		}
	}
}

func TestUpdateReadmeWithoutPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(file, []byte("# Title\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := updateReadme(file, "", Report{}); err == nil || !strings.Contains(err.Error(), "bench: begin") {
		t.Errorf("error is %v, want one that names the line that is missing", err)
	}
}
