package hostfuncs

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

func zip(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return out.Bytes()
}

func TestGzip(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("hello ", 10000)
	packed := zip(t, text)
	cases := []struct {
		name, encoding string
		body           []byte
		want           string // of the body; "" for the one that was sent
		code           string
	}{
		{"gzip", "gzip", packed, text, ""},
		{"old name", "x-GZIP", packed, text, ""},
		{"two members", "gzip", append(bytes.Clone(packed), packed...), text + text, ""},
		{"identity", "identity", []byte("plain"), "plain", ""},
		{"unknown", "br", []byte("\x0b\x02\x80"), "\x0b\x02\x80", ""},
		{"identity and gzip", "identity, gzip", packed, text, ""},
		{"nested", "gzip, gzip", zip(t, string(packed)), "", codeNetwork},
		{"nested unknown", "br, gzip", packed, "", codeNetwork},
		{"not gzip", "gzip", []byte("plain text, that is"), "", codeNetwork},
		{"cut short", "gzip", packed[:len(packed)-4], "", codeNetwork},
		{"bad checksum", "gzip", append(bytes.Clone(packed[:len(packed)-8]), 1, 2, 3, 4, 5, 6, 7, 8), "", codeNetwork},
		{"garbage behind", "gzip", append(bytes.Clone(packed), "garbage"...), "", codeNetwork},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", test.encoding)
				_, _ = w.Write(test.body)
			})
			s := newSession(t, loopback())
			if test.code != "" {
				s.refused(t, args{url: server.URL}, test.code)
				return
			}
			value, report, err := s.try(t.Context(), args{url: server.URL})
			if err != nil {
				t.Fatal(err)
			}
			got := decodeAnswer(t, value)
			if got.body != test.want || report.in != int64(len(test.body)) {
				t.Errorf("got %d bytes of %d on the wire", len(got.body), report.in)
			}
			if decoded := len(test.want) > 100; decoded && got.get("content-encoding") != nil || decoded && got.get("content-length") != nil {
				t.Errorf("the headers still speak of the packed body: %q", got.headers)
			}
		})
	}
}

func TestGzipOnSeveralLines(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Encoding"] = []string{"gzip", "gzip"}
		_, _ = w.Write(zip(t, string(zip(t, "x"))))
	})
	newSession(t, loopback()).refused(t, args{url: server.URL}, codeNetwork)
}

// It is not parallel: it measures memory.
func TestGzipBombStaysSmall(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		unpacked, zeros := gzip.NewWriter(w), make([]byte, 1<<20)
		for range 1024 {
			if _, err := unpacked.Write(zeros); err != nil {
				return
			}
		}
		_ = unpacked.Close()
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	message := newSession(t, loopback()).refused(t, args{url: server.URL}, codeTooLarge)
	runtime.ReadMemStats(&after)
	if !strings.Contains(message, "5242880 bytes") {
		t.Errorf("got %s", message)
	}
	// All that was ever allocated, the server's share included: the last buffer of
	// 8 MiB and those it grew out of.
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 40<<20 {
		t.Errorf("%d MiB were allocated", grown>>20)
	}
}

func TestEmptyGzipMembersEnd(t *testing.T) {
	t.Parallel()
	url := serveRaw(t, func(conn net.Conn) {
		forever(conn, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", strings.Repeat(string(zip(t, "")), 1000))
	})
	newSession(t, FetchConfig{AllowPrivate: true, MaxResponseBytes: 1 << 20}).refused(t, args{url: url}, codeTooLarge)
}

func TestBodiesAreCapped(t *testing.T) {
	t.Parallel()
	config := FetchConfig{AllowPrivate: true, MaxResponseBytes: 1000, MaxFetches: 100}
	for size, fits := range map[int]bool{0: true, 999: true, 1000: true, 1001: false, 100000: false} {
		for _, chunked := range []bool{false, true} {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if chunked {
					w.(http.Flusher).Flush()
				}
				_, _ = io.WriteString(w, strings.Repeat("x", size))
			})
			s := newSession(t, config)
			if !fits {
				s.refused(t, args{url: server.URL}, codeTooLarge)
			} else if got := s.must(t, args{url: server.URL}); len(got.body) != size {
				t.Errorf("got %d of %d bytes", len(got.body), size)
			}
		}
	}
	packed := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(zip(t, strings.Repeat("x", len(r.URL.Path)-1)))
	})
	s := newSession(t, config)
	s.must(t, args{url: packed.URL + "/" + strings.Repeat("x", 1000)})
	s.refused(t, args{url: packed.URL + "/" + strings.Repeat("x", 1001)}, codeTooLarge)
}

// What a server may do wrong, or on purpose.
func TestHostileServers(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\n"
	say := func(text string) func(net.Conn) {
		return func(conn net.Conn) { _, _ = io.WriteString(conn, text) }
	}
	drip := func(head, text string) func(net.Conn) {
		return func(conn net.Conn) {
			_, err := io.WriteString(conn, head)
			for err == nil {
				time.Sleep(5 * time.Millisecond)
				_, err = io.WriteString(conn, text)
			}
		}
	}
	cases := map[string]struct {
		talk func(net.Conn)
		code string
	}{
		"fewer bytes than promised":  {say(ok + "Content-Length: 100\r\n\r\nshort"), codeNetwork},
		"a chunk cut short":          {say(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"), codeNetwork},
		"no last chunk":              {say(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), codeNetwork},
		"a chunk that is no chunk":   {say(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello"), codeNetwork},
		"a chunk of 2^63 bytes":      {say(ok + "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nx"), codeNetwork},
		"a hundred gigabytes":        {say(ok + "Content-Length: 107374182400\r\n\r\n"), codeTooLarge},
		"two lengths":                {say(ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), codeNetwork},
		"a negative length":          {say(ok + "Content-Length: -1\r\n\r\nxx"), codeNetwork},
		"nothing":                    {say(""), codeNetwork},
		"no HTTP":                    {say("SSH-2.0-OpenSSH_9.9\r\n"), codeNetwork},
		"no HTTP, at length":         {say(strings.Repeat("\x1bé", 20000) + "\r\n"), codeNetwork},
		"a bad status":               {say("HTTP/1.1 2x0 OK\r\n\r\n"), codeNetwork},
		"a header without colon":     {say(ok + "what\r\n\r\n"), codeNetwork},
		"an unknown coding":          {say(ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), codeNetwork},
		"another protocol":           {say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"), codeNetwork},
		"an endless body":            {func(c net.Conn) { forever(c, ok+"\r\n", strings.Repeat("x", 64<<10)) }, codeTooLarge},
		"endless chunks":             {func(c net.Conn) { forever(c, ok+"Transfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n") }, codeTooLarge},
		"endless trailers":           {func(c net.Conn) { forever(c, ok+"Transfer-Encoding: chunked\r\n\r\n0\r\n", "x-a: b\r\n") }, codeNetwork},
		"ten megabytes of headers":   {func(c net.Conn) { forever(c, ok, "x-a: "+strings.Repeat("b", 1000)+"\r\n") }, codeTooLarge},
		"one endless header":         {func(c net.Conn) { forever(c, ok+"x-a: ", strings.Repeat("b", 1000)) }, codeTooLarge},
		"an endless status":          {func(c net.Conn) { forever(c, "HTTP/1.1 200 ", strings.Repeat("b", 1000)) }, codeTooLarge},
		"ten thousand cookies":       {say(ok + strings.Repeat("Set-Cookie: a=b\r\n", 10000) + "\r\n"), codeTooLarge},
		"a flood of 100 Continue":    {func(c net.Conn) { forever(c, "", "HTTP/1.1 100 Continue\r\n\r\n") }, codeTooLarge},
		"a flood of 103 Early Hints": {func(c net.Conn) { forever(c, "", "HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n") }, codeTooLarge},
		"a drip of headers":          {drip(ok, "x: y\r\n"), codeTimedOut},
		"a drip of body":             {drip(ok+"Content-Length: 5000\r\n\r\n", "x"), codeTimedOut},
		"a drip of gzip":             {drip(ok+"Content-Encoding: gzip\r\n\r\n"+string(zip(t, "")), string(zip(t, ""))), codeTimedOut},
		"a drip of 1xx":              {drip("", "H"), codeTimedOut},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, FetchConfig{AllowPrivate: true, MaxResponseBytes: 1 << 20})
			timeout := 20000.0
			if test.code == codeTimedOut {
				timeout = 200
			}
			value, _, err := s.try(t.Context(), args{url: serveRaw(t, test.talk), timeout: timeout})
			if err == nil {
				t.Fatalf("got %+v", decodeAnswer(t, value))
			}
			if e := wantCode(t, err, test.code); len(e.Message) > 300 {
				t.Errorf("the message has %d bytes", len(e.Message))
			}
		})
	}
}

func TestOddButHonestServers(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ say, want string }{
		"more bytes than promised": {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 500 Evil\r\n\r\n", "200 OK hello"},
		"until the end":            {"HTTP/1.0 200 OK\r\n\r\nhello", "200 OK hello"},
		"no reason":                {"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", "404  "},
		"a control character":      {"HTTP/1.1 200 \x1b[31mOK\r\nContent-Length: 0\r\n\r\n", "200  "},
		"a long reason":            {"HTTP/1.1 200 " + strings.Repeat("x", 1000) + "\r\nContent-Length: 0\r\n\r\n", "200  "},
		"Latin-1":                  {"HTTP/1.1 200 Gr\xfc\xdfe\r\nContent-Length: 0\r\n\r\n", "200 Grüße "},
		"status 999":               {"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n", "999 No "},
		"some hints":               {"HTTP/1.1 103 Early\r\nx: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 OK hi"},
		"trailers":                 {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx: y\r\n\r\n", "200 OK hi"},
		"empty gzip":               {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", "200 OK "},
	}
	s := newSession(t, loopback())
	for name, test := range cases {
		url := serveRaw(t, func(conn net.Conn) { _, _ = io.WriteString(conn, test.say) })
		value, report, err := s.try(t.Context(), args{url: url})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := decodeAnswer(t, value)
		if text := fmt.Sprintf("%d %s %s", got.status, got.statusText, got.body); text != test.want {
			t.Errorf("%s: got %q, want %q", name, text, test.want)
		}
		if strings.ContainsAny(report.lines[1], "\x1b\r\n") {
			t.Errorf("%s: the log has %q", name, report.lines[1])
		}
	}
}

func TestHeaderText(t *testing.T) {
	t.Parallel()
	url := serveRaw(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX-B: caf\xe9\r\nx-a: 2\r\nX-A: \xc3\xa9\r\nContent-Length: 0\r\n\r\n")
	})
	got := newSession(t, loopback()).must(t, args{url: url})
	want := "content-length 0 x-a 2 x-a é x-b café"
	if text := strings.Join(got.headers, " "); text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}
