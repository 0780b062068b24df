package hostfuncs

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"cloche/host"
)

// response is what fetch answers with.
type response struct {
	status     int
	statusText string
	url        string
	redirected bool
	headers    http.Header
	body       []byte
}

func (r *response) value() host.Value {
	return host.ListValue(
		host.NumberValue(float64(r.status)),
		host.StringValue(r.statusText),
		host.StringValue(r.url),
		host.BoolValue(r.redirected),
		host.ListValue(flatHeaders(r.headers)...),
		host.BytesValue(r.body),
	)
}

// statusLine returns "200 OK", or the number alone.
func (r *response) statusLine() string {
	return strings.TrimSpace(strconv.Itoa(r.status) + " " + r.statusText)
}

// read takes the response in and closes it. A body is complete or an error:
// never cut off.
func (s *session) read(r *request, received *http.Response, moved *traffic) (*response, error) {
	defer func() { _ = received.Body.Close() }()
	if received.StatusCode < 200 {
		return nil, failf(codeNetwork, "%s wants to speak another protocol (%d)", r.target.host(), received.StatusCode)
	}
	encoding, err := contentEncoding(received)
	if err != nil {
		return nil, failf(codeNetwork, "%s: %s", r.target.host(), err)
	}
	body, err := readBody(received, encoding, s.config.MaxResponseBytes, moved)
	if err != nil {
		return nil, err
	}
	if encoding == encodingGzip {
		received.Header.Del("Content-Encoding")
		received.Header.Del("Content-Length")
	}
	return &response{
		status:     received.StatusCode,
		statusText: statusText(received),
		url:        r.target.href,
		headers:    received.Header,
		body:       body,
	}, nil
}

const encodingGzip = "gzip"

// contentEncoding returns the one encoding of a body, "" for none. Several on top
// of each other are refused: only bombs are made so.
func contentEncoding(received *http.Response) (string, error) {
	if received.Body == http.NoBody { // HEAD: the headers speak of another response
		return "", nil
	}
	found := ""
	for _, line := range received.Header.Values("Content-Encoding") {
		for name := range strings.SplitSeq(line, ",") {
			switch name = strings.ToLower(strings.TrimSpace(name)); name {
			case "", "identity":
				continue
			case "x-gzip":
				name = encodingGzip
			}
			if found != "" {
				return "", errors.New("the body is compressed more than once")
			}
			found = name
		}
	}
	return found, nil
}

// readBody reads a body of at most limit bytes, and decodes gzip; bodies in
// encodings that nobody asked for are left as they are.
func readBody(received *http.Response, encoding string, limit int64, moved *traffic) ([]byte, error) {
	if received.Body == http.NoBody {
		return nil, nil
	}
	// A gzip stream may hold any amount of headers and empty members that decode to
	// nothing, so the wire has a limit too: what gzip needs for incompressible data.
	wireLimit := limit
	if encoding == encodingGzip {
		wireLimit += limit/100 + 1024
	}
	if received.ContentLength > wireLimit {
		return nil, errTooLarge
	}
	wire := &cappedReader{from: received.Body, left: wireLimit}
	defer func() { moved.in += wire.count }()
	var from io.Reader = wire
	if encoding == encodingGzip {
		unpacked, err := gzip.NewReader(wire)
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		from = &cappedReader{from: unpacked, left: limit}
	}
	var body bytes.Buffer
	if encoding == "" && received.ContentLength > 0 {
		// One byte to spare: without it the buffer doubles only to find the end.
		body.Grow(int(min(received.ContentLength, 64<<10)) + bytes.MinRead)
	}
	_, err := body.ReadFrom(from)
	return body.Bytes(), err
}

// cappedReader fails with errTooLarge at the first byte past its cap, where
// io.LimitReader would feign the end.
type cappedReader struct {
	from  io.Reader
	left  int64
	count int64
}

func (r *cappedReader) Read(p []byte) (int, error) {
	if int64(len(p)) > r.left+1 {
		p = p[:r.left+1]
	}
	n, err := r.from.Read(p)
	r.count += int64(n)
	r.left -= int64(n)
	if r.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// statusText returns the words of the status line. They go to the log as well, so
// a server that puts something else there gets nothing.
func statusText(received *http.Response) string {
	const most = 128
	text := strings.TrimPrefix(received.Status, strconv.Itoa(received.StatusCode))
	text = strings.TrimSpace(headerText(text))
	odd := func(c rune) bool { return !unicode.IsPrint(c) }
	if len(text) > most || strings.ContainsFunc(text, odd) {
		return ""
	}
	return text
}
