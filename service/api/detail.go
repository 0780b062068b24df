package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Detail says what is wrong: Fields if there are any, else Text. In JSON it is an
// object or a string accordingly.
type Detail struct {
	Text   string
	Fields map[string]string
}

// IsZero reports whether there is nothing to say.
func (d Detail) IsZero() bool { return d.Text == "" && len(d.Fields) == 0 }

// String returns the text, or the fields with their messages, sorted, in one line.
func (d Detail) String() string {
	if len(d.Fields) == 0 {
		return d.Text
	}
	return strings.Join(d.Lines(), "; ")
}

// Lines returns one "field: message" for each field, sorted, or the text.
func (d Detail) Lines() []string {
	if len(d.Fields) == 0 {
		return []string{d.Text}
	}
	var lines []string
	for _, field := range slices.Sorted(maps.Keys(d.Fields)) {
		if field == "" {
			lines = append(lines, d.Fields[field])
			continue
		}
		lines = append(lines, field+": "+d.Fields[field])
	}
	return lines
}

// MarshalJSON implements json.Marshaler.
func (d Detail) MarshalJSON() ([]byte, error) {
	if len(d.Fields) > 0 {
		return json.Marshal(d.Fields)
	}
	return json.Marshal(d.Text)
}

// UnmarshalJSON implements json.Unmarshaler. An object with values that are no
// strings keeps their JSON text, so that no answer of another server is lost.
func (d *Detail) UnmarshalJSON(text []byte) error {
	*d = Detail{}
	if json.Unmarshal(text, &d.Text) == nil {
		return nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil {
		d.Text = string(text)
		return nil
	}
	d.Fields = make(map[string]string, len(fields))
	for name, raw := range fields {
		var message string
		if json.Unmarshal(raw, &message) != nil {
			message = string(raw)
		}
		d.Fields[name] = message
	}
	return nil
}

// Schema implements huma.SchemaProvider.
func (Detail) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		{Type: huma.TypeString},
		{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}},
	}}
}
