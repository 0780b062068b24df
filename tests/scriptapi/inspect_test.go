package scriptapi

import (
	"encoding/json"
	"os"
	"testing"
)

// golden is one entry of the data beside the bootstrap; testdata/generate.mjs
// tells where it comes from.
type golden struct {
	Break, Expr, Args, Want, Note string
}

func readGolden(t *testing.T, file string) []golden {
	t.Helper()
	text, err := os.ReadFile("../../quickjs/bootstrap/testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var list []golden
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) < 50 {
		t.Fatalf("%s has only %d entries", file, len(list))
	}
	return list
}

func TestConsolePrintsLikeNode(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"inspect.json", "format.json", "pollution.json"} {
		for _, g := range readGolden(t, file) {
			source := "var values = [(" + g.Expr + ")];"
			if g.Args != "" {
				source = "var values = (" + g.Args + ");"
			}
			// The call must not depend on what the script broke.
			source = "var log = console.log, apply = Reflect.apply;" + source + g.Break +
				"\n;apply(log, console, values);"
			got, err := run(t, source, nil)
			if err != nil {
				t.Errorf("%s: %v in\n%s", file, err, source)
			} else if got != g.Want {
				t.Errorf("%s: printed\n%s\nwant\n%s\nfor %s%s", file, got, g.Want, g.Expr, g.Args)
			}
		}
	}
}
