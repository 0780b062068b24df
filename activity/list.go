package activity

import "strings"

// ParseList reads an option that takes a list, by the rule of the vendor's command
// line: a single value is split at commas and blanks, several are taken as they
// are. Items lose the blanks around them, empty ones and those that came before
// are left out. The result is nil only if values is empty: the option was not
// given.
func ParseList(values []string) []string {
	if len(values) == 0 {
		return nil
	}
	if len(values) == 1 {
		values = strings.FieldsFunc(values[0], func(r rune) bool { return r == ',' || strings.ContainsRune(blanks, r) })
	}
	items := make([]string, 0, len(values))
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		if v = strings.Trim(v, blanks); v != "" && !seen[v] {
			seen[v] = true
			items = append(items, v)
		}
	}
	return items
}

// blanks is what \s stands for in the regular expression of that command line.
const blanks = " \t\n\v\f\r"
