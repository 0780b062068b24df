package api

import (
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

// The limits of a connection. A request has readTimeout to arrive in whole and an
// answer writeTimeout to be taken, so that slow clients hold nothing for long; log
// streams move their own deadline on.
const (
	readHeaderTimeout  = 5 * time.Second
	readTimeout        = 15 * time.Second
	writeTimeout       = 30 * time.Second
	idleTimeout        = 60 * time.Second
	maxHeaderBytes     = 16 << 10
	defaultConnections = 1000
)

// NewServer returns a server for the handler with the limits of this package. Its
// own complaints go to log as warnings.
func NewServer(handler http.Handler, log *slog.Logger) *http.Server {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// LimitConnections lets at most n connections be open at a time; more wait to be
// accepted. 0 means 1,000.
func LimitConnections(l net.Listener, n int) net.Listener {
	if n == 0 {
		n = defaultConnections
	}
	return netutil.LimitListener(l, n)
}
