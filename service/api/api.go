// Package api is the way into the service from outside: HTTP.
//
//	handler := api.New(api.Config{Service: s, Log: log})
//	server := api.NewServer(handler, log)
//	err := server.Serve(api.LimitConnections(listener, 0))
//
// POST /hooks/{project} takes activities, verified by the scheme that the project
// has set. Everything below /api is for people and programs with a token; its JSON
// is that of the vendor's REST API, with additions. The types of this package are
// that JSON, for both sides: the command line decodes with what the server encodes.
//
// The package decides who may do what and how answers look. What things mean is
// the business of package service.
package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cloche/service"
)

// Config sets up the handler.
type Config struct {
	// Service does the work. Required.
	Service *service.Service
	// Log gets failures of the service as errors and requests as debug messages.
	// Nil discards them.
	Log *slog.Logger
	// Metrics answers /metrics. Nil: there is no such page.
	Metrics http.Handler
	// RequireToken refuses requests to the API that carry no token even while no
	// token exists. Otherwise they are let in from this machine, for a first start.
	RequireToken bool
	// Trusted lets every request in as the operator's. It is for a handler that is
	// called in the same process by whoever may read the database's file anyway;
	// such a handler must never be given a listener.
	Trusted bool
	// PublicURL is where the outside reaches the server, such as
	// "https://runner.example.com". Default: what the request was sent to.
	PublicURL string
	// MaxBody is the largest body of an activity, in bytes. Default 1 MiB.
	MaxBody int64
	// Heartbeat is how often an idle log stream says that it is alive. Default 15 s.
	Heartbeat time.Duration
	// Stop is closed when the server begins to shut down: then it is not ready,
	// takes no activities, and log streams end. Nil: never.
	Stop <-chan struct{}
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.MaxBody == 0 {
		c.MaxBody = 1 << 20
	}
	if c.Heartbeat == 0 {
		c.Heartbeat = 15 * time.Second
	}
	return c
}

// api answers requests. It keeps nothing between them.
type api struct {
	Config
	mux  *http.ServeMux
	huma huma.API
}

// New returns the handler of everything that the server answers. It is safe for
// concurrent use.
func New(c Config) http.Handler {
	return newAPI(c).handler()
}

func newAPI(c Config) *api {
	a := &api{Config: c.withDefaults(), mux: http.NewServeMux()}
	a.huma = newHuma(a.mux, a.unifyErrors)
	a.huma.UseMiddleware(a.admit)
	a.routePlain()
	a.routeProjects()
	a.routeIntegrations()
	a.routeVersions()
	a.routeVariables()
	a.routeRuns()
	a.routeActivities()
	a.routeWebhook()
	a.routeTokens()
	a.routeRoot()
	a.documentPlain()
	a.routeOpenAPI()
	return a
}

// stopping reports whether the server shuts down.
func (a *api) stopping() bool {
	select {
	case <-a.Stop:
		return true
	default:
		return false
	}
}

// routePlain adds what is not JSON in and JSON out.
func (a *api) routePlain() {
	a.mux.HandleFunc("POST /hooks/{project}", a.hook)
	a.mux.Handle("POST /api/projects/{project}/activities", a.guarded(access{need: scopeWrite}, a.push))
	a.mux.HandleFunc("GET /healthz", a.healthz)
	a.mux.HandleFunc("GET /readyz", a.readyz)
	if a.Metrics != nil {
		a.mux.Handle("GET /metrics", a.guarded(access{need: scopeRead, wide: true}, a.Metrics.ServeHTTP))
	}
}
