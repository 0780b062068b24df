package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// handlerTransport answers requests with a handler in this process: without a
// server, commands take the same way as with one.
type handlerTransport struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper. The body can be read while the handler
// still writes it.
func (t handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	reader, writer := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: writer, begun: make(chan struct{})}
	ctx, cancel := context.WithCancel(r.Context())
	inner := r.Clone(ctx)
	inner.RequestURI = r.URL.RequestURI()
	inner.Host = r.URL.Host
	if inner.Body == nil {
		inner.Body = http.NoBody
	}
	go func() {
		defer cancel()
		defer func() {
			if cause := recover(); cause != nil {
				writer.CloseWithError(fmt.Errorf("the answer was broken off: %v", cause))
			}
			w.begin(http.StatusOK)
			writer.Close()
		}()
		t.handler.ServeHTTP(w, inner)
	}()
	select {
	case <-w.begun:
	case <-r.Context().Done():
		cancel()
		reader.CloseWithError(r.Context().Err())
		return nil, r.Context().Err()
	}
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: closer{reader, cancel}, ContentLength: -1, Request: r,
	}, nil
}

// closer ends the handler when the body is closed.
type closer struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (c closer) Close() error {
	c.cancel()
	return c.PipeReader.Close()
}

// pipeWriter is the handler's side of the pipe.
type pipeWriter struct {
	header http.Header
	body   *io.PipeWriter

	once   sync.Once
	begun  chan struct{} // closed when status and sent are set
	status int
	sent   http.Header
}

func (w *pipeWriter) begin(status int) {
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.begun)
	})
}

// Header implements http.ResponseWriter.
func (w *pipeWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *pipeWriter) WriteHeader(status int) { w.begin(status) }

// Write implements http.ResponseWriter.
func (w *pipeWriter) Write(p []byte) (int, error) {
	w.begin(http.StatusOK)
	return w.body.Write(p)
}

// Flush implements http.Flusher; nothing is held back here.
func (w *pipeWriter) Flush() { w.begin(http.StatusOK) }
