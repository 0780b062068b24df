package host

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzLog writes lines of any bytes and lengths to a log of any limit, and holds what
// is kept against the limit and against what was written. Each line is a byte for its
// length, two for how often it is repeated, and the bytes themselves.
func FuzzLog(f *testing.F) {
	f.Add(1, []byte("\x01\x01\x00a"))
	f.Add(100, []byte("\x03\x00\x01abc\x02\x10\x00\xff\xfe\x00\x00\x00\x04\x01\x00\xf0\x9f\x98\x80"))
	f.Add(4096, []byte(strings.Repeat("\x05\x40\x02line\n\x00\xff\x00", 20)))
	f.Fuzz(func(t *testing.T, limit int, script []byte) {
		limit = min(max(limit, 1), 1<<16)
		var emitted []LogLine
		l := newRunLog(limit, func() time.Time { return time.Time{} }, func(line LogLine) { emitted = append(emitted, line) })
		written, texts, ascii := int64(0), 0, true
		for len(script) > 3 && texts < 500 {
			length, times := int(script[0]), int(script[1])|int(script[2])<<8
			script = script[3:]
			length = min(length, len(script))
			ascii = ascii && !bytes.ContainsFunc(script[:length], func(c rune) bool { return c >= utf8.RuneSelf })
			text := strings.Repeat(string(script[:length]), times%2000)
			script = script[length:]
			texts++
			written += int64(len(text))
			l.append(logLevel("warn"), text)
		}
		lines := l.finish()
		checkLog(t, lines, limit)
		if len(emitted) != len(lines) {
			t.Fatalf("%d lines were emitted, %d are kept", len(emitted), len(lines))
		}
		kept, own := int64(0), 0
		for n, line := range lines {
			if line != emitted[n] {
				t.Errorf("line %d was emitted as %+v, and is %+v", n, emitted[n], line)
			}
			if line.Level == levelHost {
				own++
			} else {
				kept += int64(len(line.Text))
			}
		}
		// A stretch that is not UTF-8 is replaced by three bytes; else the books agree.
		if l.dropped < 0 || l.dropped > 3*written || own > 1 || (own == 1) != (l.dropped > 0) {
			t.Errorf("%d of %d bytes were dropped, %d lines say so", l.dropped, written, own)
		}
		if ascii && kept+l.dropped != written {
			t.Errorf("%d bytes are kept and %d dropped of %d", kept, l.dropped, written)
		}
	})
}

// checkLog checks what is true of every log.
func checkLog(t *testing.T, lines []LogLine, limit int) {
	size, number := 0, 0
	for _, line := range lines {
		if !utf8.ValidString(line.Text) {
			t.Errorf("%q is not UTF-8", line.Text)
		}
		if line.Number < number || line.Number == number && line.Level != levelHost {
			t.Errorf("line %d comes after line %d", line.Number, number)
		}
		number = line.Number
		if line.Level != levelHost {
			size += len(line.Text) + lineOverhead
		}
	}
	// The last line is kept, whatever it takes, and U+FFFD is longer than what it
	// stands for.
	if most := limit + limit/2 + limit + lineOverhead; size > most {
		t.Errorf("%d bytes are kept, the limit is %d", size, limit)
	}
}
