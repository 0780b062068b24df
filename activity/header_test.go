package activity_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cloche/activity"
)

const sample = `{"id":"k3vq7mzt2pd5a","type":"environment.push","project":"p4x9wq2l6mn8c","environments":["pr-42","pr-43"],
 "state":"complete","result":"success","completion_percent":100,"created_at":"2026-03-04T09:15:00.125000+00:00","updated_at":null,
 "parameters":{"user":"u-1001","environment":"pr-42"},"text":"Ada pushed","description":"<user>Ada</user> pushed",
 "integration":"767u4hathojjw","payload":{"id":"other","type":"other","environments":["x"],"parameters":{"environment":"y"}}}`

func TestParseHeader(t *testing.T) {
	t.Parallel()
	header := func(change func(*activity.Header)) activity.Header {
		h := activity.Header{Type: "t", State: activity.StateComplete}
		if change != nil {
			change(&h)
		}
		return h
	}
	environments := func(names ...string) activity.Header {
		return header(func(h *activity.Header) { h.Environments = names })
	}
	for _, c := range []struct {
		body string
		want activity.Header
	}{
		{sample, activity.Header{
			ID: "k3vq7mzt2pd5a", Type: "environment.push", State: "complete", Result: "success", Project: "p4x9wq2l6mn8c",
			Integration: "767u4hathojjw", Environments: []string{"pr-42", "pr-43"}, Text: "Ada pushed",
			Description: "<user>Ada</user> pushed", CreatedAt: "2026-03-04T09:15:00.125000+00:00",
		}},
		{`{"type":"t"}`, header(nil)},
		{" \t\r\n{ \"type\" : \"t\" } \n", header(nil)},
		{`{"ty\u0070e":"\u0074"}`, header(nil)},
		{`{"type":"t","id":null,"state":null,"result":null,"project":null,"environments":null,"text":null}`, header(nil)},
		{`{"type":"t","__proto__":{"type":"u"},"constructor":1,"":2,"toString":3}`, header(nil)},
		{`{"x":{"type":"u"},"type":"t","y":["type","u",{"state":"pending"}]}`, header(nil)},
		{`{"type":"t","state":"in_progress"}`, header(func(h *activity.Header) { h.State = "in_progress" })},
		{`{"type":"t","state":"staged","result":"failure"}`, header(func(h *activity.Header) { h.State, h.Result = "staged", "failure" })},
		{`{"type":"t","environments":[]}`, header(func(h *activity.Header) { h.Environments = []string{} })},
		{`{"type":"t","environments":["a","a","","\u00e9"]}`, environments("a", "a", "", "é")},
		{`{"type":"t","environments":[],"parameters":{"environment":"a"}}`, header(func(h *activity.Header) { h.Environments = []string{} })},
		{`{"type":"t","environments":null,"parameters":{"environment":"a"}}`, environments("a")},
		{`{"parameters":{"x":[{"environment":"b"}],"environment":"a","y":{"environment":"c"}},"type":"t"}`, environments("a")},
		{`{"type":"t","parameters":{"environment":{"name":"a"}}}`, header(nil)},
		{`{"type":"t","parameters":["environment","a"]}`, header(nil)},
		{`{"type":"t","parameters":"environment"}`, header(nil)},
		{`{"type":"t","text":"\ud800x\udc00\ud83d\ude00\ud83d\u0041","description":"\"\\\/\b\f\n\r\t\u0000"}`, header(func(h *activity.Header) {
			h.Text, h.Description = "\ufffdx\ufffd😀\ufffdA", "\"\\/\b\f\n\r\t\x00"
		})},
	} {
		got, err := activity.Parse([]byte(c.body))
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
		} else if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.body, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("a", n) }
	for _, c := range []struct {
		body    string
		err     error
		message string
	}{
		{"", activity.ErrNotJSON, "byte 0: it ends where a value should be"},
		{"nope", activity.ErrNotJSON, "byte 0: 'n' stands where a value should be"},
		{"\ufeff{}", activity.ErrNotJSON, "byte 0: a byte order mark"},
		{"{\"type\":\"\xff\"}", activity.ErrNotJSON, "byte 9: not valid UTF-8"},
		{"{\"type\":\"\xed\xa0\x80\"}", activity.ErrNotJSON, "byte 9: not valid UTF-8"},
		{"{\"type\":\"\n\"}", activity.ErrNotJSON, "byte 9: a control character"},
		{`{"type":"t"`, activity.ErrNotJSON, "byte 11: it ends where a comma or } should be"},
		{`{"type":"t",}`, activity.ErrNotJSON, "byte 12: '}' stands where a key"},
		{`{"type" "t"}`, activity.ErrNotJSON, "byte 8: '\"' stands where a colon"},
		{`{"type":"t"}{}`, activity.ErrNotJSON, "byte 12: '{' stands where the end"},
		{`{"type":"\x"}`, activity.ErrNotJSON, "byte 9: an unknown escape"},
		{`{"type":"\u12g4"}`, activity.ErrNotJSON, `byte 9: \u needs four`},
		{`{"a":01}`, activity.ErrNotJSON, "byte 6: '1' stands where a comma"},
		{`{"a":[1 2]}`, activity.ErrNotJSON, "byte 8: '2' stands where a comma or ]"},
		{`null`, activity.ErrNotObject, "its outermost value is null"},
		{`[{"type":"t"}]`, activity.ErrNotObject, "an array"},
		{`"type"`, activity.ErrNotObject, "a string"},
		{`[1`, activity.ErrNotJSON, "byte 2"},
		{`{"a":1,"a":1}`, activity.ErrDuplicateKey, "byte 8: this object has that key already"},
		{`{"state":1,"st\u0061te":1}`, activity.ErrDuplicateKey, "byte 12"},
		{`{"a":[{"b":{"":1,"":2}}]}`, activity.ErrDuplicateKey, "byte 18"},
		{`{"a":1,"b":1,"c":1,"b":2,"a":2,"b":3}`, activity.ErrDuplicateKey, "byte 20"},
		{`{"\ud800":1,"\uD800":1}`, activity.ErrDuplicateKey, "byte 13"},
		{`{"😀":1,"\ud83d\ude00":1}`, activity.ErrDuplicateKey, "byte 11"},
		{`{}`, activity.ErrField, "type: it is missing"},
		{`{"type":null}`, activity.ErrField, "type: it is missing"},
		{`{"type":5}`, activity.ErrField, "type: it must be a string, not a number"},
		{`{"type":["a"]}`, activity.ErrField, "type: it must be a string, not an array"},
		{`{"type":""}`, activity.ErrField, "type: it must have 1 to 128"},
		{`{"type":"a b"}`, activity.ErrField, "type: it must have 1 to 128"},
		{`{"type":"a\u0000"}`, activity.ErrField, "type: it must have 1 to 128"},
		{`{"type":"` + long(129) + `"}`, activity.ErrField, "type: it must have 1 to 128"},
		{`{"type":"t","id":""}`, activity.ErrField, "id: it must have 1 to 64"},
		{`{"type":"t","id":"` + long(65) + `"}`, activity.ErrField, "id: it must have 1 to 64"},
		{`{"type":"t","id":"é"}`, activity.ErrField, "id: it must have 1 to 64"},
		{`{"type":"t","id":7}`, activity.ErrField, "id: it must be a string, not a number"},
		{`{"type":"t","state":"done\n"}`, activity.ErrField, `state: "done\n" is none of pending, in_progress`},
		{`{"type":"t","state":""}`, activity.ErrField, `state: "" is none of`},
		{`{"type":"t","state":true}`, activity.ErrField, "state: it must be a string, not a boolean"},
		{`{"type":"t","result":"ok"}`, activity.ErrField, `result: "ok" is none of success, failure`},
		{`{"type":"t","result":""}`, activity.ErrField, `result: "" is none of`},
		{`{"type":"t","project":{}}`, activity.ErrField, "project: it must be a string, not an object"},
		{`{"type":"t","environments":"a"}`, activity.ErrField, "environments: it must be an array of strings, not a string"},
		{`{"type":"t","environments":["a",1]}`, activity.ErrField, "environments: number 2 must be a string, not a number"},
		{`{"type":"t","environments":["` + long(257) + `"]}`, activity.ErrField, "environments: number 1 has 257 bytes"},
		{`{"type":"t","environments":["a"` + strings.Repeat(`,"a"`, 1000) + `]}`, activity.ErrField, "environments: it has more than 1000"},
		{`{"type":"t","parameters":{"environment":"` + long(257) + `"}}`, activity.ErrField, "parameters.environment: it has 257 bytes"},
	} {
		h, err := activity.Parse([]byte(c.body))
		if !errors.Is(err, c.err) || !strings.Contains(fmt.Sprint(err), c.message) {
			t.Errorf("%.80q: got %v, want %q", c.body, err, c.message)
			continue
		}
		if strings.ContainsAny(err.Error(), "\n\r") || len(err.Error()) > 300 {
			t.Errorf("%.80q: the error is not one short line: %q", c.body, err)
		}
		if !cmp.Equal(h, activity.Header{}) {
			t.Errorf("%.80q: a header comes with the error", c.body)
		}
	}
}

func TestParseLimitsAreAllowed(t *testing.T) {
	t.Parallel()
	a := func(n int) string { return strings.Repeat("a", n) }
	body := fmt.Sprintf(`{"type":%q,"id":%q,"environments":[%q%s]}`, a(128), a(64), a(256), strings.Repeat(`,"b"`, 999))
	h, err := activity.Parse([]byte(body))
	if err != nil || len(h.Environments) != 1000 {
		t.Errorf("%d environments, %v", len(h.Environments), err)
	}
}

// nested returns an activity with levels levels in all, arrays and objects in turn.
func nested(levels int) string {
	var open, closing strings.Builder
	for i := range levels - 1 {
		if i%2 == 0 {
			open.WriteString(`[`)
		} else {
			open.WriteString(`{"a":`)
		}
	}
	for i := levels - 2; i >= 0; i-- {
		closing.WriteByte("]}"[i%2])
	}
	return `{"type":"t","x":` + open.String() + "1" + closing.String() + "}"
}

func TestParseDepth(t *testing.T) {
	t.Parallel()
	if _, err := activity.Parse([]byte(nested(activity.MaxDepth))); err != nil {
		t.Errorf("MaxDepth levels: %v", err)
	}
	for _, body := range []string{
		nested(activity.MaxDepth + 1), nested(100_000), strings.Repeat("[", 10_000_000), strings.Repeat(`{"a":`, 100_000),
	} {
		if _, err := activity.Parse([]byte(body)); !errors.Is(err, activity.ErrTooDeep) {
			t.Errorf("got %v", err)
		}
	}
}

// TestParseIsLinear gives it what is quadratic when done badly: a MiB each. That
// takes 10 to 50 ms when done well and minutes when done badly, so the bound may be
// one that a busy machine keeps, too.
func TestParseIsLinear(t *testing.T) {
	t.Parallel()
	size := 1 << 20
	if testing.Short() {
		size = 1 << 17
	}
	var distinct strings.Builder
	for i := 0; distinct.Len() < size; i++ {
		fmt.Fprintf(&distinct, `,"%x":0`, i)
	}
	half := strings.Repeat("k", size/2)
	for name, c := range map[string]struct {
		body string
		err  error
	}{
		"distinct keys":           {`{"type":"t"` + distinct.String() + `}`, nil},
		"one key again and again": {`{"type":"t"` + strings.Repeat(`,"":0`, size/5) + `}`, activity.ErrDuplicateKey},
		"two keys in turn":        {`{"type":"t"` + strings.Repeat(`,"a":0,"b":0`, size/12) + `}`, activity.ErrDuplicateKey},
		"escaped keys":            {`{"type":"t"` + strings.ReplaceAll(distinct.String(), `,"`, `,"\u0061`) + `}`, nil},
		"a long key of an array":  {`{"type":"t","` + half + `":[0` + strings.Repeat(",0", size/4) + `]}`, nil},
		"a long escaped key":      {`{"type":"t","\n` + half + `":[0` + strings.Repeat(",0", size/4) + `]}`, nil},
		"objects in objects":      {`{"type":"t","x":[{}` + strings.Repeat(`,{"a":0}`, size/8) + `]}`, nil},
		"environments":            {`{"type":"t","environments":["a"` + strings.Repeat(`,"a"`, size/4) + `]}`, activity.ErrField},
		"surrogates":              {`{"type":"t","x":"` + strings.Repeat(`\ud800`, size/6) + `"}`, nil},
	} {
		start := time.Now()
		if _, err := activity.Parse([]byte(c.body)); !errors.Is(err, c.err) {
			t.Errorf("%s: got %v, want %v", name, err, c.err)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func TestParseLeavesTheBodyAlone(t *testing.T) {
	t.Parallel()
	body := []byte(sample)
	h, err := activity.Parse(body)
	if err != nil || string(body) != sample {
		t.Fatalf("the body is changed, or %v", err)
	}
	clear(body)
	if h.Type != "environment.push" || h.Environments[0] != "pr-42" {
		t.Errorf("the header changes with the body: %+v", h)
	}
}

func BenchmarkParse(b *testing.B) {
	var body strings.Builder
	body.WriteString(`{"type":"t","keys":{"":0`)
	for i := 0; body.Len() < 1<<20; i++ {
		fmt.Fprintf(&body, `,"%x":0`, i)
	}
	body.WriteString("}}")
	for name, text := range map[string]string{"sample": sample, "MiB of keys": body.String()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := activity.Parse([]byte(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
