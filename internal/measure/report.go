package measure

import "time"

// ReportFormat is the version of the Report's shape. Fields are added without a
// new one.
const ReportFormat = 1

// Report is all that was measured.
type Report struct {
	// Format is ReportFormat.
	Format int `json:"format"`
	// Effort says how much was repeated.
	Effort Effort `json:"effort"`
	// Started is when the measuring began, UTC, Seconds how long it took.
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	Machine Machine   `json:"machine"`
	// Sections are in the order in which they were measured.
	Sections []Section `json:"sections"`
}

// Section is what was measured about one question.
type Section struct {
	// ID is stable and the beginning of its metrics' ids.
	ID string `json:"id"`
	// Title and About are for people.
	Title string `json:"title"`
	About string `json:"about"`
	// Metrics are in the order in which they should be shown.
	Metrics []Metric `json:"metrics"`
	// Note says what was left out and why. Optional.
	Note string `json:"note,omitempty"`
	// Problems are the measurements that failed. Usually none.
	Problems []string `json:"problems,omitempty"`
}

// Unit is what a metric counts.
type Unit string

// The units.
const (
	Nanoseconds Unit = "ns"
	Bytes       Unit = "bytes"
	PerSecond   Unit = "1/s"
	Count       Unit = "count"
)

// Metric is one result.
type Metric struct {
	// ID is stable from version to version, for programs.
	ID string `json:"id"`
	// Name is for people.
	Name string `json:"name"`
	Unit Unit   `json:"unit"`
	// Value is the result: of a distribution, the median.
	Value float64 `json:"value"`
	// Distribution is set when there are repetitions to tell of.
	Distribution *Distribution `json:"distribution,omitempty"`
	// Note says what the number does not. Optional.
	Note string `json:"note,omitempty"`
}

// Find returns the metric with an id.
func (r Report) Find(id string) (Metric, bool) {
	for _, s := range r.Sections {
		for _, m := range s.Metrics {
			if m.ID == id {
				return m, true
			}
		}
	}
	return Metric{}, false
}

// Problems returns how many measurements failed.
func (r Report) Problems() int {
	n := 0
	for _, s := range r.Sections {
		n += len(s.Problems)
	}
	return n
}

// distributed returns the metric of some samples.
func distributed(id, name string, unit Unit, samples []float64) Metric {
	d := Distribute(samples)
	return Metric{ID: id, Name: name, Unit: unit, Value: d.P50, Distribution: &d}
}
