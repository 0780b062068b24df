package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

// response is a ResponseWriter that remembers what was answered. It carries the
// request's ID, so that no context value has to.
type response struct {
	http.ResponseWriter
	id     string
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// requestID returns the ID of the request that w answers.
func requestID(w http.ResponseWriter) string {
	if r, ok := w.(*response); ok {
		return r.id
	}
	return ""
}

// handler wraps the routes with what holds for all of them.
func (a *api) handler() http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, r *http.Request) {
		var random [8]byte
		_, _ = rand.Read(random[:]) // it cannot fail
		w := &response{ResponseWriter: writer, id: hex.EncodeToString(random[:])}
		h := w.Header()
		h.Set("X-Request-Id", w.id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		start := time.Now()
		defer func() {
			a.rescue(w, r, recover())
			a.Log.DebugContext(r.Context(), "request", "request", w.id, "method", r.Method, "path", r.URL.Path,
				"status", w.status, "bytes", w.bytes, "duration", time.Since(start), "remote", r.RemoteAddr)
		}()
		a.route(w, r)
	})
}

// rescue answers 500 for a handler that panicked. If the answer had begun, the
// connection is broken off, so that nobody takes half of it for all.
func (a *api) rescue(w *response, r *http.Request, cause any) {
	switch {
	case cause == nil:
		return
	case cause == http.ErrAbortHandler:
		panic(cause)
	case r.Context().Err() != nil:
		return // huma panics when it cannot write the answer: the client has gone
	}
	a.Log.ErrorContext(r.Context(), "handler panicked", "request", w.id, "path", r.URL.Path,
		"panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
	if w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	p := problem(http.StatusInternalServerError, CodeInternal, "something went wrong on the server")
	p.RequestID = w.id
	writeProblem(w, p)
}

// route answers by the mux, with a Problem where that has a text: for addresses and
// methods that do not exist.
func (a *api) route(w http.ResponseWriter, r *http.Request) {
	handler, pattern := a.mux.Handler(r)
	if pattern != "" {
		a.mux.ServeHTTP(w, r)
		return
	}
	refusal := &response{ResponseWriter: discard{http.Header{}}}
	handler.ServeHTTP(refusal, r)
	if refusal.status != http.StatusMethodNotAllowed {
		writeProblem(w, notFound())
		return
	}
	w.Header()["Allow"] = refusal.Header()["Allow"]
	writeProblem(w, problem(http.StatusMethodNotAllowed, CodeMethod, "this address does not take %s", r.Method))
}

// discard is a ResponseWriter that keeps the headers alone.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// healthz says that the process answers.
func (a *api) healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "alive"})
}

// readyTimeout bounds the check of the database: a probe must not pile up.
const readyTimeout = 5 * time.Second

// readyz says whether activities are taken and run, and why not.
func (a *api) readyz(w http.ResponseWriter, r *http.Request) {
	if a.stopping() {
		writeProblem(w, stopped())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := a.Service.Ready(ctx); err != nil {
		a.Log.WarnContext(ctx, "not ready", "error", err)
		writeProblem(w, problem(http.StatusServiceUnavailable, CodeBusy, "%v", err))
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}
