package cli

import (
	"encoding/json"
	"strings"
)

// readVariables joins the file of variables and the single ones, which win. A
// value given as NAME=VALUE is a string.
func (o runOptions) readVariables(s Streams) (json.RawMessage, error) {
	variables := map[string]json.RawMessage{}
	if o.variables != "" {
		text, err := readObject(s, o.variables)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &variables); err != nil {
			return nil, invalid("%s: %w", o.variables, err)
		}
	}
	for _, assignment := range o.variable {
		name, value, found := strings.Cut(assignment, "=")
		if !found || name == "" {
			return nil, usage("--variable %s: write NAME=VALUE", assignment)
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		variables[name] = text
	}
	return json.Marshal(variables)
}
