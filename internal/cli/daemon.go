package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"
)

// daemon is a server at work: HTTP on one side, runs on the other.
type daemon struct {
	serveOptions
	streams  Streams
	log      *slog.Logger
	backend  *backend
	server   *http.Server
	listener net.Listener
	stop     chan struct{} // closed when nothing new is to be taken
}

// answerGrace is how long requests under way may go on when the server stops.
const answerGrace = 10 * time.Second

// run serves until ctx ends or a part of the server fails. Stopping goes in this
// order: no new activities, then runs and answers end, then the listener closes, so
// that whoever asks meanwhile is told why.
func (d *daemon) run(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	failed := make(chan error, 2)
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		if err := d.backend.service.Run(work); err != nil && work.Err() == nil {
			failed <- fmt.Errorf("the work on the runs ended: %w", err)
		}
	}()
	go func() { failed <- d.serveHTTP() }()
	err := d.announce(ctx)
	if err == nil {
		select {
		case <-ctx.Done():
			d.log.Info("stopping")
		case err = <-failed:
		}
	}
	os.Remove(d.location.serverFile())
	close(d.stop)
	cancel()
	err = errors.Join(err, d.shutDown())
	<-worked
	return err
}

func (d *daemon) serveHTTP() error {
	var err error
	if d.tlsCert != "" {
		err = d.server.ServeTLS(d.listener, d.tlsCert, d.tlsKey)
	} else {
		err = d.server.Serve(d.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("the server ended: %w", err)
}

// announce says where the server is: to commands on this machine by a file, to
// people in one line. It waits until runs are worked on.
func (d *daemon) announce(ctx context.Context) error {
	if err := d.awaitReady(ctx); err != nil {
		return err
	}
	url := d.url()
	if err := (serverFile{URL: url, PID: os.Getpid()}).write(d.location.serverFile()); err != nil {
		return fmt.Errorf("%s: %s", d.location.serverFile(), directoryReason(err))
	}
	fmt.Fprintf(d.streams.Err, "runner: listening on %s\n", url)
	return nil
}

func (d *daemon) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		err := d.backend.service.Ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not get ready: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// url is the address that reaches the server from this machine.
func (d *daemon) url() string {
	scheme := "http://"
	if d.tlsCert != "" {
		scheme = "https://"
	}
	address := d.listener.Addr().(*net.TCPAddr)
	name, _, _ := net.SplitHostPort(d.listen) // prepare has tried
	switch {
	case address.IP.IsUnspecified():
		name = "127.0.0.1"
	case name == "":
		name = address.IP.String()
	}
	return scheme + net.JoinHostPort(name, fmt.Sprint(address.Port))
}

func (d *daemon) shutDown() error {
	ctx, cancel := context.WithTimeout(context.Background(), answerGrace)
	defer cancel()
	if err := d.server.Shutdown(ctx); err != nil {
		return d.server.Close() // they had their time
	}
	return nil
}
