package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloche/internal/measure"
)

func sampleReport(name string) measure.Report {
	samples := measure.Distribute([]float64{20_000, 21_000, 22_500, 30_000, 90_000, 2_000_000})
	return measure.Report{
		Format: measure.ReportFormat, Effort: measure.Quick, Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Seconds: 4.8,
		Machine: measure.Machine{CPU: name, Cores: 2, Procs: 2, System: "linux/amd64", Go: "go1.26", QuickJS: "0", Artifact: strings.Repeat("a", 64)},
		Sections: []measure.Section{
			{
				ID: "run", Title: "Runs " + name, About: name,
				Metrics: []measure.Metric{
					{ID: "run.empty", Name: name, Unit: measure.Nanoseconds, Value: samples.P50, Distribution: &samples, Note: name},
					{ID: "run.empty.rate", Name: "rate", Unit: measure.PerSecond, Value: 31_234},
				},
			},
			{ID: "memory", Title: "Memory", Note: "left out " + name, Problems: []string{"failed " + name}},
			{ID: "gc", Title: "Pauses", Metrics: []measure.Metric{{ID: "gc.none", Name: "zero", Unit: measure.Nanoseconds}}},
		},
	}
}

func TestBenchPageEscapes(t *testing.T) {
	t.Parallel()
	const hostile = `</title></svg><script>alert("x")</script>' & "`
	var out bytes.Buffer
	if err := writeBenchPage(&out, sampleReport(hostile)); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	if strings.Contains(page, "<script") || strings.Contains(page, "ZgotmplZ") {
		t.Errorf("the page is not escaped:\n%s", page)
	}
	for _, want := range []string{
		"&lt;script&gt;alert(", `<h2 id="memory-title">Memory</h2>`, "Failed: failed", "31,234 /s", "22.5 µs",
		`role="img" aria-labelledby="run-ns-t run-ns-d"`, "Of 6 runs the fastest took 20.0 µs",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

// What a page refers to it must hold: it is opened from a disk, years later.
func TestBenchPageIsSelfContained(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := writeBenchPage(&out, sampleReport("CPU")); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"http:", "https:", "src=", "@import", "url(", "<link", "NaN", "Inf"} {
		if strings.Contains(out.String(), part) {
			t.Errorf("the page holds %q", part)
		}
	}
}

func TestBenchTable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	writeBenchTable(&out, sampleReport("some\x1b[31m CPU"))
	text := out.String()
	for _, want := range []string{`some\x1b[31m CPU, 2 cores, linux/amd64`, "\nMemory\nleft out", "failed: failed", "31,234 /s", "  median"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table has no %q:\n%s", want, text)
		}
	}
	for line := range strings.Lines(text) {
		if strings.TrimRight(line, " \n") != strings.TrimRight(line, "\n") {
			t.Errorf("%q ends with blanks", line)
		}
	}
}

func TestFormatQuantity(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		unit  measure.Unit
		value float64
		want  string
	}{
		{measure.Nanoseconds, 0, "0 ns"},
		{measure.Nanoseconds, 999.4, "999 ns"},
		{measure.Nanoseconds, 999.6, "1.00 µs"},
		{measure.Nanoseconds, 27_345, "27.3 µs"},
		{measure.Nanoseconds, 999_960, "1.00 ms"},
		{measure.Nanoseconds, 470e6, "470 ms"},
		{measure.Nanoseconds, 90e9, "90.0 s"},
		{measure.Bytes, 1023, "1023 B"},
		{measure.Bytes, 1 << 20, "1.00 MiB"},
		{measure.Bytes, 1.5 * (1 << 40), "1,536 GiB"},
		{measure.PerSecond, 4.567, "4.57 /s"},
		{measure.PerSecond, 1234567.8, "1,234,568 /s"},
		{measure.Count, 999, "999"},
		{measure.Count, 12345, "12,345"},
	} {
		if got := formatQuantity(test.unit, test.value); got != test.want {
			t.Errorf("%v %s is %q, want %q", test.value, test.unit, got, test.want)
		}
	}
}

func TestReplacement(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "page.html")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		finish func(*replacement) error
		want   string
	}{
		{func(r *replacement) error { r.discard(); return nil }, "old"},
		{(*replacement).commit, "new"},
	} {
		r, err := createReplacement(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.file.WriteString("new"); err != nil {
			t.Fatal(err)
		}
		if err := test.finish(r); err != nil {
			t.Fatal(err)
		}
		r.discard() // must do no harm
		got, err := os.ReadFile(path)
		if err != nil || string(got) != test.want {
			t.Errorf("the file holds %q, error %v, want %q", got, err, test.want)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("%d files are left", len(entries))
		}
	}
	if _, err := createReplacement(filepath.Join(dir, "none", "page.html")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
}
