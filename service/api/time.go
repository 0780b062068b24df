package api

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Time is a time as the vendor writes it: ISO 8601 in UTC with microseconds and
// the offset as +00:00.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000000-07:00"

// String returns the time as it is in JSON.
func (t Time) String() string { return t.UTC().Format(timeLayout) }

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalJSON implements json.Unmarshaler. It takes any RFC 3339 time.
func (t *Time) UnmarshalJSON(text []byte) error { return t.Time.UnmarshalJSON(text) }

// Schema implements huma.SchemaProvider.
func (Time) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Examples: []any{"2026-03-04T09:15:00.125000+00:00"}}
}

// timeOrNil returns nil for the zero time.
func timeOrNil(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	return &Time{t}
}
