package main

import (
	"debug/buildinfo"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// Report is everything that was measured.
type Report struct {
	Time    time.Time         `json:"time"`
	Machine string            `json:"machine"`
	Rounds  int               `json:"rounds"`
	Quick   bool              `json:"quick"`
	Engines map[string]string `json:"versions"`
	Tables  []Table           `json:"tables"`
	Goals   []Goal            `json:"goals"`
	Charts  []Chart           `json:"charts"`
	// Errors says what could not be measured.
	Errors []string `json:"errors"`
}

// Table is one table of the report.
type Table struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Note    string   `json:"note,omitempty"`
	Columns []Column `json:"columns"`
	Rows    []Row    `json:"rows"`
}

// Column has the heading and the unit of one figure.
type Column struct {
	Title string `json:"title"`
	Unit  unit   `json:"unit"`
}

// Row has one figure for each column.
type Row struct {
	Label  string   `json:"label"`
	Values []Figure `json:"values"`
}

// Figure is a number; NaN is one that there is none of.
type Figure float64

// MarshalJSON implements json.Marshaler: NaN is null.
func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(f), 'g', 6, 64), nil
}

// unit is what a figure counts.
type unit string

const (
	nanoseconds unit = "ns"
	perSecond   unit = "1/s"
	bytesUnit   unit = "bytes"
	times       unit = "×"
	percent     unit = "%"
	plain       unit = ""
)

func row(label string, values ...float64) Row {
	r := Row{Label: label}
	for _, v := range values {
		r.Values = append(r.Values, Figure(v))
	}
	return r
}

// none stands for a figure that does not apply.
var none = math.NaN()

func newReport(o options) Report {
	return Report{
		Time:    time.Now().UTC().Truncate(time.Second),
		Machine: machine(),
		Rounds:  o.rounds,
		Quick:   o.quick,
		Engines: versions(o),
	}
}

func machine() string {
	model := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return strconv.Itoa(runtime.NumCPU()) + " cores of " + model + ", " + runtime.GOOS + "/" + runtime.GOARCH + ", " + runtime.Version()
}

// versions tells what was built into the workers.
func versions(o options) map[string]string {
	found := map[string]string{}
	note := func(info *debug.BuildInfo) {
		for _, m := range info.Deps {
			switch m.Path {
			case "github.com/dop251/goja", "modernc.org/quickjs", "github.com/fastschema/qjs":
				found[m.Path] = m.Version
			}
		}
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		note(info)
	}
	if info, err := buildinfo.ReadFile(filepath.Join(o.bin, "fastschema")); err == nil {
		note(info)
	}
	if text, err := os.ReadFile(filepath.Join(o.root, "quickjs", "versions.env")); err == nil {
		for line := range strings.Lines(string(text)) {
			if value, ok := strings.CutPrefix(line, "QUICKJS_VERSION="); ok {
				found["QuickJS-NG"] = strings.TrimSpace(value)
			}
		}
	}
	return found
}

func writeJSON(file string, r Report) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
