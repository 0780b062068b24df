package hostfuncs

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"cloche/host"
)

func callURL(t testing.TB, name string, values ...host.Value) (host.Value, error) {
	t.Helper()
	return URLFunctions()[name](t.Context(), host.NewCall(values...))
}

// parse returns the eleven parts, nil for null.
func parse(t testing.TB, text string, base ...string) []string {
	t.Helper()
	values := []host.Value{host.StringValue(text), host.NullValue()}
	if len(base) > 0 {
		values[1] = host.StringValue(base[0])
	}
	value, err := callURL(t, host.URLParseFunction, values...)
	if err != nil {
		t.Fatal(err)
	}
	return texts(t, value)
}

func texts(t testing.TB, value host.Value) []string {
	t.Helper()
	if value.Kind() == host.Null {
		return nil
	}
	var list []string
	for _, part := range value.List() {
		list = append(list, part.Text())
	}
	if len(list) != 11 {
		t.Fatalf("got %d parts", len(list))
	}
	return list
}

// The expected values are those of the URL Standard as of 2024: since then it
// encodes ^ in paths and a space that ends an opaque path.
func TestURLParse(t *testing.T) {
	t.Parallel()
	const base = "http://h.example/a/b?q#f"
	cases := []struct{ text, base, want string }{ // want is the href, "" for null
		{"http://example.com", "", "http://example.com/"},
		{"HTTP://EXAMPLE.com:80/A", "", "http://example.com/A"},
		{"https://h:443/", "", "https://h/"},
		{"https://h:0443/", "", "https://h/"},
		{"https://h:80/", "", "https://h:80/"},
		{"http://h:0/", "", "http://h:0/"},
		{"http://h:/", "", "http://h/"},
		{"http://h:65536/", "", ""},
		{"http://h:-1/", "", ""},
		{"http://h:8a/", "", ""},
		{"http://0x7f.1/", "", "http://127.0.0.1/"},
		{"http://0177.1/", "", "http://127.0.0.1/"},
		{"http://2130706433/", "", "http://127.0.0.1/"},
		{"http://127.1.:81/", "", "http://127.0.0.1:81/"},
		{"http://256.1.1.1/", "", ""},
		{"http://1.2.3.4.5/", "", ""},
		{"http://1.2.3.08/", "", ""},
		{"http://4294967296/", "", ""},
		{"http://a.0x/", "", ""},
		{"http://foo.09/", "", ""},
		{"http://１２７.１/", "", "http://127.0.0.1/"},
		{"http://b\u00fccher.example/", "", "http://xn--bcher-kva.example/"},
		{"http://0\u2138/", "", ""}, // maps to a Hebrew letter behind a digit: RFC 5893 forbids that
		{"http://xn--0-6hc/", "", ""},
		{"http://[::1]/", "", "http://[::1]/"},
		{"http://[0:0:0:0:0:0:0:1]:80/", "", "http://[::1]/"},
		{"http://[1:0:0:2::3]/", "", "http://[1:0:0:2::3]/"},
		{"http://[::FFFF:1.2.3.4]/", "", "http://[::ffff:102:304]/"},
		{"http://[::1%25eth0]/", "", ""},
		{"http://[::1/", "", ""},
		{"http://::1/", "", ""},
		{"http://[:::]/", "", ""},
		{"http://bücher.example/ü?ü#ü", "", "http://xn--bcher-kva.example/%C3%BC?%C3%BC#%C3%BC"},
		{"http://faß.de/", "", "http://xn--fa-hia.de/"},
		{"http://日本語。example/", "", "http://xn--wgv71a119e.example/"},
		{"http://a\u00adb/", "", "http://ab/"},
		{"http://xn--/", "", ""},
		{"http://a b/", "", ""},
		{"http://a%20b/", "", ""},
		{"http://%41.example/", "", "http://a.example/"},
		{"http://a_b.example/", "", "http://a_b.example/"},
		{"http://", "", ""},
		{"http:///", "", ""},
		{"http:////h//", "", "http://h//"},
		{"http:h/x", "", "http://h/x"},
		{`http:\\h\x\y`, "", "http://h/x/y"},
		{"  http://h/\t\r\nx  ", "", "http://h/x"},
		{"ht\ntp://h\t.example/", "", "http://h.example/"},
		{"\x00http://h/\x1f", "", "http://h/"},
		{"http://h/é", "", "http://h/%C3%A9"},
		{"http://h/a/./b/../c/%2e%2E/d", "", "http://h/a/d"},
		{"http://h/../..", "", "http://h/"},
		{"http://h/a//../b", "", "http://h/a/b"},
		{`http://h/ "<>` + "`{}|^", "", "http://h/%20%22%3C%3E%60%7B%7D|^"},
		{"http://h/%zz%", "", "http://h/%zz%"},
		{"http://h/?a'b\"c d#e`f g", "", "http://h/?a%27b%22c%20d#e%60f%20g"},
		{"http://u:p@h/", "", "http://u:p@h/"},
		{"http://u@x:p@y@h/", "", "http://u%40x:p%40y@h/"},
		{"http://h/@x", "", "http://h/@x"},
		{"http://a.example\\@b.example/", "", "http://a.example/@b.example/"},
		{"http://a.example#@b.example/", "", "http://a.example/#@b.example/"},
		{"http://a.example?@b.example/", "", "http://a.example/?@b.example/"},
		{"javascript:alert(1)//x", "", "javascript:alert(1)//x"},
		{"data:text/plain,a b#c", "", "data:text/plain,a b#c"},
		{"mailto:a@b", "", "mailto:a@b"},
		{"file:///etc/passwd", "", "file:///etc/passwd"},
		{"file://localhost/x", "", "file:///x"},
		{"file:C|/x/../..", "", "file:///C:/"},
		{"file:", "", "file:///"},
		{"ftp://h:21/x", "", "ftp://h/x"},
		{"x://H/a/../b", "", "x://H/b"},
		{"x:/a//../..//b", "", "x:/.//b"},
		{"x://h:80", "", "x://h:80"},
		{"", "", ""},
		{"/x", "", ""},
		{"//h", "", ""},
		{"1http://h", "", ""},
		{"", base, "http://h.example/a/b?q"},
		{"c", base, "http://h.example/a/c"},
		{"../../c", base, "http://h.example/c"},
		{"/c", base, "http://h.example/c"},
		{"//o.example/c", base, "http://o.example/c"},
		{`\\o.example\c`, base, "http://o.example/c"},
		{"?x", base, "http://h.example/a/b?x"},
		{"#x", base, "http://h.example/a/b?q#x"},
		{"http:c", base, "http://h.example/a/c"},
		{"https:c", base, "https://c/"},
		{"#x", "mailto:a", "mailto:a#x"},
		{"x", "mailto:a", ""},
		{"x", "not a url", ""},
	}
	for _, test := range cases {
		var base []string
		if test.base != "" {
			base = []string{test.base}
		}
		got := parse(t, test.text, base...)
		if got == nil {
			got = []string{""}
		}
		if got[0] != test.want {
			t.Errorf("%q against %q: got %q, want %q", test.text, test.base, got[0], test.want)
		}
	}
	if parse(t, "http://h/", "") != nil {
		t.Error("an empty base is taken for none")
	}
}

func TestURLParts(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"https://u:p%20@H.example:8443/a/b?c=d#e": {"https://u:p%20@h.example:8443/a/b?c=d#e", "https://h.example:8443", "https:", "u", "p%20", "h.example:8443", "h.example", "8443", "/a/b", "?c=d", "#e"},
		"http://[::1]:80/?#":                      {"http://[::1]/?#", "http://[::1]", "http:", "", "", "[::1]", "[::1]", "", "/", "", ""},
		"mailto:a@b?c":                            {"mailto:a@b?c", "null", "mailto:", "", "", "", "", "", "a@b", "?c", ""},
		"file:///x":                               {"file:///x", "null", "file:", "", "", "", "", "", "/x", "", ""},
		"blob:https://h.example:80/uuid":          {"blob:https://h.example:80/uuid", "https://h.example:80", "blob:", "", "", "", "", "", "https://h.example:80/uuid", "", ""},
		"blob:ftp://h/":                           {"blob:ftp://h/", "null", "blob:", "", "", "", "", "", "ftp://h/", "", ""},
		"wss://h:443":                             {"wss://h/", "wss://h", "wss:", "", "", "h", "h", "", "/", "", ""},
	}
	for text, want := range cases {
		if got := parse(t, text); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestURLSet(t *testing.T) {
	t.Parallel()
	const h = "http://u:p@h.example:81/a?b#c"
	cases := []struct{ href, part, value, want string }{
		{h, "href", "https://x/", "https://x/"},
		{h, "protocol", "https", "https://u:p@h.example:81/a?b#c"},
		{h, "protocol", "https:what", "https://u:p@h.example:81/a?b#c"},
		{h, "protocol", "mailto", h},
		{h, "protocol", "", h},
		{"https://h:80/", "protocol", "http", "http://h/"},
		{h, "username", "ü@", "http://%C3%BC%40:p@h.example:81/a?b#c"},
		{h, "username", "", "http://:p@h.example:81/a?b#c"},
		{h, "password", "", "http://u@h.example:81/a?b#c"},
		{"mailto:a", "username", "x", "mailto:a"},
		{"file:///a", "password", "x", "file:///a"},
		{h, "host", "X.example:82", "http://u:p@x.example:82/a?b#c"},
		{h, "host", "x/evil", "http://u:p@x:81/a?b#c"},
		{h, "host", "", h},
		{h, "host", "a b", h},
		{h, "hostname", "0x7f.1", "http://u:p@127.0.0.1:81/a?b#c"},
		{h, "hostname", "x:99", h},
		{h, "hostname", "[::1]", "http://u:p@[::1]:81/a?b#c"},
		{h, "port", "80", "http://u:p@h.example/a?b#c"},
		{h, "port", "", "http://u:p@h.example/a?b#c"},
		{h, "port", "99x", "http://u:p@h.example:99/a?b#c"},
		{h, "port", "65536", h},
		{h, "pathname", "x/../y z?#", "http://u:p@h.example:81/y%20z%3F%23?b#c"},
		{h, "pathname", "", "http://u:p@h.example:81/?b#c"},
		{"mailto:a", "pathname", "b", "mailto:a"},
		{h, "search", "?x=y z", "http://u:p@h.example:81/a?x=y%20z#c"},
		{h, "search", "", "http://u:p@h.example:81/a#c"},
		{h, "search", "#", "http://u:p@h.example:81/a?%23#c"},
		{h, "hash", "#x y", "http://u:p@h.example:81/a?b#x%20y"},
		{h, "hash", "", "http://u:p@h.example:81/a?b"},
		{h, "href", "relative", ""},
		{"not a url", "hash", "x", ""},
	}
	for _, test := range cases {
		value, err := callURL(t, host.URLSetFunction, host.StringValue(test.href), host.StringValue(test.part), host.StringValue(test.value))
		if err != nil {
			t.Errorf("%+v: %v", test, err)
			continue
		}
		got := texts(t, value)
		if got == nil {
			got = []string{""}
		}
		if got[0] != test.want {
			t.Errorf("%s = %q: got %q, want %q", test.part, test.value, got[0], test.want)
		}
	}
}

func TestURLsAreCapped(t *testing.T) {
	t.Parallel()
	const limit = 64 << 10
	fits := "http://h/?" + strings.Repeat("a", limit-10)
	if parse(t, fits) == nil || parse(t, fits+"a") != nil || parse(t, "http://h/?"+strings.Repeat("é", limit/4)) != nil {
		t.Error("the cap is not at 64 KiB of input and of output")
	}
	if parse(t, "data:,"+strings.Repeat("abc/", 1400)+strings.Repeat("a", 50000)) == nil {
		t.Error("a data URL is taken for trouble")
	}
	for _, set := range [][2]string{
		{"search", strings.Repeat("é", limit/4)}, {"hash", strings.Repeat("a", limit)}, {"pathname", strings.Repeat("/", limit)},
		{"username", strings.Repeat("é", 2000)}, {"host", strings.Repeat("%", limit)}, {"nonsense", "x"},
	} {
		_, err := callURL(t, host.URLSetFunction, host.StringValue("x://h/"), host.StringValue(set[0]), host.StringValue(set[1]))
		if e, ok := err.(*host.Exception); !ok || e.Name != "RangeError" {
			t.Errorf("%s: got %v, want a RangeError", set[0], err)
		}
	}
}

// A call of the host cannot be interrupted, and the parser is quadratic in places: what
// it is kept from would take hundreds of times as long as a plain URL.
func TestURLsTakeNoTime(t *testing.T) {
	t.Parallel()
	const n = 64<<10 - 32
	const most = 50
	plain := fastestURL(t, host.StringValue("http://h/"+strings.Repeat("a", n)), host.NullValue())
	worst := 0.0
	for name, text := range map[string]string{
		"slashes":       "http://a" + strings.Repeat("/", n),
		"backslashes":   "http://a" + strings.Repeat(`\`, n),
		"most slashes":  "http://a/" + strings.Repeat("/"+strings.Repeat("a", 127), 511),
		"no scheme":     "1x:" + strings.Repeat("/a", n/2-10),
		"at":            "http://" + strings.Repeat("@", n),
		"at, no slash":  "http:" + strings.Repeat("@", n),
		"at, tabs":      "ht\ttp:/\t/" + strings.Repeat("@\t", n/2),
		"at, blanks":    "  \x01 x://" + strings.Repeat("@", n-10),
		"most at":       "http://" + strings.Repeat("@", 2047) + "/",
		"user":          "http://" + strings.Repeat("é", n/2) + "@h/",
		"opaque host":   "x://" + strings.Repeat("%", n),
		"most percent":  "x://" + strings.Repeat("%", 2047),
		"file slashes":  "file:" + strings.Repeat("/", n),
		"dots":          "http://h/" + strings.Repeat("../", n/3),
		"query":         "http://h/?" + strings.Repeat("/@%", n/3),
		"labels":        "http://" + strings.Repeat("é.", 600),
		"combining":     "http://a" + strings.Repeat("\u0344", 900),
		"opaque path":   "x:" + strings.Repeat("é ", n/3),
		"relative":      strings.Repeat("/", n),
		"relative at":   "//" + strings.Repeat("@", n-2),
		"ipv6":          "http://[" + strings.Repeat(":", n),
		"opaque at":     "javascript:" + strings.Repeat("@", n-10),
		"opaque slash":  "javascript:" + strings.Repeat("/", n-10),
		"many schemes":  strings.Repeat("http:", n/5),
		"blob":          strings.Repeat("blob:", n/5),
		"blob and http": strings.Repeat("blob:", n/10) + "http://" + strings.Repeat("/", n/2),
	} {
		for _, base := range []string{"", "http://h/a/", "file:///c:/"} {
			values := []host.Value{host.StringValue(text), host.NullValue()}
			if base != "" {
				values[1] = host.StringValue(base)
			}
			if took := fastestURL(t, values...); took > most*plain {
				t.Errorf("%s against %q took %v, a plain URL of that length %v", name, base, took, plain)
			} else {
				worst = max(worst, float64(took)/float64(plain))
			}
		}
	}
	t.Logf("the worst took %.0f times as long as a plain URL", worst)
}

// fastestURL returns how long a URL takes, the best of three: the machine has other
// things to do.
func fastestURL(t *testing.T, values ...host.Value) time.Duration {
	took := time.Duration(math.MaxInt64)
	for range 3 {
		began := time.Now()
		_, _ = callURL(t, host.URLParseFunction, values...)
		took = min(took, time.Since(began))
	}
	return took
}

func TestURLFunctionsSurviveAnyArguments(t *testing.T) {
	t.Parallel()
	values := []host.Value{{}, host.NullValue(), host.NumberValue(1), host.BytesValue([]byte("http://h")), host.ListValue(), host.StringValue("\xff\xfe"), host.StringValue("http://h"), host.StringValue("port")}
	for _, name := range []string{host.URLParseFunction, host.URLSetFunction} {
		for _, a := range values {
			for _, b := range values {
				for _, c := range values {
					_, _ = callURL(t, name, a, b, c)
					_, _ = callURL(t, name, a, b)
				}
			}
		}
	}
}
