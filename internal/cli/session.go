package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cloche/service/api"
	"cloche/storage/record"
)

// remoteOptions say which server a command talks to, and about what.
type remoteOptions struct {
	location
	server  string
	token   string
	project string
	yes     bool
}

func (o *remoteOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.server, "server", "", "`URL` of the server (default RUNNER_SERVER, then the saved login, then the local database)")
	f.StringVar(&o.token, "token", "", "token for the server (default RUNNER_TOKEN, then the saved login)")
	o.location.flags(f)
}

// projectFlag adds the choice of a project.
func (o *remoteOptions) projectFlag(c *cobra.Command) {
	c.Flags().StringVarP(&o.project, "project", "p", "", "the project's ID or name (default RUNNER_PROJECT, then the only one)")
}

// yesFlag adds the answer to questions.
func (o *remoteOptions) yesFlag(c *cobra.Command) {
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "answer questions with yes")
}

// session is a command's connection to a server, or to the local database.
type session struct {
	*remoteOptions
	Streams
	client *client
	// backend is the local database, nil if there is a server.
	backend *backend
	work    func() // starts to work on runs; local only
	close   func() error
}

// local reports whether there is no server: nobody works on runs unless we do.
func (s *session) local() bool { return s.backend != nil }

// with makes a command's function of f: it connects, and closes afterwards.
func (o *remoteOptions) with(s Streams, f func(ctx context.Context, s *session, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) (err error) {
		ctx := c.Context()
		connected, err := o.connect(ctx, s)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, connected.close()) }()
		return f(ctx, connected, args)
	}
}

// connect finds the server: a named one, the saved one, or the local database.
func (o *remoteOptions) connect(ctx context.Context, s Streams) (*session, error) {
	fillFrom(&o.server, "RUNNER_SERVER")
	fillFrom(&o.token, "RUNNER_TOKEN")
	fillFrom(&o.project, "RUNNER_PROJECT")
	saved, err := readLogin()
	if err != nil {
		return nil, err
	}
	if o.server == "" && o.database == "" && o.dataDir == "" {
		o.server = saved.Server
	}
	if o.server == "" {
		return o.connectLocal(ctx, s, saved)
	}
	server, err := serverURL(o.server)
	if err != nil {
		return nil, err
	}
	return o.connectRemote(s, server, saved), nil
}

func fillFrom(value *string, variable string) {
	if *value == "" {
		*value = os.Getenv(variable)
	}
}

func (o *remoteOptions) connectRemote(s Streams, server string, saved login) *session {
	token := o.token
	if token == "" && server == saved.Server {
		token = saved.Token // never to another server
	}
	return &session{
		remoteOptions: o, Streams: s,
		client: &client{base: server, token: token, http: newHTTP(nil)},
		work:   func() {},
		close:  func() error { return nil },
	}
}

// busyWait is how long a command waits for others that have the database.
const busyWait = 5 * time.Second

// connectLocal opens the database, or finds the server that has it.
func (o *remoteOptions) connectLocal(ctx context.Context, s Streams, saved login) (*session, error) {
	config, err := o.localConfig()
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(busyWait); ; {
		b, err := openBackend(ctx, config, nil, nil)
		if err == nil {
			return o.localSession(ctx, s, b), nil
		}
		if !errors.Is(err, record.ErrInUse) {
			return nil, err
		}
		// The server's own commands come and go: only one that answers counts.
		if f, ok := readServerFile(config.location.serverFile()); ok && answers(ctx, f.URL) {
			return o.connectRemote(s, f.URL, saved), nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return nil, err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// localConfig takes the settings that serve would take, so that scripts which run
// here may do the same as there.
func (o *remoteOptions) localConfig() (serviceConfig, error) {
	var settings serveOptions
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	settings.flags(flags)
	if err := fillFlags(flags, os.Getenv(envName("config"))); err != nil {
		return serviceConfig{}, err
	}
	for _, choice := range []struct{ to, from *string }{
		{&settings.dataDir, &o.dataDir}, {&settings.database, &o.database}, {&settings.keyFile, &o.keyFile},
	} {
		if *choice.from != "" {
			*choice.to = *choice.from
		}
	}
	var err error
	if settings.location, err = settings.location.resolved(); err != nil {
		return serviceConfig{}, err
	}
	return settings.serviceConfig, settings.validate()
}

// answers reports whether a server is at url.
func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return false
	}
	response, err := newHTTP(nil).Do(request)
	if err != nil {
		// Its certificate may be for another name; that is for the command to say.
		return strings.HasPrefix(url, "https:") && ctx.Err() == nil
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// localSession talks to the handler in this process. It is trusted: who can open
// the database needs no token.
func (o *remoteOptions) localSession(ctx context.Context, s Streams, b *backend) *session {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var worked chan struct{}
	return &session{
		remoteOptions: o, Streams: s, backend: b,
		client: &client{
			base: localBase,
			http: newHTTP(handlerTransport{api.New(api.Config{Service: b.service, Trusted: true})}),
		},
		work: func() {
			if worked != nil {
				return
			}
			worked = make(chan struct{})
			go func() {
				defer close(worked)
				if err := b.service.Run(work); err != nil && work.Err() == nil {
					fmt.Fprintf(s.Err, "runner: the work on the runs ended: %v\n", err)
				}
			}()
		},
		close: func() error {
			cancel()
			if worked != nil {
				<-worked
			}
			return b.close(ctx)
		},
	}
}

// localBase stands for this process in addresses.
const localBase = "http://localhost:8080"
