package cli

import (
	"encoding/json"
	"strings"
)

// yamlText writes JSON as YAML, as tables show what is not a text: lists as
// "- x", objects as "name: x". A text is itself.
func yamlText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil && string(value) != "null" {
		return text
	}
	var b strings.Builder
	writeYAML(&b, value, "")
	return strings.TrimPrefix(strings.TrimRight(b.String(), "\n"), "\n")
}

// writeYAML writes a value that follows "name:" or "-": with a blank before it in
// the same line, or in lines of their own.
func writeYAML(b *strings.Builder, value json.RawMessage, indent string) {
	var fields object
	var list []json.RawMessage
	switch {
	case len(value) > 0 && value[0] == '{' && json.Unmarshal(value, &fields) == nil && len(fields) > 0:
		for _, m := range fields {
			b.WriteString("\n" + indent + yamlScalar(m.name) + ":")
			writeInner(b, m.value, indent+"  ")
		}
	case len(value) > 0 && value[0] == '[' && json.Unmarshal(value, &list) == nil && len(list) > 0:
		for _, item := range list {
			b.WriteString("\n" + indent + "-")
			writeInner(b, item, indent+"  ")
		}
	default:
		b.WriteString(yamlAtom(value))
	}
}

func writeInner(b *strings.Builder, value json.RawMessage, indent string) {
	nested := len(value) > 2 && (value[0] == '{' || value[0] == '[')
	if !nested {
		b.WriteByte(' ')
	}
	writeYAML(b, value, indent)
}

// yamlAtom writes what has no parts. An empty list is "{  }", as the vendor's
// command line has it.
func yamlAtom(value json.RawMessage) string {
	var text string
	switch {
	case len(value) == 0 || string(value) == "null":
		return ""
	case string(value) == "[]" || string(value) == "{}":
		return "{  }"
	case json.Unmarshal(value, &text) == nil:
		return yamlScalar(text)
	}
	return string(value)
}

// yamlScalar writes a text, in quotes where YAML would take it for something else.
// A JSON string is one in YAML too.
func yamlScalar(text string) string {
	switch strings.ToLower(text) {
	case "*":
		return "'*'"
	case "true", "false", "null", "yes", "no", "on", "off":
	default:
		if isPlainYAML(text) {
			return text
		}
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return text
	}
	return string(quoted)
}

// isPlainYAML reports whether a text begins with a letter and holds nothing that
// means something in YAML; it is strict rather than complete.
func isPlainYAML(text string) bool {
	for i, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '/'
		if i == 0 && !letter || !letter && !strings.ContainsRune("0123456789.@+- ", r) {
			return false
		}
	}
	return text != "" && !strings.HasSuffix(text, " ")
}
