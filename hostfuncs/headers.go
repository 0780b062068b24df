package hostfuncs

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"cloche/host"
)

const (
	maxHeaders     = 100
	maxHeaderBytes = 32 << 10 // names and values of a request together
)

// header is one field; its name is in lower case.
type header struct{ name, value string }

// parseHeaders checks the headers of a call and adds those that every request
// has.
func parseHeaders(call *host.Call, userAgent string) ([]header, error) {
	count := max(call.Len()-argHeaders, 0)
	if count%2 != 0 {
		return nil, failf(codeInvalid, "a header has no value")
	}
	if count > 2*maxHeaders {
		return nil, failf(codeInvalid, "at most %d headers", maxHeaders)
	}
	headers := make([]header, 0, count/2+2)
	size := 0
	for i := argHeaders; i < call.Len(); i += 2 {
		h, err := parseHeader(call.Arg(i), call.Arg(i+1))
		if err != nil {
			return nil, err
		}
		if size += len(h.name) + len(h.value); size > maxHeaderBytes {
			return nil, failf(codeInvalid, "the headers have more than %d bytes", maxHeaderBytes)
		}
		// These two are always sent, and are fetch's own.
		if h.name == "accept-encoding" || (h.name == "user-agent" && h.value == "") {
			continue
		}
		headers = append(headers, h)
	}
	headers = addHeader(headers, "accept", "*/*")
	return addHeader(headers, "user-agent", userAgent), nil
}

func addHeader(headers []header, name, value string) []header {
	if slices.ContainsFunc(headers, func(h header) bool { return h.name == name }) {
		return headers
	}
	return append(headers, header{name, value})
}

// parseHeader checks one header. White space around a value is dropped, as
// browsers do; a line break within it would begin another header.
func parseHeader(name, value host.Value) (header, error) {
	if name.Kind() != host.String || value.Kind() != host.String {
		return header{}, failf(codeInvalid, "header names and values must be strings")
	}
	if !httpguts.ValidHeaderFieldName(name.Text()) {
		return header{}, failf(codeInvalid, "%q is no valid name for a header", clip(name.Text()))
	}
	h := header{strings.ToLower(name.Text()), strings.Trim(value.Text(), " \t\r\n")}
	if forbiddenHeader(h.name) {
		return header{}, failf(codeInvalid, "the header %q is set by fetch itself; leave it out", clip(h.name))
	}
	if !utf8.ValidString(h.value) || !httpguts.ValidHeaderFieldValue(h.value) {
		return header{}, failf(codeInvalid, "the value of the header %q has a line break or another control character", clip(h.name))
	}
	return h, nil
}

// forbiddenHeader reports whether a header would let the script say where a
// request ends, which host it is for or what becomes of the connection.
func forbiddenHeader(name string) bool {
	switch name {
	case "host", "transfer-encoding", "content-length", "connection", "keep-alive",
		"upgrade", "http2-settings", "te", "trailer", "expect":
		return true
	}
	return strings.HasPrefix(name, "proxy-") || strings.HasPrefix(name, "sec-")
}

// travellingHeaders returns the headers that go along when a redirect leads to
// another host: those that carry nothing but what the request is. Any other may
// hold a credential, whatever its name.
func travellingHeaders(headers []header) []header {
	return slices.DeleteFunc(slices.Clone(headers), func(h header) bool {
		switch h.name {
		case "accept", "accept-language", "content-type", "user-agent":
			return false
		}
		return true
	})
}

// withoutContent returns the headers without those that describe a body.
func withoutContent(headers []header) []header {
	return slices.DeleteFunc(slices.Clone(headers), func(h header) bool {
		return strings.HasPrefix(h.name, "content-")
	})
}

// flatHeaders returns received headers as name, value, name, value: sorted by
// name, those of one name in the order they came in.
func flatHeaders(received http.Header) []host.Value {
	names := make([]string, 0, len(received))
	for name := range received {
		names = append(names, name)
	}
	slices.Sort(names)
	flat := make([]host.Value, 0, 2*len(names))
	for _, name := range names {
		lower := host.StringValue(strings.ToLower(name))
		for _, value := range received[name] {
			flat = append(flat, lower, host.StringValue(headerText(value)))
		}
	}
	return flat
}

// headerText reads a value that is not UTF-8 as Latin-1, which is what it is then.
func headerText(value string) string {
	if utf8.ValidString(value) {
		return value
	}
	runes := make([]rune, len(value))
	for i := range len(value) {
		runes[i] = rune(value[i])
	}
	return string(runes)
}
