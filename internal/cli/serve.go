package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cloche/service/api"
)

// serveOptions are the settings of serve.
type serveOptions struct {
	serviceConfig
	config         string
	listen         string
	tlsCert        string
	tlsKey         string
	publicURL      string
	requireToken   bool
	maxConnections int
	logLevel       string
	logFormat      string
}

func newServeCommand(s Streams) *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:     "serve",
		GroupID: groupServer,
		Short:   "Take activities and run scripts: the daemon",
		Long: `serve takes activities at /hooks/PROJECT, runs the scripts of the integrations that
they match, and answers the API that the other commands use.

While no token exists the API is open to this machine, and to it alone. To listen
on other addresses, create a token first.

Every setting can also come from the environment (--data-dir is RUNNER_DATA_DIR) or
from a TOML file named by --config, where lists are arrays:

  listen = "127.0.0.1:8080"
  deny-network = ["10.0.0.0/8"]

The command line wins over the environment, that over the file. On SIGTERM the
server takes nothing new, lets runs finish for the time of --grace and hands back
the others; a second signal ends it at once, and loses nothing either.`,
		Example: `  runner serve
  runner serve --listen 127.0.0.1:9000 --database /var/lib/cloche/runner.db
  runner token:create --scope admin && runner serve --listen :8443 --tls-cert cert.pem --tls-key key.pem`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			path := o.config
			if path == "" {
				path = os.Getenv(envName("config"))
			}
			if err := fillFlags(c.Flags(), path); err != nil {
				return err
			}
			return serve(c.Context(), s, o)
		},
	}
	c.Flags().SortFlags = false
	o.flags(c.Flags())
	return c
}

func (o *serveOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "`address` to listen on; port 0 is any that is free")
	o.serviceConfig.flags(f)
	f.StringVar(&o.tlsCert, "tls-cert", "", "`file` with the certificate chain, for HTTPS")
	f.StringVar(&o.tlsKey, "tls-key", "", "`file` with the certificate's key")
	f.StringVar(&o.publicURL, "public-url", "", "where senders reach the server, such as https://runner.example.com")
	f.BoolVar(&o.requireToken, "require-token", false, "refuse requests without a token even while no token exists")
	f.IntVar(&o.maxConnections, "max-connections", 1000, "how many connections may be open at a time")
	f.StringVar(&o.logLevel, "log-level", "info", "what to log: debug, info, warn or error")
	f.StringVar(&o.logFormat, "log-format", "text", "how to log: text or json")
	f.StringVar(&o.config, "config", "", "TOML `file` with settings")
}

// serve runs the daemon until ctx ends. It says where it listens when it is ready,
// and nothing before.
func serve(ctx context.Context, s Streams, o serveOptions) (err error) {
	log, err := o.prepare(s)
	if err != nil {
		return err
	}
	registry := newRegistry()
	b, err := openBackend(ctx, o.serviceConfig, log, registry)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close(ctx)) }()
	if err := o.guardListen(ctx, b); err != nil {
		return err
	}
	if _, err := b.engine.start(ctx); err != nil {
		return err // the first run must not be the one to tell
	}
	listener, err := o.open()
	if err != nil {
		return err
	}
	d := &daemon{serveOptions: o, streams: s, log: log, backend: b, listener: listener, stop: make(chan struct{})}
	d.server = api.NewServer(api.New(api.Config{
		Service:      b.service,
		Log:          log,
		Metrics:      promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		RequireToken: o.requireToken || !isLoopback(o.listen),
		PublicURL:    o.publicURL,
		MaxBody:      int64(o.maxBody),
		Stop:         d.stop,
	}), log)
	return d.run(ctx)
}

// prepare finds what is wrong with the settings before anything is opened.
func (o *serveOptions) prepare(s Streams) (*slog.Logger, error) {
	log, err := newLog(s, o.logLevel, o.logFormat)
	if err != nil {
		return nil, err
	}
	if (o.tlsCert == "") != (o.tlsKey == "") {
		return nil, usage("--tls-cert and --tls-key go together")
	}
	if o.tlsCert != "" {
		if _, err := tls.LoadX509KeyPair(o.tlsCert, o.tlsKey); err != nil {
			return nil, invalid("--tls-cert %s, --tls-key %s: %w", o.tlsCert, o.tlsKey, err)
		}
	}
	if _, _, err := net.SplitHostPort(o.listen); err != nil {
		return nil, usage("--listen %s: write HOST:PORT", o.listen)
	}
	if o.maxConnections < 1 {
		return nil, usage("--max-connections must be at least 1")
	}
	o.location, err = o.location.resolved()
	if err != nil {
		return nil, err
	}
	return log, o.validate()
}

func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// guardListen refuses to open the API to other machines while nothing protects it.
func (o serveOptions) guardListen(ctx context.Context, b *backend) error {
	if isLoopback(o.listen) {
		return nil
	}
	protected, err := b.service.HasTokens(ctx)
	if err != nil || protected {
		return err
	}
	return fmt.Errorf(`other machines can reach %s, and there is no token yet that protects the API.
Create one first with the same --database: runner token:create --scope admin`, o.listen)
}

// isLoopback reports whether this machine alone can reach address.
func isLoopback(address string) bool {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && ip.IsLoopback()
}

// open listens. Its errors say what to do.
func (o serveOptions) open() (net.Listener, error) {
	listener, err := net.Listen("tcp", o.listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program: choose another address with --listen", o.listen)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("you may not listen on %s: choose a port from 1024 on with --listen", o.listen)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", o.listen, err)
	}
	return api.LimitConnections(listener, o.maxConnections), nil
}
