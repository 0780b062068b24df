package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// propertyOptions are the flags of commands that show one thing.
type propertyOptions struct {
	listOptions
	property string
}

func (o *propertyOptions) flags(c *cobra.Command) {
	o.listOptions.flags(c)
	c.Flags().StringVarP(&o.property, "property", "P", "", "print this property alone; parts of it with dots, such as parameters.attempt")
}

// print shows the properties of a thing in a table of two columns, those in first
// before the others and without those in hidden, or the one that was asked for.
func (o propertyOptions) print(s Streams, thing object, first, hidden []string) error {
	if o.property != "" {
		value := thing.find(o.property)
		if value == nil {
			return fmt.Errorf("property not found: %s", o.property)
		}
		text := o.propertyText(o.property, value)
		if isTerminal(s.Out) {
			text = escapeControls(text, true)
		}
		_, err := fmt.Fprintln(s.Out, text)
		return err
	}
	shown := arrange(thing, first, hidden)
	if o.format == "json" && len(o.columns) == 0 {
		return writeIndented(s.Out, shown)
	}
	l := listing{columns: []column{{name: "property", title: "Property"}, {name: "value", title: "Value"}}}
	for _, m := range shown {
		l.rows = append(l.rows, []any{m.name, o.propertyText(m.name, m.value)})
	}
	return o.listOptions.print(s, l)
}

func arrange(thing object, first, hidden []string) object {
	var shown object
	for _, name := range first {
		if value := thing.get(name); value != nil {
			shown = append(shown, member{name, value})
		}
	}
	for _, m := range thing {
		if !slices.Contains(first, m.name) && !slices.Contains(hidden, m.name) {
			shown = append(shown, m)
		}
	}
	return shown
}

// propertyText is a property as a text. Times have names that end in _at.
func (o propertyOptions) propertyText(name string, value json.RawMessage) string {
	text := yamlText(value)
	if strings.HasSuffix(name, "_at") {
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return formatDate(t.Local(), o.dateFmt)
		}
	}
	return text
}

// toObject returns a value as the object that it is in JSON.
func toObject(value any) (object, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var o object
	err = json.Unmarshal(text, &o)
	return o, err
}

// printValue is print for a value of package api.
func (o propertyOptions) printValue(s Streams, value any, first, hidden []string) error {
	thing, err := toObject(value)
	if err != nil {
		return err
	}
	return o.print(s, thing, first, hidden)
}

// integrationOrder is how the vendor's command line orders the properties of an
// integration; ours come behind.
func integrationOrder() []string {
	return []string{"id", "type", "role", "events", "environments", "excluded_environments", "states", "result", "script"}
}

func hiddenProperties() []string { return []string{"_links"} }
