package conformance

import (
	"embed"
	"fmt"
	"strings"
	"testing"
)

//go:embed features/*.js
var featureFiles embed.FS

//go:embed asserts.js
var asserts string

// feature is something that the language has, or should have, and the script that
// tells. A file in features holds many of them. Its first line names their edition:
//
//	// edition: ES2015
//
// and each of them begins with its head:
//
//	// feature: The name, which no other has
//	// edition: ES2016              if it is another than the file's
//	// not supported: the reason    if the script is to fail
//
// Its script follows, up to the next head. It runs by itself, with the functions of
// asserts.js behind it, and holds if it ends without an error, has asserted
// something, and all that it left for later has come to its end. What is not supported
// may have a second script, behind a line "// instead:", which must hold: what happens
// when somebody tries.
type feature struct {
	name, edition string
	file          string
	line          int    // of the file, where the script begins
	missing       string // why it is not supported; empty if it is
	script        string
	instead       string
}

// features returns all features in the order of the files and the places in them.
func features(t *testing.T) []feature {
	t.Helper()
	entries, err := featureFiles.ReadDir("features")
	if err != nil {
		t.Fatal(err)
	}
	var all []feature
	names := map[string]string{}
	for _, entry := range entries {
		text, err := featureFiles.ReadFile("features/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		list, err := parseFeatures(entry.Name(), string(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if before, known := names[f.name]; known {
				t.Fatalf("features/%s: %q is in %s already", f.file, f.name, before)
			}
			names[f.name] = f.file
		}
		all = append(all, list...)
	}
	return all
}

func parseFeatures(file, text string) ([]feature, error) {
	lines := strings.SplitAfter(text, "\n")
	edition, ok := strings.CutPrefix(strings.TrimSpace(lines[0]), "// edition: ")
	if !ok {
		return nil, fmt.Errorf("features/%s: the first line names no edition", file)
	}
	var list []feature
	inHead, inInstead := false, false
	for n, line := range lines[1:] {
		key, value := headLine(line)
		if key == "feature" {
			list = append(list, feature{name: value, edition: edition, file: file})
			inHead, inInstead = true, false
			continue
		}
		if len(list) == 0 {
			if strings.TrimSpace(line) != "" {
				return nil, fmt.Errorf("features/%s:%d: this stands before the first feature", file, n+2)
			}
			continue
		}
		f := &list[len(list)-1]
		switch {
		case inHead && key == "edition":
			f.edition = value
		case inHead && key == "not supported":
			f.missing = value
		case key == "instead":
			inInstead = true
		case inInstead:
			f.instead += line
		default:
			if inHead {
				inHead, f.line = false, n+2
			}
			f.script += line
		}
	}
	for _, f := range list {
		if strings.TrimSpace(f.script) == "" || f.instead != "" && f.missing == "" {
			return nil, fmt.Errorf("features/%s: %q has no script, or another instead of one that is supported", file, f.name)
		}
	}
	return list, nil
}

// headLine returns the key and the value of a line of a head, "" for any other line.
func headLine(line string) (key, value string) {
	text, ok := strings.CutPrefix(strings.TrimSpace(line), "// ")
	if !ok {
		return "", ""
	}
	for _, key := range []string{"feature", "edition", "not supported", "instead"} {
		if value, ok := strings.CutPrefix(text, key+":"); ok {
			return key, strings.TrimSpace(value)
		}
	}
	return "", ""
}

func TestBadHeads(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"",
		"// feature: a\n1;",
		"// edition: ES5\n1;\n// feature: a\n1;",
		"// edition: ES5\n// feature: a\n",
		"// edition: ES5\n// feature: a\n// feature: b\n1;",
		"// edition: ES5\n// feature: a\n1;\n// instead:\n1;",
	} {
		if list, err := parseFeatures("x.js", text); err == nil {
			t.Errorf("%q is taken as %+v", text, list)
		}
	}
}
