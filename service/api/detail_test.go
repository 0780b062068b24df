package api

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDetailIsATextOrFields(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Detail{
		`"wrong"`:             {Text: "wrong"},
		`{"events":"wrong"}`:  {Fields: map[string]string{"events": "wrong"}},
		`{"a":["x"],"b":"y"}`: {Fields: map[string]string{"a": `["x"]`, "b": "y"}},
		`[1,2]`:               {Text: "[1,2]"},
	} {
		var got Detail
		if err := json.Unmarshal([]byte(text), &got); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v: %s", text, err, cmp.Diff(want, got))
		}
	}
	if got := (Detail{Fields: map[string]string{"b": "2", "a": "1", "": "all"}}).String(); got != "all; a: 1; b: 2" {
		t.Errorf("got %q", got)
	}
}

// FuzzDetail: whatever another server calls the detail of a problem is taken, and
// comes back as it is understood.
func FuzzDetail(f *testing.F) {
	for _, seed := range []string{`"x"`, `{"a":"b"}`, `{"a":{"b":null}}`, `null`, `[{}]`, `1e9`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d, again Detail
		if json.Unmarshal(text, &d) != nil {
			return
		}
		_ = d.String()
		back, err := json.Marshal(d)
		if err != nil || json.Unmarshal(back, &again) != nil || again.String() != d.String() {
			t.Errorf("%s became %s: %v", text, back, err)
		}
	})
}
