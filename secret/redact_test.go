package secret_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloche/secret"
)

// awkward is a value that every encoding writes in its own way.
const awkward = `pä"ss'/w\o<r>d&+ ?=%` + "\t~`"

func redactor(pairs ...string) *secret.Redactor {
	var secrets []secret.Named
	for i := 0; i < len(pairs); i += 2 {
		secrets = append(secrets, secret.Named{Name: pairs[i], Value: pairs[i+1]})
	}
	return secret.NewRedactor(secrets)
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		pairs []string
		text  string
		want  string
	}{
		{"nothing to do", []string{"A", "s3cret-token"}, "hello", "hello"},
		{"no text", []string{"A", "s3cret-token"}, "", ""},
		{"all of it", []string{"A", "s3cret-token"}, "s3cret-token", "[redacted A]"},
		{"within", []string{"A", "s3cret-token"}, "x=s3cret-token;", "x=[redacted A];"},
		{"again and again", []string{"A", "s3cret-token"}, "s3cret-tokens3cret-token s3cret-token", "[redacted A][redacted A] [redacted A]"},
		{"almost", []string{"A", "s3cret-token"}, "s3cret-toke s3cret-tokes3cret-token", "s3cret-toke s3cret-toke[redacted A]"},
		{"case of the value matters", []string{"A", "s3cret-token"}, "S3CRET-TOKEN", "S3CRET-TOKEN"},
		{"eight bytes", []string{"A", "12345678"}, "012345678", "0[redacted A]"},
		{"seven bytes", []string{"A", "1234567"}, "012345678", "012345678"},
		{"eight bytes, fewer characters", []string{"A", "ääää"}, "ääää", "[redacted A]"},
		{"empty", []string{"A", ""}, "x", "x"},
		{"two values", []string{"A", "s3cret-token", "B", "another-one"}, "another-one s3cret-token", "[redacted B] [redacted A]"},
		{"two values of a name", []string{"A", "s3cret-token", "A", "another-one"}, "another-one s3cret-token", "[redacted A] [redacted A]"},
		{"one value of two names", []string{"A", "s3cret-token", "B", "s3cret-token"}, "s3cret-token", "[redacted A]"},
		{"one within the other", []string{"A", "s3cret-token", "B", "my-s3cret-token-2"}, "my-s3cret-token-2 s3cret-token", "[redacted B] [redacted A]"},
		{"overlapping", []string{"A", "abcdefghij", "B", "ghijklmnop"}, "-abcdefghijklmnop-", "-[redacted A]-"},
		{"overlapping three", []string{"A", "abcdefghij", "B", "ghijklmnop", "C", "mnopqrstuv"}, "abcdefghijklmnopqrstuv", "[redacted A]"},
		{"a period", []string{"A", "abababab"}, "xabababababx", "x[redacted A]x"},
		{"lines", []string{"A", "first line\r\n  second line\n\nx"}, "first line\n  second line|second line|x", "[redacted A]\n[redacted A]|[redacted A]|x"},
		{"line break at the end", []string{"A", "s3cret-token\n"}, "s3cret-token.", "[redacted A]."},
		{"bytes", []string{"A", "\x00\xff\x80\x01\x02\x03\x04\x05"}, "a\x00\xff\x80\x01\x02\x03\x04\x05b", "a[redacted A]b"},
		{"hex", []string{"A", "s3cret-token"}, "7333637265742d746f6b656e 7333637265742D746F6B656E", "[redacted A] [redacted A]"},
		{"hex within", []string{"A", "s3cret-token"}, "007333637265742d746f6b656eff", "00[redacted A]ff"},
		{"base64", []string{"A", "s3cret-tokens"}, "czNjcmV0LXRva2Vucw== czNjcmV0LXRva2Vucw.", "[redacted A] [redacted A]."},
		{"basic authentication", []string{"A", "s3cret-token"}, "Basic " + base64.StdEncoding.EncodeToString([]byte("user:s3cret-token")), "Basic dXNlcj[redacted A]"},
		{"JSON", []string{"A", "line\nbreak\"s"}, `{"a":"line\nbreak\"s"}`, `{"a":"[redacted A]"}`},
		{"name as it is", []string{"A B]", "s3cret-token"}, "s3cret-token", "[redacted A B]]"},
	} {
		if got := redactor(c.pairs...).Redact(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// forms writes a value in all the ways that Redact promises to find, by other means
// than the package's where there are any.
func forms(value string) map[string]string {
	all := map[string]string{
		"as it is": value,
		"hex":      hex.EncodeToString([]byte(value)),
		"HEX":      strings.ToUpper(hex.EncodeToString([]byte(value))),
		"query":    url.QueryEscape(value),
		"path":     url.PathEscape(value),
		"query, lower-case hex": strings.NewReplacer("%2F", "%2f", "%3D", "%3d", "%2B", "%2b", "%3F", "%3f", "%C3", "%c3", "%A4", "%a4", "%3C", "%3c", "%3E", "%3e").
			Replace(url.QueryEscape(value)),
		"html":        html.EscapeString(value),
		"html, names": strings.NewReplacer("&#34;", "&quot;", "&#39;", "&apos;").Replace(html.EscapeString(value)),
		"underscore":  strings.NewReplacer("&#34;", "&quot;", "&#39;", "&#x27;", "`", "&#x60;").Replace(html.EscapeString(value)),
	}
	quoted, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	all["json"] = string(quoted[1 : len(quoted)-1])
	var plain strings.Builder
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	all["json, no html"] = plain.String()[1 : plain.Len()-2]
	for before := range 4 {
		for after := range 4 {
			whole := []byte(strings.Repeat("<", before) + value + strings.Repeat("?", after))
			for name, encoding := range map[string]*base64.Encoding{
				"std": base64.StdEncoding, "raw std": base64.RawStdEncoding, "url": base64.URLEncoding, "raw url": base64.RawURLEncoding,
			} {
				all[fmt.Sprintf("%s base64, %d and %d around", name, before, after)] = encoding.EncodeToString(whole)
			}
		}
	}
	return all
}

func TestRedactForms(t *testing.T) {
	t.Parallel()
	for _, value := range []string{awkward, "s3cret-token", "12345678", "漢字漢字", strings.Repeat("?", 30), "AKIA+/==ünicode😀", "a long one: " + strings.Repeat("0123456789", 50)} {
		r := redactor("A", value)
		for name, text := range forms(value) {
			got := r.Redact("<" + text + ">")
			around := strings.NewReplacer("<", "", ">", "").Replace(strings.Replace(got, "[redacted A]", "", 1))
			if got == "<"+text+">" || (!strings.Contains(name, "around") || strings.Contains(name, "0 and 0")) && around != "" {
				t.Errorf("%q, %s: %q becomes %q", value, name, text, got)
			}
			// Up to three bytes on either side are written with four digits at most.
			if strings.Contains(name, "around") && len(around) > 8+4 {
				t.Errorf("%q, %s: %q is left", value, name, around)
			}
		}
	}
	for name, c := range map[string]struct{ value, text string }{
		"JSON.stringify":           {"back\\slash\x1f\u2028", `back\\slash\u001f` + "\u2028"},
		"ASCII only":               {"pässwörd😀", `p\u00e4ssw\u00f6rd\ud83d\ude00`},
		"ASCII only, upper case":   {"pässwörd😀", `p\u00E4ssw\u00F6rd\uD83D\uDE00`},
		"escaped slashes":          {"https://h/x", `https:\/\/h\/x`},
		"inspect":                  {"it's a\nsecret\x1b", `it\'s a\nsecret\x1B`},
		"inspect, other quotes":    {"it's a\nsecret\x1b", `it's a\nsecret\x1B`},
		"encodeURIComponent":       {"(it's) a secret!*~", "(it's)%20a%20secret!*~"},
		"encodeURI":                {"a b;,/?:@&=+$#c", "a%20b;,/?:@&=+$#c"},
		"URLSearchParams":          {"(it's) a secret!*~", "%28it%27s%29+a+secret%21*%7E"},
		"percent, mixed case":      {"äöüßäöüß", "%c3%A4%C3%b6%c3%bc%c3%9F%c3%a4%c3%b6%c3%bc%c3%9f"},
		"Go's JSON, HTML escaped":  {"<&>\u2028secret", `\u003c\u0026\u003e\u2028secret`},
		"a JSON web token's parts": {"s3cret-token", base64.RawURLEncoding.EncodeToString([]byte(`{"key":"s3cret-token"}`))},
	} {
		if got := redactor("A", c.value).Redact(c.text); !strings.Contains(got, "[redacted A]") || strings.Contains(got, c.value[:4]) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestRedactLongValues passes what is spent on escaped forms.
func TestRedactLongValues(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(`"long" `, 10_000)
	r := redactor("LONG", long, "LATE", `"late" value`)
	for text, want := range map[string]string{
		long:                             "[redacted LONG]",
		hex.EncodeToString([]byte(long)): "[redacted LONG]",
		url.QueryEscape(long):            url.QueryEscape(long),
		base64.StdEncoding.EncodeToString([]byte(long)): "[redacted LONG]",
		`"late" value`:   "[redacted LATE]",
		`\"late\" value`: `\"late\" value`,
	} {
		if got := r.Redact(text); got != want {
			t.Errorf("%.40q: got %.40q", text, got)
		}
	}
	if got := redactor("EARLY", `"early" value`, "LONG", long).Redact(`\"early\" value`); got != "[redacted EARLY]" {
		t.Errorf("%q", got)
	}
}

// TestRedactLeavesNothing puts forms of random values into a random text.
func TestRedactLeavesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		alphabet := rapid.SampledFrom([]string{"ab", "0123456789abcdef", "aä\"'\\/<>&+ ?=%\t~`\n", "xyz漢😀-_.=+/"}).Draw(t, "alphabet")
		value := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]rune(alphabet)), 8, 20), func(r []rune) string { return string(r) })
		var secrets []secret.Named
		var parts []string
		for i := range rapid.IntRange(1, 5).Draw(t, "secrets") {
			s := secret.Named{Name: fmt.Sprint(i), Value: value.Draw(t, "value")}
			secrets = append(secrets, s)
			all := forms(s.Value)
			names := make([]string, 0, len(all))
			for _, name := range []string{"as it is", "hex", "HEX", "query", "path", "html", "json", "std base64, 1 and 2 around", "raw url base64, 2 and 0 around"} {
				names = append(names, all[name])
			}
			parts = append(parts, names...)
		}
		var text strings.Builder
		for range rapid.IntRange(0, 10).Draw(t, "parts") {
			text.WriteString(rapid.SampledFrom(parts).Draw(t, "part"))
			text.WriteString(rapid.SampledFrom([]string{"", "", " ", "a", "\n", "="}).Draw(t, "between"))
		}
		redacted := secret.NewRedactor(secrets).Redact(text.String())
		for _, s := range secrets {
			for name, form := range forms(s.Value) {
				if strings.Contains(name, "around") && !strings.Contains(name, "0 and 0") {
					continue // has more in it than the value
				}
				if strings.Contains(redacted, form) {
					t.Fatalf("%q, %s, is left in %q, of %q", s.Value, name, redacted, text.String())
				}
			}
		}
	})
}

func TestRedactNothing(t *testing.T) { // not parallel: AllocsPerRun counts for all
	text := strings.Repeat("x", 1000)
	for name, r := range map[string]*secret.Redactor{"nil": nil, "zero": {}, "none": redactor(), "short": redactor("A", "short")} {
		if got := r.Redact(text); got != text {
			t.Errorf("%s: %q", name, got)
		}
		if n := testing.AllocsPerRun(10, func() { r.Redact(text) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestRedactConcurrently(t *testing.T) {
	t.Parallel()
	r := redactor("A", "s3cret-token", "B", awkward)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				if got := r.Redact("x s3cret-token " + awkward); got != "x [redacted A] [redacted B]" {
					t.Errorf("%q", got)
				}
			}
		})
	}
	group.Wait()
}

// TestRedactIsLinear gives it the text and the value that are slow for one who looks
// at each byte anew. They take 50 ms when done well and minutes when done badly, so
// the bound may be one that a busy machine keeps, too.
func TestRedactIsLinear(t *testing.T) {
	t.Parallel()
	size := 1 << 20
	if testing.Short() {
		size = 1 << 17
	}
	long := strings.Repeat("a", size/16)
	for name, c := range map[string]struct{ value, text string }{
		"never a match":    {long + "b", strings.Repeat("a", size)},
		"always a match":   {long, strings.Repeat("a", size)},
		"short, always":    {"aaaaaaaa", strings.Repeat("a", size)},
		"hex, never":       {long + "b", strings.Repeat("61", size/2)},
		"base64, never":    {long + "b", strings.Repeat("YWFh", size/4)},
		"many lines":       {strings.Repeat("aaaaaaaaaaaa\n", size/200), strings.Repeat("aaaaaaaaaaaa\n", size/20)},
		"percent, never":   {strings.Repeat("ä", size/128) + "b", strings.Repeat("%C3%A4", size/8)},
		"nothing but ends": {"aaaaaaab", strings.Repeat("aaaaaaab", size/8)},
	} {
		start := time.Now()
		redactor("A", c.value).Redact(c.text)
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}

// FuzzRedact puts a value into a text: as it is or encoded, it is not there
// afterwards, and what is around it is.
func FuzzRedact(f *testing.F) {
	f.Add("s3cret-token", "before ", " after", uint8(0))
	f.Add(awkward, "{\"a\":\"", "\"}", uint8(3))
	f.Add("ababababab", "abab", "abab", uint8(5))
	f.Add("\x00\xff\x80abcdefgh", "", "", uint8(8))
	f.Add("12345678\n12345678", "1234", "5678", uint8(1))
	names := []string{"as it is", "hex", "HEX", "query", "path", "html", "underscore", "std base64, 0 and 0 around", "url base64, 2 and 1 around", "raw std base64, 1 and 0 around"}
	f.Fuzz(func(t *testing.T, value, before, after string, which uint8) {
		if len(value) < secret.MinRedactedBytes || len(value) > 1000 {
			t.Skip()
		}
		all := forms(value)
		form := all[names[int(which)%len(names)]]
		got := redactor("A", value).Redact(before + form + after)
		if !strings.Contains(got, "[redacted A]") {
			t.Fatalf("%q is left in %q", value, got)
		}
		if strings.Contains("[redacted A]", value) || strings.ContainsAny(value, "[]") {
			return // what is put in may have the value in it
		}
		for _, name := range names[:8] {
			if strings.Contains(got, all[name]) {
				t.Errorf("%s of %q is left in %q", name, value, got)
			}
		}
	})
}
