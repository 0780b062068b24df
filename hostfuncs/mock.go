package hostfuncs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"cloche/host"
)

// Mock answers fetch from a list, without any network. It is safe for concurrent
// use.
type Mock struct{ client client }

// NewMock reads a list of answers, a JSON array of objects:
//
//	[{"method": "POST", "url": "https://api.example.com/*", "status": 201,
//	  "headers": {"x-id": "7"}, "body": {"ok": true}}]
//
// url is compared with the whole URL of the request, query included; * stands for
// any characters. The first entry that matches answers. All but url may be left
// out: method (any method), status (200; from 200 to 599), headers (a value may be
// a list of strings) and body (empty). A body that is no string is sent as JSON
// text, as application/json when headers do not say otherwise. The error names the
// entry, from 0, that is wrong.
func NewMock(list []byte) (*Mock, error) {
	if text := bytes.TrimSpace(list); len(text) == 0 || text[0] != '[' {
		return nil, errors.New("hostfuncs: mock: the answers must be a JSON array")
	}
	var texts []json.RawMessage
	if err := json.Unmarshal(list, &texts); err != nil {
		return nil, fmt.Errorf("hostfuncs: mock: %w", err)
	}
	answers := make(mockAnswers, len(texts))
	for i, text := range texts {
		answer, err := parseMockAnswer(text)
		if err != nil {
			return nil, fmt.Errorf("hostfuncs: mock: entry %d: %w", i, err)
		}
		answers[i] = answer
	}
	config := FetchConfig{Now: func() time.Time { return time.Time{} }}.withDefaults()
	// No policy for addresses and ports: a mock of an internal service reaches none.
	return &Mock{client{config: config, policy: &policy{any: true}, transport: answers}}, nil
}

// Run returns fetch for one run. It checks requests, counts, follows redirects
// and writes to the log as that of a Fetcher with a zero configuration, except
// that every duration is 0 ms and that any host and port will do. A request that
// no entry matches throws a TypeError with the code ENETWORK.
func (m *Mock) Run() host.Func { return m.client.run(Marks{}) }

// mockAnswer is one checked entry.
type mockAnswer struct {
	method  string // "": any
	url     string
	status  int
	headers http.Header
	body    []byte
}

func parseMockAnswer(text []byte) (mockAnswer, error) {
	var entry struct {
		Method  string                     `json:"method"`
		URL     string                     `json:"url"`
		Status  *int                       `json:"status"`
		Headers map[string]json.RawMessage `json:"headers"`
		Body    json.RawMessage            `json:"body"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&entry); err != nil {
		return mockAnswer{}, err
	}
	answer := mockAnswer{method: strings.ToUpper(entry.Method), url: entry.URL, status: http.StatusOK}
	if entry.URL == "" {
		return answer, errors.New("url is missing")
	}
	if entry.Method != "" && !httpguts.ValidHeaderFieldName(entry.Method) {
		return answer, fmt.Errorf("method %q is not valid", entry.Method)
	}
	if entry.Status != nil {
		answer.status = *entry.Status
	}
	if answer.status < 200 || answer.status > 599 {
		return answer, fmt.Errorf("status %d is not between 200 and 599", answer.status)
	}
	if err := answer.setHeaders(entry.Headers); err != nil {
		return answer, err
	}
	return answer, answer.setBody(entry.Body)
}

func (a *mockAnswer) setHeaders(headers map[string]json.RawMessage) error {
	a.headers = make(http.Header, len(headers)+1)
	for name, text := range headers {
		var values []string
		var value string
		if json.Unmarshal(text, &value) == nil {
			values = []string{value}
		} else if json.Unmarshal(text, &values) != nil {
			return fmt.Errorf("header %q must be a string or a list of strings", name)
		}
		if !httpguts.ValidHeaderFieldName(name) {
			return fmt.Errorf("header %q has no valid name", name)
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return fmt.Errorf("header %q has a control character in its value", name)
			}
			a.headers.Add(name, value)
		}
	}
	// Of a recorded response; the body here is what it decoded to.
	for _, name := range []string{"Content-Encoding", "Content-Length", "Transfer-Encoding"} {
		a.headers.Del(name)
	}
	return nil
}

func (a *mockAnswer) setBody(text json.RawMessage) error {
	if len(text) == 0 || string(text) == "null" {
		return nil
	}
	if text[0] == '"' {
		var body string
		err := json.Unmarshal(text, &body)
		a.body = []byte(body)
		return err
	}
	var body bytes.Buffer
	if err := json.Compact(&body, text); err != nil {
		return err
	}
	a.body = body.Bytes()
	if a.headers.Get("Content-Type") == "" {
		a.headers.Set("Content-Type", "application/json")
	}
	return nil
}

func (a *mockAnswer) matches(request *http.Request, href string) bool {
	return (a.method == "" || a.method == strings.ToUpper(request.Method)) && matchGlob(a.url, href)
}

// mockAnswers is the round-tripper that takes the place of the network.
type mockAnswers []mockAnswer

// RoundTrip answers from the list.
func (m mockAnswers) RoundTrip(request *http.Request) (*http.Response, error) {
	href := request.URL.String()
	for i := range m {
		if m[i].matches(request, href) {
			return m[i].response(request), nil
		}
	}
	shown, _, _ := strings.Cut(href, "?")
	return nil, failf(codeNetwork, "no mock matches %s %s", request.Method, shown)
}

func (a *mockAnswer) response(request *http.Request) *http.Response {
	body := a.body
	if request.Method == http.MethodHead {
		body = nil
	}
	return &http.Response{
		Status:        strconv.Itoa(a.status) + " " + http.StatusText(a.status),
		StatusCode:    a.status,
		Header:        a.headers.Clone(),
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       request,
	}
}
